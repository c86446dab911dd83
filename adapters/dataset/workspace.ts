import { FEATURES } from '../../core/features.ts';
import type { TableName } from '../../core/tables.ts';
import artistsSql from '../../sql/duckdb/import_artists.sql' with { type: 'text' };
import featuresSql from '../../sql/duckdb/import_audio_features.sql' with { type: 'text' };
import tracksSql from '../../sql/duckdb/import_top_tracks.sql' with { type: 'text' };
import { Gathering } from './gathering.ts';
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

/** What a table of artists says of one counts before what a track's row says, and a name before none. */
const [LISTED, NAMED, NAMELESS] = [0, 2 ** 50, 2 ** 51] as const;

/** A folder in which the rows of the day's tables are gathered, sorted and made into Parquet, in bounded memory. */
export class Workspace {
  readonly #gathering: Gathering<Given>;
  #order = 0;
  #fileNumber = 0;

  private constructor(gathering: Gathering<Given>) {
    this.#gathering = gathering;
  }

  /** Makes an empty workspace in this folder; what was there is removed. */
  static async open(folder: string): Promise<Workspace> {
    return new Workspace(await Gathering.open(folder, GIVEN));
  }

  /** Begins a file; the rows that follow have `source` as theirs. */
  beginFile(source: string): void {
    this.#fileNumber += 1;
    this.#gathering.add('given_files', [this.#fileNumber, source]);
  }

  /** Gathers what a row tells; where `isFull` is true then, `drain` must be waited for. */
  add({ artist, track, artistsOfTrack = [], trackId, features }: DatasetRow): void {
    const file = this.#fileNumber;
    if (artist) this.#artist(artist, LISTED);
    if (track) {
      const { id, name, popularity, url, duration_ms } = track;
      this.#gathering.add('given_tracks', [this.#order++, id, name, popularity, url, duration_ms]);
    }
    for (const of of artistsOfTrack) {
      this.#artist(of, of.name === null ? NAMELESS : NAMED);
      this.#gathering.add('given_links', [of.id, trackId ?? null, file]);
    }
    if (features) {
      const { id, time_signature, duration_ms } = features;
      const values = FEATURES.map((name) => features[name]);
      this.#gathering.add('given_features', [
        this.#order++,
        id,
        ...values,
        time_signature,
        duration_ms,
        file,
      ]);
    }
  }

  /** Whether so much is gathered that it must be written before more is. */
  get isFull(): boolean {
    return this.#gathering.isFull;
  }

  /** Writes what is gathered. Throws `StorageError`. */
  async drain(): Promise<void> {
    await this.#gathering.drain();
  }

  /** Makes the tables; returns the path and the number of rows of each. */
  async finish(): Promise<Record<ImportedTable, { path: string; rows: number }>> {
    return await this.#gathering.ask(async (connection) => {
      const made = (table: ImportedTable) => this.#gathering.copy(connection, table, STATEMENTS[table]);
      return {
        artists: await made('artists'),
        top_tracks: await made('top_tracks'),
        audio_features: await made('audio_features'),
      };
    });
  }

  /** Removes the folder. */
  async close(): Promise<void> {
    await this.#gathering.close();
  }

  #artist(artist: DatasetArtist, preference: number): void {
    const { id, name, url = null, image_url = null, genres, followers = null, popularity = null } = artist;
    const list = genres ? JSON.stringify(genres) : null;
    this.#gathering.add('given_artists', [
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
}
