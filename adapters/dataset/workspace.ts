import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { FEATURES } from '../../core/features.ts';
import type { TableName } from '../../core/tables.ts';
import artistsSql from '../../sql/duckdb/import_artists.sql' with { type: 'text' };
import featuresSql from '../../sql/duckdb/import_audio_features.sql' with { type: 'text' };
import tracksSql from '../../sql/duckdb/import_top_tracks.sql' with { type: 'text' };
import { storageError } from '../storage-error.ts';
import type { DatasetArtist, DatasetRow } from './layouts.ts';

/** The tables that a dataset fills, and the statement that makes each of what was read. */
const STATEMENTS = { artists: artistsSql, top_tracks: tracksSql, audio_features: featuresSql } as const;

/** A table that an import makes. */
export type ImportedTable = keyof typeof STATEMENTS & TableName;

/** The columns of the files in which a workspace keeps what was read, for DuckDB. */
const GIVEN = {
  given_files: { file: 'INTEGER', source: 'VARCHAR' },
  given_artists: {
    preference: 'BIGINT',
    id: 'VARCHAR',
    name: 'VARCHAR',
    url: 'VARCHAR',
    image_url: 'VARCHAR',
    genres: 'JSON',
    followers: 'BIGINT',
    popularity: 'INTEGER',
  },
  given_tracks: {
    read_order: 'BIGINT',
    id: 'VARCHAR',
    name: 'VARCHAR',
    popularity: 'INTEGER',
    url: 'VARCHAR',
    duration_ms: 'INTEGER',
  },
  given_links: { artist_id: 'VARCHAR', track_id: 'VARCHAR', file: 'INTEGER' },
  given_features: {
    read_order: 'BIGINT',
    id: 'VARCHAR',
    ...(Object.fromEntries(
      FEATURES.map((name) => [name, name === 'key' || name === 'mode' ? 'INTEGER' : 'DOUBLE']),
    ) as Record<string, string>),
    time_signature: 'INTEGER',
    duration_ms: 'INTEGER',
    file: 'INTEGER',
  },
} as const;
type Given = keyof typeof GIVEN;

/** What DuckDB may hold in memory; beyond it, it spills into the workspace. */
const MEMORY = '256MB';
/** A record of the source may have a million characters; doubling its quotes makes it twice as long, in bytes. */
const LONGEST_LINE = 8_000_000;
/** What a table of artists says of one counts before what a track's row says, and a name before none. */
const [LISTED, NAMED, NAMELESS] = [0, 2 ** 50, 2 ** 51] as const;
/** Characters that are gathered before they are written. */
const CHUNK = 1 << 18;

/**
 * A folder in which rows of any number are gathered, sorted and made into Parquet, in bounded memory: what is read goes
 * to files at once, and DuckDB, which spills, sorts them.
 */
export class Workspace {
  readonly #folder: string;
  readonly #files: Record<Given, WriteStream>;
  readonly #pending: Record<Given, string>;
  #order = 0;
  #fileNumber = 0;
  #isFull = false;
  #failure: Error | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    const names = Object.keys(GIVEN) as Given[];
    const each = <T>(make: (name: Given) => T) => Object.fromEntries(names.map((name) => [name, make(name)]));
    this.#files = each((name) => createWriteStream(join(folder, `${name}.csv`))) as Record<
      Given,
      WriteStream
    >;
    this.#pending = each(() => '') as Record<Given, string>;
    for (const file of Object.values(this.#files)) {
      file.on('error', (error) => {
        this.#failure ??= error;
      });
    }
  }

  /** Makes an empty workspace in this folder; what was there is removed. */
  static async open(folder: string): Promise<Workspace> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return new Workspace(folder);
  }

  /** Begins a file; the rows that follow have `source` as theirs. */
  beginFile(source: string): void {
    this.#fileNumber += 1;
    this.#gather('given_files', [this.#fileNumber, source]);
  }

  /** Gathers what a row tells; where `isFull` is true then, `drain` must be waited for. */
  add({ artist, track, artistsOfTrack = [], trackId, features }: DatasetRow): void {
    const file = this.#fileNumber;
    if (artist) this.#artist(artist, LISTED);
    if (track) {
      const { id, name, popularity, url, duration_ms } = track;
      this.#gather('given_tracks', [this.#order++, id, name, popularity, url, duration_ms]);
    }
    for (const of of artistsOfTrack) {
      this.#artist(of, of.name === null ? NAMELESS : NAMED);
      this.#gather('given_links', [of.id, trackId ?? null, file]);
    }
    if (features) {
      const { id, time_signature, duration_ms } = features;
      const values = FEATURES.map((name) => features[name]);
      this.#gather('given_features', [this.#order++, id, ...values, time_signature, duration_ms, file]);
    }
  }

  /** Whether so much is gathered that it must be written before more is. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Writes what is gathered. Throws `StorageError`. */
  async drain(): Promise<void> {
    for (const name of Object.keys(GIVEN) as Given[]) {
      const chunk = this.#pending[name];
      this.#pending[name] = '';
      await new Promise<unknown>((resolve) => this.#files[name].write(chunk, resolve));
    }
    this.#isFull = false;
    if (this.#failure) throw storageError(this.#folder, this.#failure);
  }

  /** Makes the tables; returns the path and the number of rows of each. */
  async finish(): Promise<Record<ImportedTable, { path: string; rows: number }>> {
    for (const name of Object.keys(GIVEN) as Given[]) {
      const closed = new Promise<void>((resolve) => this.#files[name].once('close', resolve));
      this.#files[name].end(this.#pending[name]);
      await closed;
    }
    if (this.#failure) throw storageError(this.#folder, this.#failure);
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY,
      temp_directory: join(this.#folder, 'spill'),
      threads: '2',
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
    });
    const connection = await instance.connect();
    try {
      for (const [name, columns] of Object.entries(GIVEN))
        await connection.run(view(this.#folder, name, columns));
      return {
        artists: await this.#copy(connection, 'artists'),
        top_tracks: await this.#copy(connection, 'top_tracks'),
        audio_features: await this.#copy(connection, 'audio_features'),
      };
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  /** Removes the folder. */
  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) file.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #copy(connection: DuckDBConnection, table: ImportedTable): Promise<{ path: string; rows: number }> {
    const path = join(this.#folder, `${table}.parquet`);
    const reader = await connection.runAndReadAll(
      `COPY (${STATEMENTS[table]}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 100000)`,
    );
    return { path, rows: Number(reader.getRows()[0]?.[0]) };
  }

  #artist(artist: DatasetArtist, preference: number): void {
    const { id, name, url = null, image_url = null, genres, followers = null, popularity = null } = artist;
    const list = genres ? JSON.stringify(genres) : null;
    this.#gather('given_artists', [
      preference + this.#order++,
      id,
      name,
      url,
      image_url,
      list,
      followers,
      popularity,
    ]);
  }

  #gather(name: Given, values: readonly (string | number | null)[]): void {
    let line = '';
    for (const value of values) line += `,${field(value)}`;
    this.#pending[name] += `${line.slice(1)}\n`;
    this.#isFull ||= this.#pending[name].length >= CHUNK;
  }
}

/** An empty text is quoted, since an empty field is null. */
const field = (value: string | number | null): string =>
  typeof value === 'string' ? (/^$|[",\r\n]/.test(value) ? quoted(value, '"') : value) : String(value ?? '');

const quoted = (text: string, quote = "'"): string => quote + text.replaceAll(quote, quote + quote) + quote;

function view(folder: string, name: string, columns: Readonly<Record<string, string>>): string {
  const types = Object.entries(columns).map(([column, type]) => `${quoted(column)}: ${quoted(type)}`);
  return `CREATE VIEW ${name} AS SELECT * FROM read_csv(${quoted(join(folder, `${name}.csv`))}, header = false,
    auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false,
    new_line = '\\n', max_line_size = ${LONGEST_LINE}, buffer_size = ${2 * LONGEST_LINE}, columns = {${types.join(', ')}})`;
}
