import type { Steps } from '../long-work.ts';
import { shuffled, xoshiro128 } from '../vectors/random.ts';
import type { Layout } from './layout.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { ceil, max, min } = Math;

/** How many nearest are looked at, where there are more than twice as many artists. */
const NEAREST = 10;
/** Artists that are looked at; of more, a sample of so many. */
const LOOKED_AT = 2000;

/** How much of the truth a map keeps; core/events.ts, `MapQuality`, tells what each is. */
export interface Kept {
  k: number;
  artists: number;
  trustworthiness: number;
  kept: number;
}

/** Distances in truth from an artist to all, itself included, by row. */
export type DistancesFrom = (row: number) => ArrayLike<number>;

/**
 * Trustworthiness (Venna and Kaski 2001) and the share of true neighbours that a map keeps. Exact up to 2,000 artists;
 * of more, of a sample by the seed, each beside all others. Ties go by row. With two artists or fewer nothing can be
 * false.
 */
export function* mapQuality({ x, y }: Layout, distancesFrom: DistancesFrom, seed: number): Steps<Kept> {
  const n = x.length;
  const k = min(NEAREST, max(0, ceil(n / 2) - 1));
  const all = Array.from({ length: n }, (_, row) => row);
  const sample = n > LOOKED_AT ? shuffled(all, xoshiro128(seed)).slice(0, LOOKED_AT) : all;
  if (k === 0) return { k, artists: n, trustworthiness: 1, kept: 1 };
  const onMap = new Float64Array(n);
  let [penalty, found] = [0, 0];
  for (const [i, row] of sample.entries()) {
    yield { what: 'measuring the map', done: i, total: sample.length };
    for (let j = 0; j < n; j++) {
      const dx = (x[j] as number) - (x[row] as number);
      const dy = (y[j] as number) - (y[row] as number);
      onMap[j] = dx * dx + dy * dy;
    }
    const truth = distancesFrom(row);
    for (const rank of ranksOf(nearest(onMap, row, k), truth, row)) {
      if (rank > k) penalty += rank - k;
      else found += 1;
    }
  }
  const worst = (sample.length * k * (2 * n - 3 * k - 1)) / 2;
  return {
    k,
    artists: sample.length,
    trustworthiness: 1 - penalty / worst,
    kept: found / (sample.length * k),
  };
}

/** The k rows nearest to one, itself left out. */
function nearest(distances: Float64Array, row: number, k: number): Int32Array {
  const rows = new Int32Array(k).fill(-1);
  const held = new Float64Array(k).fill(Infinity);
  for (let j = 0; j < distances.length; j++) {
    const distance = distances[j] as number;
    if (distance >= (held[k - 1] as number) || j === row) continue;
    let at = k - 1;
    for (; at > 0 && distance < (held[at - 1] as number); at--) {
      held[at] = held[at - 1] as number;
      rows[at] = rows[at - 1] as number;
    }
    held[at] = distance;
    rows[at] = j;
  }
  return rows;
}

/** The ranks, from 1, that rows have in truth as neighbours of a row. */
function ranksOf(rows: Int32Array, truth: ArrayLike<number>, from: number): Int32Array {
  const ranks = new Int32Array(rows.length).fill(1);
  const n = truth.length;
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r] as number;
    const distance = truth[row] as number;
    let nearer = 0;
    for (let j = 0; j < n; j++) {
      const other = truth[j] as number;
      if (other < distance || (other === distance && j < row)) nearer += 1;
    }
    // It is itself the nearest, and no neighbour.
    const own = truth[from] as number;
    if (own < distance || (own === distance && from < row)) nearer -= 1;
    ranks[r] = 1 + nearer;
  }
  return ranks;
}
