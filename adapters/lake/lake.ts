import { NoDataError } from '../../core/errors.ts';
import {
  CHECKPOINTS,
  checkpointKey,
  historyUploadKey,
  partitionKey,
  type ReportFile,
  reportKey,
  STAGING,
  sliceKey,
  stagedDayKey,
  tableFolder,
  truthKey,
  UPLOADS,
  uploadKey,
  uploadPrefix,
} from '../../core/names.ts';
import type {
  Checkpoints,
  Columns,
  Lake,
  LakeBatches,
  RemovableDays,
  Reports,
  TruthName,
  Truths,
  UploadedModels,
  Uploads,
  VersionedLake,
} from '../../core/ports.ts';
import type { Row, TableName } from '../../core/tables.ts';
import { type Append, batchesOf, decodeTable, inKeyOrder, type Pieces, writeTable } from './parquet.ts';

/** What the lake needs of a bucket or a folder. Keys have `/` between their parts. */
export interface ObjectStore {
  /** Puts an object whole, or leaves what was there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, of the bytes that `fill` appends one after the other, which may be many. */
  write(key: string, fill: (append: Append) => Promise<void>): Promise<void>;
  /** As `put`, of a local file's bytes, which may be many. */
  putFile(key: string, file: string): Promise<void>;
  /** As `put`, of another object's bytes; tells whether there is such an object. */
  copy(from: string, to: string): Promise<boolean>;
  /** The object, or undefined where there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** The object to be read in pieces, as it is now, or undefined where there is none. It is to be closed. */
  open(key: string): Promise<OpenObject | undefined>;
  /** Keys below a prefix that ends in `/`, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Removes everything below a prefix that ends in `/`. */
  removeAll(prefix: string): Promise<void>;
  /**
   * Removes for good the earlier versions that are kept of what lies, or lay, below a prefix; what lies there now stays.
   * Nothing to do where none are kept.
   */
  removeVersions(prefix: string): Promise<void>;
}

/** An object that is read in pieces. */
export interface OpenObject extends Pieces {
  close(): Promise<void>;
}

/** The lake over an object store: Parquet tables by day, JSON slices of runs under `staging/`. */
export class ParquetLake
  implements
    Lake,
    LakeBatches,
    RemovableDays,
    VersionedLake,
    Uploads,
    UploadedModels,
    Checkpoints,
    Truths,
    Reports
{
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async write<N extends TableName>(table: N, dt: string, rows: Iterable<Row<N>>): Promise<void> {
    await this.#writeTable(partitionKey(table, dt), table, rows);
  }

  async read<N extends TableName>(table: N, dt: string): Promise<Row<N>[] | undefined> {
    const bytes = await this.#store.get(partitionKey(table, dt));
    return bytes && (await decodeTable(table, bytes));
  }

  async *batches<N extends TableName, C extends keyof Row<N> & string>(
    table: N,
    dt: string,
    columns: readonly C[],
    where?: Readonly<Partial<Record<C, string>>>,
  ): AsyncGenerator<Columns<N, C>> {
    const object = await this.#store.open(partitionKey(table, dt));
    if (!object) return;
    try {
      yield* batchesOf(table, object, columns, where);
    } finally {
      await object.close();
    }
  }

  async days(table: TableName): Promise<string[]> {
    const keys = await this.#store.list(`${tableFolder(table)}/`);
    const days = keys.map((key) => ({ key, dt: key.split('/')[1]?.split('=')[1] ?? '' }));
    return days.filter(({ key, dt }) => key === partitionKey(table, dt)).map(({ dt }) => dt);
  }

  async removeDay(table: TableName, dt: string): Promise<void> {
    await this.#store.removeAll(partitionKey(table, dt).replace(/[^/]*$/, ''));
  }

  async removeVersions(tables: readonly TableName[]): Promise<void> {
    const prefixes = tables.map((table) => `${tableFolder(table)}/`);
    for (const prefix of [...prefixes, UPLOADS]) await this.#store.removeVersions(prefix);
  }

  async putSlice(run: string, name: string, value: unknown): Promise<void> {
    await this.#store.put(sliceKey(run, name), Buffer.from(JSON.stringify(value)));
  }

  async slices(run: string): Promise<{ name: string; value: unknown }[]> {
    const prefix = sliceKey(run, '').replace(/\.json$/, '');
    const slices = [];
    for (const key of await this.#store.list(prefix)) {
      const bytes = await this.#store.get(key);
      if (bytes) {
        const value: unknown = JSON.parse(Buffer.from(bytes).toString());
        slices.push({ name: key.slice(prefix.length).replace(/\.json$/, ''), value });
      }
    }
    return slices;
  }

  async stageDay<N extends TableName>(run: string, table: N, rows: Iterable<Row<N>>): Promise<void> {
    await this.#writeTable(stagedDayKey(run, table), table, rows);
  }

  async stageDayFile(run: string, table: TableName, file: string): Promise<void> {
    await this.#store.putFile(stagedDayKey(run, table), file);
  }

  async stageUpload(run: string, upload: string, table: TableName): Promise<void> {
    if (await this.#store.copy(uploadKey(upload, table), stagedDayKey(run, table))) return;
    throw new NoDataError(
      `expected the uploaded ${table}, got nothing at ${uploadKey(upload, table)}`,
      'somebody removed it: import again',
    );
  }

  async uploadedHistory(upload: string, file: number): Promise<unknown> {
    const key = historyUploadKey(upload, file);
    const bytes = await this.#store.get(key);
    if (bytes) return JSON.parse(Buffer.from(bytes).toString()) as unknown;
    throw new NoDataError(
      `expected the uploaded history, got nothing at ${key}`,
      'somebody removed it: import again',
    );
  }

  async placeUpload(upload: string, table: TableName, dt: string): Promise<void> {
    if (await this.#store.copy(uploadKey(upload, table), partitionKey(table, dt))) return;
    throw new NoDataError(
      `expected the uploaded ${table}, got nothing at ${uploadKey(upload, table)}`,
      'somebody removed it: run the command again',
    );
  }

  removeUpload(upload: string): Promise<void> {
    return this.#store.removeAll(uploadPrefix(upload));
  }

  async replaceDay(run: string, dt: string, tables: readonly TableName[]): Promise<void> {
    for (const table of tables) {
      if (await this.#store.copy(stagedDayKey(run, table), partitionKey(table, dt))) continue;
      throw new NoDataError(
        `expected the staged ${table} of run ${run}, got nothing at ${stagedDayKey(run, table)}`,
        `somebody removed it: collect or import ${dt} again`,
      );
    }
  }

  clearStaging(): Promise<void> {
    return this.#store.removeAll(STAGING);
  }

  putCheckpoint(run: string, bytes: Uint8Array): Promise<void> {
    return this.#store.put(checkpointKey(run), bytes);
  }

  checkpoint(run: string): Promise<Uint8Array | undefined> {
    return this.#store.get(checkpointKey(run));
  }

  clearCheckpoints(): Promise<void> {
    return this.#store.removeAll(CHECKPOINTS);
  }

  putReport(dt: string, file: ReportFile, bytes: Uint8Array): Promise<void> {
    return this.#store.put(reportKey(dt, file), bytes);
  }

  async truth(name: TruthName): Promise<string | undefined> {
    const bytes = await this.#store.get(truthKey(name));
    return bytes && Buffer.from(bytes).toString();
  }

  putTruth(name: TruthName, csv: string): Promise<void> {
    return this.#store.put(truthKey(name), Buffer.from(csv));
  }

  #writeTable<N extends TableName>(key: string, table: N, rows: Iterable<Row<N>>): Promise<void> {
    return this.#store.write(key, (append) => writeTable(table, sorted(table, rows), append));
  }
}

/** Arrays come in any order; what is generated as it is read comes in order. */
const sorted = <N extends TableName>(table: N, rows: Iterable<Row<N>>): Iterable<Row<N>> =>
  Array.isArray(rows) ? inKeyOrder(table, rows) : rows;
