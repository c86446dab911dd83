import { dirname } from 'node:path/posix';
import {
  BatchCreatePartitionCommand,
  type BatchCreatePartitionCommandOutput,
  DeletePartitionCommand,
  GetTableCommand,
  type GlueClient,
  type StorageDescriptor,
} from '@aws-sdk/client-glue';
import { inBatches } from '../../core/batches.ts';
import { AwsError } from '../../core/errors.ts';
import { partitionKey, tableFolder } from '../../core/names.ts';
import type { StagedObject } from '../../core/ports.ts';
import { TABLES, type TableName } from '../../core/tables.ts';
import { nameOf, type Patience, patiently } from '../aws.ts';
import { type Fill, type ObjectStore, type OpenObject, REMOVAL } from './objects.ts';

/** Partitions that are registered at the same time. */
const AT_ONCE = 8;
const ALREADY_THERE = 'AlreadyExistsException';

/** What a `GluePartitions` needs. */
export interface GluePartitionsOptions extends Patience {
  client: GlueClient;
  database: string;
}

/** The partitions of the lake's tables, as Glue knows them and Athena finds them. */
export class GluePartitions {
  readonly #options: GluePartitionsOptions;
  readonly #descriptors = new Map<TableName, StorageDescriptor>();

  constructor(options: GluePartitionsOptions) {
    this.#options = options;
  }

  /** Registers a partition below the table's own location; one that is registered stays as it is. */
  async register(table: TableName, value: string): Promise<void> {
    const { client, database } = this.#options;
    const descriptor = await this.#descriptor(table);
    const folder = descriptor.Location?.replace(/\/+$/, '');
    const Location = `${folder}/${TABLES[table].partition}=${value}/`;
    const command = new BatchCreatePartitionCommand({
      DatabaseName: database,
      TableName: table,
      PartitionInputList: [{ Values: [value], StorageDescriptor: { ...descriptor, Location } }],
    });
    await this.#do(`register ${value} of ${table}`, async () => {
      const { Errors: [failed] = [] } = await client.send(command).catch(nothingToDo);
      const { ErrorCode = ALREADY_THERE, ErrorMessage } = failed?.ErrorDetail ?? {};
      // It comes with status 200; thrown, it is repeated and told like the others.
      if (ErrorCode !== ALREADY_THERE) throw Object.assign(new Error(ErrorMessage), { name: ErrorCode });
    });
  }

  /** Makes Glue forget a partition; one that it does not know is fine. */
  async unregister(table: TableName, value: string): Promise<void> {
    const { client, database: DatabaseName } = this.#options;
    const command = new DeletePartitionCommand({ DatabaseName, TableName: table, PartitionValues: [value] });
    await this.#do(`unregister ${value} of ${table}`, async () => {
      await client.send(command).catch((error) => {
        if (nameOf(error) !== 'EntityNotFoundException') throw error;
      });
    });
  }

  async #descriptor(table: TableName): Promise<StorageDescriptor> {
    const known = this.#descriptors.get(table);
    if (known) return known;
    const command = new GetTableCommand({ DatabaseName: this.#options.database, Name: table });
    const { Table } = await this.#do(`find the table ${table}`, () => this.#options.client.send(command));
    const descriptor = Table?.StorageDescriptor;
    if (!descriptor?.Location) {
      throw new AwsError(
        `expected the table ${table} to have a location in Glue, got none`,
        'deploy the stack again',
      );
    }
    this.#descriptors.set(table, descriptor);
    return descriptor;
  }

  #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    return patiently(`${what} in Glue's ${this.#options.database}`, this.#options, call);
  }
}

/**
 * An object store that tells Glue of each partition it puts in place, after the put, and that makes Glue forget one
 * before its objects go (`removeAll` of that partition's prefix). What fails in between is made good by the same call again.
 */
export class RegisteringStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #partitions: GluePartitions;
  readonly #registered = new Set<string>();

  constructor(store: ObjectStore, partitions: GluePartitions) {
    this.#store = store;
    this.#partitions = partitions;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#store.put(key, bytes);
    await this.#register(key);
  }

  async write(key: string, fill: Fill): Promise<void> {
    await this.#store.write(key, fill);
    await this.#register(key);
  }

  async putFile(key: string, file: string): Promise<void> {
    await this.#store.putFile(key, file);
    await this.#register(key);
  }

  stage(staged: string, target: string, fill: Fill): Promise<string> {
    return this.#store.stage(staged, target, fill);
  }

  stageCopy(from: string, staged: string, target: string): Promise<string | undefined> {
    return this.#store.stageCopy(from, staged, target);
  }

  stageRemoval(staged: string, target: string, fill: Fill): Promise<string> {
    return this.#store.stageRemoval(staged, target, fill);
  }

  /**
   * Registers what was placed. A removal makes Glue forget first: where that fails, the objects are there for the next
   * try. One that comes too late registers again what another run has put there.
   */
  async place(object: StagedObject): Promise<boolean> {
    const { mark, target } = object;
    const isRemoval = mark.startsWith(REMOVAL);
    if (isRemoval) await this.#unregister(target);
    const isPlaced = await this.#store.place(object);
    const isThere = isRemoval
      ? !isPlaced && (await this.list(`${dirname(target)}/`)).includes(target)
      : isPlaced;
    if (isThere) await this.#register(target);
    return isPlaced;
  }

  discard(key: string): Promise<void> {
    return this.#store.discard(key);
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#store.get(key);
  }

  open(key: string): Promise<OpenObject | undefined> {
    return this.#store.open(key);
  }

  list(prefix: string): Promise<string[]> {
    return this.#store.list(prefix);
  }

  async removeAll(prefix: string): Promise<void> {
    await this.#unregister(prefix);
    await this.#store.removeAll(prefix);
  }

  async #unregister(path: string): Promise<void> {
    const partition = partitionOf(path);
    if (!partition) return;
    await this.#partitions.unregister(partition.table, partition.value);
    this.#registered.delete(partitionKey(partition.table, partition.value));
  }

  /** Registers every partition that lies in the store, whatever Glue knows; returns how many there are. */
  async registerAll(): Promise<number> {
    let count = 0;
    for (const table of Object.keys(TABLES) as TableName[]) {
      const keys = await this.#store.list(`${tableFolder(table)}/`);
      const partitions = keys.filter((key) => partitionOf(key) !== undefined);
      for (const some of inBatches(partitions, AT_ONCE)) {
        await Promise.all(some.map((key) => this.#register(key)));
      }
      count += partitions.length;
    }
    return count;
  }

  removeVersions(prefix: string): Promise<void> {
    return this.#store.removeVersions(prefix);
  }

  async #register(key: string): Promise<void> {
    const partition = partitionOf(key);
    if (!partition || this.#registered.has(key)) return;
    await this.#partitions.register(partition.table, partition.value);
    this.#registered.add(key);
  }
}

/** Glue tells of a partition that is there in its answer or, as its documentation allows, as an error. */
function nothingToDo(error: unknown): BatchCreatePartitionCommandOutput {
  if (nameOf(error) === ALREADY_THERE) return { $metadata: {} };
  throw error;
}

/** The partition that a key of `partitionKey`, or the prefix of one, belongs to; undefined for every other path. */
function partitionOf(path: string): { table: TableName; value: string } | undefined {
  const [folder = '', partition = ''] = path.split('/');
  const table = folder.replaceAll('-', '_') as TableName;
  if (!Object.hasOwn(TABLES, table)) return undefined;
  const value = partition.slice(partition.indexOf('=') + 1);
  const key = partitionKey(table, value);
  return path === key || path === key.slice(0, key.lastIndexOf('/') + 1) ? { table, value } : undefined;
}
