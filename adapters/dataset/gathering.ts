import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { makePrivateFolder } from '../private-folder.ts';
import { storageError } from '../storage-error.ts';

/** The files in which values are gathered: a name, the columns and DuckDB's type of each. */
export type GivenFiles<F extends string> = Readonly<Record<F, Readonly<Record<string, string>>>>;

/** What DuckDB may hold in memory; beyond it, it spills into the folder. */
const MEMORY = '256MB';
/** A record of the source may have a million characters; doubling its quotes makes it twice as long, in bytes. */
const LONGEST_LINE = 8_000_000;
/** Characters that are gathered before they are written. */
const CHUNK = 1 << 18;

/**
 * A folder in which values of any number are gathered and made into Parquet, in bounded memory: what comes goes to files
 * at once, and DuckDB, which spills, sorts them. No file stays open.
 */
export class Gathering<F extends string> {
  readonly #folder: string;
  readonly #given: GivenFiles<F>;
  readonly #pending = new Map<F, string>();
  #isFull = false;

  private constructor(folder: string, given: GivenFiles<F>) {
    this.#folder = folder;
    this.#given = given;
  }

  /** Makes an empty one in this folder; what was there is removed. */
  static async open<F extends string>(folder: string, given: GivenFiles<F>): Promise<Gathering<F>> {
    const gathering = new Gathering(folder, given);
    try {
      await rm(folder, { recursive: true, force: true });
      makePrivateFolder(folder);
      for (const name of gathering.#names) await writeFile(gathering.#path(name), '');
    } catch (error) {
      throw storageError(folder, error);
    }
    return gathering;
  }

  /** Gathers the values of a row, in the order of its file's columns. */
  add(name: F, values: readonly (string | number | null)[]): void {
    let line = '';
    for (const value of values) line += `,${field(value)}`;
    const pending = `${this.#pending.get(name) ?? ''}${line.slice(1)}\n`;
    this.#pending.set(name, pending);
    this.#isFull ||= pending.length >= CHUNK;
  }

  /** Whether so much is gathered that it must be written before more is. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Writes what is gathered. Throws `StorageError`. */
  async drain(): Promise<void> {
    for (const [name, chunk] of this.#pending) {
      await appendFile(this.#path(name), chunk).catch((error: unknown) => {
        throw storageError(this.#folder, error);
      });
    }
    this.#pending.clear();
    this.#isFull = false;
  }

  /** Lets `work` ask DuckDB, to which each of the files is a view. Throws `StorageError`. */
  async ask<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    await this.drain();
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY,
      temp_directory: join(this.#folder, 'spill'),
      threads: '2',
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
    });
    const connection = await instance.connect();
    try {
      for (const name of this.#names) await connection.run(view(name, this.#path(name), this.#given[name]));
      return await work(connection);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  /** Makes what a statement answers a Parquet file in the folder; returns its path and the number of its rows. */
  async copy(
    connection: DuckDBConnection,
    name: string,
    sql: string,
  ): Promise<{ path: string; rows: number }> {
    const path = join(this.#folder, `${name}.parquet`);
    const reader = await connection.runAndReadAll(
      `COPY (${sql}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 100000)`,
    );
    return { path, rows: Number(reader.getRows()[0]?.[0]) };
  }

  /** Removes the folder. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #names(): F[] {
    return Object.keys(this.#given) as F[];
  }

  #path(name: F): string {
    return join(this.#folder, `${name}.csv`);
  }
}

/** An empty text is quoted, since an empty field is null. */
const field = (value: string | number | null): string =>
  typeof value === 'string' ? (/^$|[",\r\n]/.test(value) ? quoted(value, '"') : value) : String(value ?? '');

const quoted = (text: string, quote = "'"): string => quote + text.replaceAll(quote, quote + quote) + quote;

function view(name: string, path: string, columns: Readonly<Record<string, string>>): string {
  const types = Object.entries(columns).map(([column, type]) => `${quoted(column)}: ${quoted(type)}`);
  return `CREATE VIEW ${name} AS SELECT * FROM read_csv(${quoted(path)}, header = false,
    auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false,
    new_line = '\\n', max_line_size = ${LONGEST_LINE}, buffer_size = ${2 * LONGEST_LINE}, columns = {${types.join(', ')}})`;
}
