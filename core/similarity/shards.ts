import { ROW_GROUP } from '../tables.ts';
import type { Pair } from './pairs.ts';

/** How the rows of a matrix are shared out. */
export interface Shards {
  /** How many there are. */
  count: number;
  /** Artists in each but the last, which has the rest. */
  artists: number;
}

/**
 * Shares `n` artists with `k` neighbours each out to shards of about `pairs` pairs. A shard ends where a row group of
 * Parquet does, wherever that is possible: then the shards, one after the other, are the bytes of one file.
 */
export function shardsOf(n: number, k: number, pairs: number): Shards {
  const unit = ROW_GROUP / greatestCommonDivisor(ROW_GROUP, k);
  const most = Math.max(1, Math.floor(pairs / k));
  const artists = most < unit ? most : most - (most % unit);
  return { count: Math.ceil(n / artists), artists };
}

/** The rows of a shard: from the first to before the last. */
export const rowsOf = ({ artists }: Shards, shard: number, n: number): [from: number, to: number] => [
  shard * artists,
  Math.min(n, (shard + 1) * artists),
];

/** The closest pairs of all, of those that are the closest of each shard; each once, ties by the rows. */
export function closestOf<P extends Pair>(shards: readonly (readonly P[])[], count: number): P[] {
  const distinct = new Map(shards.flat().map((pair) => [`${pair.a} ${pair.b}`, pair]));
  return [...distinct.values()]
    .sort((x, y) => x.distance - y.distance || x.a - y.a || x.b - y.b)
    .slice(0, count);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
