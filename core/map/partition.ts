import type { Steps } from '../long-work.ts';
import type { Xoshiro128 } from '../vectors/random.ts';

/** Points in parts, each around a middle. */
export interface Partition {
  /** The part of each point. */
  readonly of: Int32Array;
  /** The middles, one after the other. */
  readonly centres: Float64Array;
  /** The sum of squared distances of points from their middles. */
  readonly scatter: number;
}

/** Beginnings that are tried, and rounds of each at the most. */
const TRIES = 6;
const ROUNDS = 40;

/**
 * Parts points, `d` numbers each, into `count` by k-means: Lloyd's rounds, begun as k-means++ does (Arthur and
 * Vassilvitskii 2007), the best of six. Where fewer points differ there are parts without any.
 */
export function* partition(
  points: Float64Array,
  d: number,
  count: number,
  random: Xoshiro128,
): Steps<Partition> {
  let best: Partition | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = yield* settle(points, d, begin(points, d, count, random));
    if (!best || found.scatter < best.scatter) best = found;
  }
  return best as Partition;
}

/** Middles far from each other: each next one is a point, the likelier the farther from those before. */
function begin(points: Float64Array, d: number, count: number, random: Xoshiro128): Float64Array {
  const n = points.length / d;
  const centres = new Float64Array(count * d);
  const distances = new Float64Array(n).fill(1);
  for (let c = 0; c < count; c++) {
    let left = random.uniform() * distances.reduce((sum, distance) => sum + distance, 0);
    let row = 0;
    while (row < n - 1 && left >= (distances[row] as number)) left -= distances[row++] as number;
    centres.set(points.subarray(row * d, (row + 1) * d), c * d);
    for (let i = 0; i < n; i++) {
      const distance = squared(points, i * d, centres, c * d, d);
      if (c === 0 || distance < (distances[i] as number)) distances[i] = distance;
    }
  }
  return centres;
}

function* settle(points: Float64Array, d: number, begun: Float64Array): Steps<Partition> {
  const of = new Int32Array(points.length / d);
  let centres = begun;
  let scatter = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    yield { what: 'finding styles', done: round, total: ROUNDS };
    let total = 0;
    for (let i = 0; i < of.length; i++) {
      let nearest = Number.POSITIVE_INFINITY;
      for (let c = 0; c * d < centres.length; c++) {
        const distance = squared(points, i * d, centres, c * d, d);
        if (distance >= nearest) continue;
        nearest = distance;
        of[i] = c;
      }
      total += nearest;
    }
    if (!(total < scatter)) break;
    scatter = total;
    centres = middles(points, d, of, centres);
  }
  return { of, centres, scatter };
}

/** The means of the parts; one without points stays where it was. */
function middles(points: Float64Array, d: number, of: Int32Array, before: Float64Array): Float64Array {
  const sums = new Float64Array(before.length);
  const sizes = new Float64Array(before.length / d);
  for (let i = 0; i < of.length; i++) {
    const part = of[i] as number;
    sizes[part] = (sizes[part] as number) + 1;
    for (let f = 0; f < d; f++) {
      sums[part * d + f] = (sums[part * d + f] as number) + (points[i * d + f] as number);
    }
  }
  return sums.map((sum, at) => {
    const size = sizes[(at - (at % d)) / d] as number;
    return size > 0 ? sum / size : (before[at] as number);
  });
}

function squared(a: Float64Array, fromA: number, b: Float64Array, fromB: number, d: number): number {
  let sum = 0;
  for (let f = 0; f < d; f++) {
    const difference = (a[fromA + f] as number) - (b[fromB + f] as number);
    sum += difference * difference;
  }
  return sum;
}
