import { LeaseLostError } from '../../core/errors.ts';
import {
  closestKey,
  matrixKey,
  partitionKey,
  SHARDS,
  shardsPrefix,
  shardTableKey,
  stagedKey,
} from '../../core/names.ts';
import type { Columns, ShardLake, StagedObject, StagingPlace } from '../../core/ports.ts';
import type { Matrix } from '../../core/similarity/matrix.ts';
import type { PairOfIds } from '../../core/similarity/pairs.ts';
import type { Row } from '../../core/tables.ts';
import { concatenate } from './concatenate.ts';
import type { ObjectStore, OpenObject } from './objects.ts';
import { batchesOf, writeTable } from './parquet.ts';

const RELATED = ['artist_id', 'y_artist', 'distance', 'rank', 'confidence', 'reasons'] as const;

/** Bytes of the numbers n and d that a matrix begins with; its columns follow, then the ids as JSON. */
const HEADER = 16;

/** What the shards of a similarity run share, over an object store, under `shards/`. */
export class ShardStore implements ShardLake {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async putMatrix(run: string, { ids, columns }: Matrix): Promise<void> {
    await this.#store.write(matrixKey(run), async (append) => {
      await append(new Uint8Array(Float64Array.of(ids.length, columns.length).buffer));
      for (const { buffer, byteOffset, byteLength } of columns) {
        await append(new Uint8Array(buffer, byteOffset, byteLength));
      }
      await append(Buffer.from(JSON.stringify(ids)));
    });
  }

  async matrix(run: string): Promise<Matrix> {
    return this.#opened(matrixKey(run), run, async (object) => {
      const [n = 0, d = 0] = new Float64Array(await object.slice(0, HEADER));
      const columns: Float64Array[] = [];
      for (let f = 0; f < d; f++) {
        const start = HEADER + f * n * Float64Array.BYTES_PER_ELEMENT;
        columns.push(new Float64Array(await object.slice(start, start + n * Float64Array.BYTES_PER_ELEMENT)));
      }
      const text = Buffer.from(await object.slice(HEADER + n * d * Float64Array.BYTES_PER_ELEMENT));
      return { ids: JSON.parse(text.toString()) as string[], columns };
    });
  }

  async putFeatures(run: string, rows: Iterable<Row<'artist_features'>>): Promise<void> {
    const key = shardTableKey(run, 'artist_features');
    await this.#store.write(key, (append) => writeTable('artist_features', rows, append));
  }

  async putShard(
    run: string,
    shard: number,
    rows: Iterable<Row<'related_artists'>>,
    closest: readonly PairOfIds[],
  ): Promise<void> {
    const key = shardTableKey(run, 'related_artists', shard);
    await this.#store.write(key, (append) => writeTable('related_artists', rows, append));
    await this.#store.put(closestKey(run, shard), Buffer.from(JSON.stringify(closest)));
  }

  async closest(run: string, shard: number): Promise<PairOfIds[]> {
    const key = closestKey(run, shard);
    const bytes = await this.#store.get(key);
    if (!bytes) throw missing(run, key);
    return JSON.parse(Buffer.from(bytes).toString()) as PairOfIds[];
  }

  async *neighbours(
    run: string,
    shard: number,
  ): AsyncGenerator<Columns<'related_artists', keyof Row<'related_artists'>>> {
    for await (const object of this.#shards(run, [shard])) {
      yield* batchesOf('related_artists', object, RELATED);
    }
  }

  async stage(
    { run, epoch }: StagingPlace,
    dt: string,
    shards: number,
  ): Promise<{ objects: StagedObject[]; pairs: number }> {
    const objectAt = (target: string) => ({ staged: stagedKey(run, epoch, target), target });
    const features = objectAt(partitionKey('artist_features', dt));
    const from = shardTableKey(run, 'artist_features');
    const mark = await this.#store.stageCopy(from, features.staged, features.target);
    if (mark === undefined) throw missing(run, from);
    const related = objectAt(partitionKey('related_artists', dt));
    let pairs = 0;
    const relatedMark = await this.#store.stage(related.staged, related.target, async (append) => {
      pairs = await concatenate(this.#shards(run, Array(shards).keys()), append);
    });
    return {
      objects: [
        { ...features, mark },
        { ...related, mark: relatedMark },
      ],
      pairs,
    };
  }

  async runs(): Promise<string[]> {
    const keys = await this.#store.list(SHARDS);
    return [...new Set(keys.map((key) => key.slice(SHARDS.length).split('/')[0] as string))];
  }

  clear(run: string): Promise<void> {
    return this.#store.removeAll(shardsPrefix(run));
  }

  async *#shards(run: string, shards: Iterable<number>): AsyncGenerator<OpenObject> {
    for (const shard of shards) {
      const key = shardTableKey(run, 'related_artists', shard);
      const object = await this.#store.open(key);
      if (!object) throw missing(run, key);
      try {
        yield object;
      } finally {
        await object.close();
      }
    }
  }

  async #opened<T>(key: string, run: string, read: (object: OpenObject) => Promise<T>): Promise<T> {
    const object = await this.#store.open(key);
    if (!object) throw missing(run, key);
    try {
      return await read(object);
    } finally {
      await object.close();
    }
  }
}

/** Only the end of a run, another run, or somebody by hand, removes what is there. */
const missing = (run: string, key: string): LeaseLostError =>
  new LeaseLostError(
    `expected what run ${run} has written, got nothing at ${key}`,
    'another run has begun since, or somebody removed it: run similarity again',
  );
