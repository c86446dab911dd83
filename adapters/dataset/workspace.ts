import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBScalarFunction,
  type DuckDBValue,
  VARCHAR,
} from '@duckdb/node-api';
import { InvalidInputError } from '../../core/errors.ts';
import { NAMED } from '../../core/events.ts';
import { FEATURE_BOUNDS } from '../../core/features.ts';
import artistsSql from '../../sql/duckdb/import_artists.sql' with { type: 'text' };
import featuresSql from '../../sql/duckdb/import_audio_features.sql' with { type: 'text' };
import entriesSql from '../../sql/duckdb/import_entries.sql' with { type: 'text' };
import linksSql from '../../sql/duckdb/import_links.sql' with { type: 'text' };
import mergedSql from '../../sql/duckdb/import_merged.sql' with { type: 'text' };
import playlistsSql from '../../sql/duckdb/import_playlists.sql' with { type: 'text' };
import rowsSql from '../../sql/duckdb/import_rows.sql' with { type: 'text' };
import topTracksSql from '../../sql/duckdb/import_top_tracks.sql' with { type: 'text' };
import tracksSql from '../../sql/duckdb/import_tracks.sql' with { type: 'text' };
import { makePrivateFolder } from '../private-folder.ts';
import { storageError } from '../storage-error.ts';
import type { MappedLayout } from './layouts.ts';
import type { PlaylistEntry } from './playlists-layouts.ts';
import { datasetName } from './playlists-name.ts';
import { pythonList } from './python-list.ts';
import type { Encoding } from './table-bytes.ts';
import { type CleanCopy, type CsvFile, copyClean, linesOfRecords } from './table-lines.ts';

/** A table whose layout is known. */
export interface MappedTable extends CsvFile {
  mapped: MappedLayout;
}

/** What came of the rows of a table. */
export interface ReadTable {
  encoding: Encoding;
  rows: number;
  notSongs: number;
  /** The first of those that cannot be read. */
  rejected: { line: number; reason: string }[];
  rejectedCount: number;
}

/** A Parquet file, and how many rows it has. */
export interface Made {
  path: string;
  rows: number;
}

/** The tables of a day, and what was found beside. */
export interface MadeTables {
  artists: Made;
  top_tracks: Made;
  audio_features: Made;
  /** Different tracks of `top_tracks`. */
  tracks: number;
  /** Artists by name alone who are spelled in several ways and are one, with examples. */
  merged: { artists: number; spellings: string[][] };
}

/** What DuckDB may hold in memory; beyond it, it spills into the folder. */
const MEMORY = '320MB';
/** While rows are read: less is used, but below it the writer waits again and again for its turn. */
const MEMORY_TO_READ = '1GB';
const SETUP = join(import.meta.dirname, '../../sql/workspace');
/** A whole number of 32 bits. */
const INTEGER = { min: -(2 ** 31) + 1, max: 2 ** 31 - 1, isInteger: true };
/** What a number may be, by column. */
const BOUNDS: Readonly<Record<string, { min: number; max: number; isInteger: boolean }>> = {
  ...FEATURE_BOUNDS,
  popularity: INTEGER,
  followers: { ...INTEGER, max: Number.MAX_SAFE_INTEGER },
};

/**
 * The folder below `base` in which a holder of a run gathers rows. Those of earlier holders, which have died or lost
 * their lease, are removed; a holder that comes late finds none that is later than its own.
 */
export async function workspaceFolderOf(base: string, epoch: number): Promise<string> {
  const names = await readdir(base).catch(() => []);
  for (const name of names) {
    if (!(Number(name) >= epoch)) await rm(join(base, name), { recursive: true, force: true });
  }
  return join(base, String(epoch));
}

/** A folder in which DuckDB gathers the rows of tables and playlists and makes them into Parquet, in bounded memory. */
export class Workspace {
  readonly #folder: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #appender: DuckDBAppender | undefined;
  /** A file for the rows of each table. */
  readonly #rows: string[] = [];
  #file = 0;
  #occurrence = 0;

  private constructor(folder: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#folder = folder;
    this.#instance = instance;
    this.#connection = connection;
  }

  /** Makes an empty workspace in this folder; what was there is removed. Throws `StorageError`. */
  static async open(folder: string): Promise<Workspace> {
    try {
      await rm(folder, { recursive: true, force: true });
      makePrivateFolder(folder);
    } catch (error) {
      throw storageError(folder, error);
    }
    const instance = await DuckDBInstance.create(join(folder, 'gathered.duckdb'), {
      memory_limit: MEMORY,
      temp_directory: join(folder, 'spill'),
      threads: '2',
      autoinstall_known_extensions: 'false',
    });
    const connection = await instance.connect();
    connection.registerScalarFunction(textFunction('fold_text', foldText));
    connection.registerScalarFunction(
      textFunction('read_python_list', (text) => JSON.stringify(pythonList(text) ?? null)),
    );
    const workspace = new Workspace(folder, instance, connection);
    for (const name of (await readdir(SETUP)).sort()) {
      await workspace.#ask(await readFile(join(SETUP, name), 'utf8'));
    }
    await workspace.#ask(`SET VARIABLE bounds = ${literal(BOUNDS)}`);
    return workspace;
  }

  /** Begins a file, to which belongs what is added then. */
  async beginFile(path: string): Promise<void> {
    this.#endPlaylists();
    this.#file += 1;
    await this.#ask('INSERT INTO files VALUES (?, ?, ?)', [
      this.#file,
      `dataset:${basename(path)}`,
      datasetName(path),
    ]);
  }

  /**
   * Adds the rows of a table: as it is where DuckDB can read it, else what can be read of it. Returns how many songs of
   * playlists there were, beside what came of the rows. Throws `InvalidInputError` where the layout's statement fails.
   */
  async addTable(table: MappedTable): Promise<ReadTable & { entries: number }> {
    await this.#prepare(table);
    const copied = await this.#addRows().catch(() => this.#addCopied(table));
    const wrong = await this.#wrongRows();
    const lines = copied
      ? wrong.map(({ line }) => line)
      : await linesOfRecords(
          table,
          wrong.map(({ number }) => number),
        );
    const rejected = wrong.map((row, i) => ({ line: lines[i] ?? 0, reason: reasonOf(table, row) }));
    const [[rows, notSongs, rejectedCount] = []] = await this.#ask(
      `SELECT count(*) FILTER (wrong IS NULL), count(*) FILTER (wrong = 'no-song'),
        count(*) FILTER (wrong NOT IN ('', 'no-song')) FROM told WHERE file = $1`,
      [this.#file],
    );
    const [[entries] = []] = await this.#ask(`INSERT INTO entries ${entriesSql}`, [this.#file]);
    return {
      encoding: copied?.encoding ?? 'utf-8',
      rows: Number(rows),
      notSongs: Number(notSongs),
      rejected: [...(copied?.rejected ?? []), ...rejected].sort((a, b) => a.line - b.line).slice(0, NAMED),
      rejectedCount: Number(rejectedCount) + (copied?.rejectedCount ?? 0),
      entries: Number(entries),
    };
  }

  /** Adds a playlist of the file that was begun; one without entries leaves nothing. */
  async addPlaylist(id: string, entries: readonly PlaylistEntry[]): Promise<void> {
    this.#appender ??= await this.#connection.createAppender('entries');
    const appender = this.#appender;
    this.#occurrence += 1;
    for (const [position, { track_id, name, artist_id, artist_name }] of entries.entries()) {
      appender.appendInteger(this.#file);
      appender.appendInteger(this.#occurrence);
      appender.appendVarchar(id);
      appender.appendInteger(position);
      for (const text of [track_id, name, artist_id, artist_name]) {
        if (text === null) appender.appendNull();
        else appender.appendVarchar(text);
      }
      appender.endRow();
    }
  }

  /** Makes the tables of a day of all that was added. */
  async makeTables(): Promise<MadeTables> {
    await this.#ask(`SET memory_limit = '${MEMORY}'`);
    await this.#ask('SET VARIABLE sources = (SELECT list(source ORDER BY file) FROM files)');
    await this.#ask(`CREATE TABLE links AS ${linksSql}`);
    await this.#ask(`CREATE TABLE tracks AS ${tracksSql}`);
    const [[tracks] = []] = await this.#ask('SELECT count(DISTINCT track_id) FROM links');
    const merged = await this.#ask(mergedSql);
    return {
      artists: await this.#make('artists', artistsSql),
      top_tracks: await this.#make('top_tracks', topTracksSql),
      audio_features: await this.#make('audio_features', featuresSql),
      tracks: Number(tracks),
      merged: {
        artists: Number(merged[0]?.[0] ?? 0),
        spellings: merged.map(([, spellings]) => [...(spellings as { items: string[] }).items]),
      },
    };
  }

  /** Makes the playlists of a dataset. */
  async makePlaylists(dataset: string): Promise<Made & { playlists: number }> {
    this.#endPlaylists();
    await this.#ask(`SET VARIABLE dataset = ${quoted(dataset)}`);
    const made = await this.#make(`playlists-${dataset}`, playlistsSql);
    const [[playlists] = []] = await this.#ask(
      `SELECT count(DISTINCT playlist_id) FROM read_parquet(${quoted(made.path)})`,
    );
    return { ...made, playlists: Number(playlists) };
  }

  /** Removes the folder. */
  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Puts the layout's statement in its place. */
  async #prepare(table: MappedTable): Promise<void> {
    const { layout } = table.mapped;
    const needs = layout.needs.flat().filter((column) => table.mapped.places.has(column));
    await this.#ask(`SET VARIABLE needs = [${needs.map(quoted).join(', ')}]`);
    try {
      await this.#ask(viewOf(table, table.path, false));
      await this.#ask(`CREATE OR REPLACE VIEW listed AS ${layout.sql}`);
    } catch (error) {
      throw new InvalidInputError(
        `expected the statement of the layout ${layout.name} to read the view given, got: ${(error as Error).message}`,
        'correct it; docs/datasets.md says how a layout is written',
        { cause: error },
      );
    }
  }

  /** The rows of the file in place of it that are wrong, with their number or their line. */
  async #wrongRows(): Promise<
    { number: number; line: number; wrong: string; raw: Record<string, string | null> }[]
  > {
    const rows = await this.#ask(
      `SELECT file_row_number, line, wrong, raw FROM told WHERE file = $1 AND wrong NOT IN ('', 'no-song')
        ORDER BY place LIMIT ${NAMED}`,
      [this.#file],
    );
    return rows.map(([number, line, wrong, raw]) => ({
      number: Number(number),
      line: Number(line),
      wrong: String(wrong),
      raw: JSON.parse(String(raw)) as Record<string, string | null>,
    }));
  }

  async #addCopied(table: MappedTable): Promise<CleanCopy> {
    const path = join(this.#folder, 'copy.csv');
    const copied = await copyClean(table, path, NAMED);
    await this.#ask(viewOf(table, path, true));
    await this.#addRows();
    return copied;
  }

  /** A file of rows is written in their order with less memory than a table, and keeps their numbers. */
  async #addRows(): Promise<void> {
    const path = join(this.#folder, `rows-${this.#file}.parquet`);
    await this.#ask(`SET memory_limit = '${MEMORY_TO_READ}'`);
    await this.#ask(
      `COPY (SELECT ${this.#file} AS file, * FROM (${rowsSql})) TO ${quoted(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
    this.#rows.push(path);
    await this.#ask(`CREATE OR REPLACE VIEW told AS SELECT *, (CAST(file AS BIGINT) << 40) + file_row_number AS place
      FROM read_parquet([${this.#rows.map(quoted).join(', ')}], file_row_number = true)`);
  }

  async #make(name: string, sql: string): Promise<Made> {
    const path = join(this.#folder, `${name}.parquet`);
    const [[rows] = []] = await this.#ask(
      `COPY (${sql}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 100000)`,
    );
    return { path, rows: Number(rows) };
  }

  #endPlaylists(): void {
    this.#appender?.closeSync();
    this.#appender = undefined;
  }

  async #ask(sql: string, parameters?: DuckDBValue[]): Promise<DuckDBValue[][]> {
    return (await this.#connection.runAndReadAll(sql, parameters)).getRows();
  }
}

function reasonOf(
  { header, mapped }: MappedTable,
  { wrong, raw }: { wrong: string; raw: Record<string, string | null> },
): string {
  const [column = '', expected = expectedOf(column)] = wrong.split(/: (.*)/);
  const name = header[mapped.places.get(column) ?? -1] ?? column;
  return `column ${name}: expected ${expected}, got ${JSON.stringify((raw[column] ?? '').slice(0, 100))}`;
}

function expectedOf(column: string): string {
  const { min, max, isInteger } = BOUNDS[column] ?? INTEGER;
  const kind = isInteger ? 'a whole number' : 'a number';
  return max < INTEGER.max ? `${kind} from ${min} to ${max}` : kind;
}

/** A function of DuckDB from text to text. */
const textFunction = (name: string, work: (text: string) => string): DuckDBScalarFunction =>
  DuckDBScalarFunction.create({
    name,
    parameterTypes: [VARCHAR],
    returnType: VARCHAR,
    mainFunction: (_, input, output) => {
      const texts = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row++) {
        const text = texts.getItem(row) as string | null;
        output.setItem(row, text === null ? null : work(text));
      }
      output.flush();
    },
  });

/** The same whatever the case and width. */
const foldText = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A record of records of numbers and truths, as DuckDB writes it. */
const literal = (value: object): string => JSON.stringify(value).replaceAll('"', "'");

/**
 * The view that a layout's statement reads: the columns as text, null where the file has none; `line` where it is known,
 * `file_name` with spaces for its underscores, and whether a row says nothing: it is blank, or the header again.
 */
function viewOf(
  { path, delimiter, isPacked, header, mapped }: MappedTable,
  source: string,
  isCopy: boolean,
): string {
  const at = (place: number): string => `c${place}`;
  const all = header.map((_, i) => at(i));
  const columns = [...mapped.layout.columns.keys()].map((column) => {
    const place = mapped.places.get(column);
    return `${place === undefined ? 'CAST(NULL AS VARCHAR)' : at(place)} AS "${column}"`;
  });
  const [first = 0, ...others] = [...mapped.places.values()];
  const isName = (place: number) =>
    `lower(trim(${at(place)})) = ${quoted((header[place] ?? '').toLowerCase())}`;
  const types = [...(isCopy ? ['line'] : []), ...all].map((name) => `'${name}': 'VARCHAR'`);
  const name = basename(path).replace(/\.gz$/i, '');
  return `CREATE OR REPLACE VIEW given AS SELECT
    ${isCopy ? 'CAST(line AS BIGINT)' : 'CAST(NULL AS BIGINT)'} AS line,
    ${quoted(basename(name, extname(name)).replaceAll('_', ' ').trim())} AS file_name,
    CASE WHEN coalesce(trim(${at(first)}), '') = '' THEN trim(concat(${all.join(', ')})) = ''
      WHEN ${isName(first)} THEN ${['true', ...others.map(isName)].join(' AND ')} ELSE false END AS says_nothing,
    CAST(NULL AS VARCHAR[]) AS ids,
    CAST(NULL AS VARCHAR[]) AS names,
    ${columns.join(', ')}
  FROM read_csv(${quoted(source)}, auto_detect = false, header = false, skip = ${isCopy ? 0 : 1},
    delim = ${quoted(delimiter)}, quote = '"', escape = '"', columns = {${types.join(', ')}},
    compression = '${isPacked && !isCopy ? 'gzip' : 'none'}')`;
}
