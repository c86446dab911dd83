import { NoDataError } from '../../core/errors.ts';
import {
  CHECKPOINTS,
  checkpointKey,
  checkpointPrefix,
  historyUploadKey,
  partitionKey,
  type ReportFile,
  reportKey,
  STAGING,
  sliceKey,
  stagedKey,
  stagedPrefix,
  stagingPrefix,
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
  LakeDays,
  StagedObject,
  StagingPlace,
  TruthName,
  Truths,
  Uploads,
  VersionedLake,
} from '../../core/ports.ts';
import type { Row, TableName } from '../../core/tables.ts';
import { type Fill, fillFrom, type ObjectStore } from './objects.ts';
import { batchesOf, decodeTable, inKeyOrder, writeTable } from './parquet.ts';

/** The lake over an object store: Parquet tables by day, and what runs keep under `staging/` meanwhile. */
export class ParquetLake implements Lake, LakeBatches, LakeDays, VersionedLake, Uploads, Checkpoints, Truths {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Puts a table's partition in place, whoever else may be at it: for those who are alone with a lake. */
  async write<N extends TableName>(table: N, dt: string, rows: Iterable<Row<N>>): Promise<void> {
    await this.#store.write(partitionKey(table, dt), filledWith(table, rows));
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

  async removeLeftovers(table: TableName, options?: { ofAnyone: boolean }): Promise<void> {
    await this.#store.removeLeftovers?.(`${tableFolder(table)}/`, options);
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
      if (bytes) slices.push({ name: key.slice(prefix.length).replace(/\.json$/, ''), value: parsed(bytes) });
    }
    return slices;
  }

  removeSlice(run: string, name: string): Promise<void> {
    return this.#store.removeAll(sliceKey(run, name));
  }

  stageTable<N extends TableName>(
    place: StagingPlace,
    table: N,
    partition: string,
    rows: Iterable<Row<N>>,
  ): Promise<StagedObject> {
    return this.#stage(place, partitionKey(table, partition), filledWith(table, rows));
  }

  stageTableFile(
    place: StagingPlace,
    table: TableName,
    partition: string,
    file: string,
  ): Promise<StagedObject> {
    return this.#stage(place, partitionKey(table, partition), fillFrom(file));
  }

  async stageUpload(
    { run, epoch }: StagingPlace,
    table: TableName,
    partition: string,
    upload: string,
  ): Promise<StagedObject> {
    const target = partitionKey(table, partition);
    const [from, staged] = [uploadKey(upload, table), stagedKey(run, epoch, target)];
    const mark = await this.#store.stageCopy(from, staged, target);
    if (mark !== undefined) return { staged, target, mark };
    throw new NoDataError(
      `expected the uploaded ${table}, got nothing at ${from}`,
      'somebody removed it: run the command again',
    );
  }

  stageReport(place: StagingPlace, dt: string, file: ReportFile, bytes: Uint8Array): Promise<StagedObject> {
    return this.#stage(place, reportKey(dt, file), (append) => append(bytes));
  }

  async stageRemoval(
    { run, epoch }: StagingPlace,
    table: TableName,
    partition: string,
  ): Promise<StagedObject> {
    const target = partitionKey(table, partition);
    const staged = stagedKey(run, epoch, target);
    const mark = await this.#store.stageRemoval(staged, target, (append) =>
      writeTable(table, [], append, staged),
    );
    return { staged, target, mark };
  }

  place(object: StagedObject): Promise<boolean> {
    return this.#store.place(object);
  }

  discard({ staged }: StagedObject): Promise<void> {
    return this.#store.discard(staged);
  }

  async discardBefore({ run, epoch }: StagingPlace): Promise<void> {
    const keys = await this.#store.list(stagingPrefix(run));
    const epochs = new Set(keys.map((key) => Number(key.slice(stagingPrefix(run).length).split('/')[0])));
    for (const each of epochs) if (each < epoch) await this.#store.discard(stagedPrefix(run, each));
  }

  async clear(run: string): Promise<void> {
    await this.discardBefore({ run, epoch: Infinity });
    await this.#store.removeAll(stagingPrefix(run));
  }

  staging(): Promise<string[]> {
    return this.#runsBelow(STAGING);
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

  removeUpload(upload: string): Promise<void> {
    return this.#store.removeAll(uploadPrefix(upload));
  }

  putCheckpoint({ run, epoch }: StagingPlace, bytes: Uint8Array): Promise<void> {
    return this.#store.put(checkpointKey(run, epoch), bytes);
  }

  async checkpoint(run: string): Promise<Uint8Array | undefined> {
    const last = (await this.#store.list(checkpointPrefix(run))).at(-1);
    return last === undefined ? undefined : await this.#store.get(last);
  }

  checkpoints(): Promise<string[]> {
    return this.#runsBelow(CHECKPOINTS);
  }

  clearCheckpoints(run: string): Promise<void> {
    return this.#store.removeAll(checkpointPrefix(run));
  }

  async truth(name: TruthName): Promise<string | undefined> {
    const bytes = await this.#store.get(truthKey(name));
    return bytes && Buffer.from(bytes).toString();
  }

  putTruth(name: TruthName, csv: string): Promise<void> {
    return this.#store.put(truthKey(name), Buffer.from(csv));
  }

  async #runsBelow(prefix: string): Promise<string[]> {
    const keys = await this.#store.list(prefix);
    return [...new Set(keys.map((key) => key.slice(prefix.length).split('/')[0] as string))];
  }

  async #stage({ run, epoch }: StagingPlace, target: string, fill: Fill): Promise<StagedObject> {
    const staged = stagedKey(run, epoch, target);
    return { staged, target, mark: await this.#store.stage(staged, target, fill) };
  }
}

/** Arrays come in any order; what is generated as it is read comes in order. */
const filledWith =
  <N extends TableName>(table: N, rows: Iterable<Row<N>>): Fill =>
  (append) =>
    writeTable(table, Array.isArray(rows) ? inKeyOrder(table, rows) : rows, append);

/** Undefined where the text is no JSON. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as unknown;
  } catch {
    return undefined;
  }
}
