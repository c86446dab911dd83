import type { Neighbours } from '../similarity/neighbours.ts';
import { type Xoshiro128, xoshiro128 } from '../vectors/random.ts';

/** Resamples of each artist's tracks. */
const RESAMPLES = 100;

/** How often each track of an artist was drawn. */
export type Drawn = Int32Array;

/** The distance of two artists, given which of the tracks of each were drawn. */
export type Redistance = (drawnA: Drawn, drawnB: Drawn) => number;

/** Prepares a pair of artists for many resamples. */
export type Resampler = (a: number, b: number) => Redistance;

/**
 * How sure each neighbour is: the share of resamples in which it is among the `k` nearest, where as many tracks as they
 * have are drawn, with replacement, of the artist's and of every candidate's. The candidates are the neighbours given,
 * three times `k` being enough; the result has a share for each, in the same places. Ties go by row.
 *
 * Work per artist is bounded: 100 resamples of the candidates alone. `starts` tells how many tracks each artist has. An
 * artist's draws depend on the seed and its row alone.
 */
export function confidences(
  { n, k: candidates, rows }: Neighbours,
  k: number,
  starts: Int32Array,
  resampler: Resampler,
  seed: number,
): Float64Array {
  const sizeOf = (artist: number) => (starts[artist + 1] as number) - (starts[artist] as number);
  const shares = new Float64Array(n * candidates);
  for (let artist = 0; artist < n; artist++) {
    const others = rows.subarray(artist * candidates, (artist + 1) * candidates);
    const pairs = Array.from(others, (other) => resampler(artist, other));
    const random = xoshiro128((seed ^ Math.imul(artist + 1, 0x9e3779b1)) >>> 0);
    for (let s = 0; s < RESAMPLES; s++) {
      const mine = draw(sizeOf(artist), random);
      const distances = Float64Array.from(pairs, (distance, c) =>
        distance(mine, draw(sizeOf(others[c] as number), random)),
      );
      const order = Int32Array.from(others, (_, c) => c).sort(
        (x, y) =>
          (distances[x] as number) - (distances[y] as number) ||
          (others[x] as number) - (others[y] as number),
      );
      for (const c of order.subarray(0, k)) {
        const at = artist * candidates + c;
        shares[at] = (shares[at] as number) + 1 / RESAMPLES;
      }
    }
  }
  return shares.map((share) => Math.min(1, share));
}

function draw(size: number, random: Xoshiro128): Drawn {
  const drawn = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const track = random.int(size);
    drawn[track] = (drawn[track] as number) + 1;
  }
  return drawn;
}

/**
 * Artists as means of their tracks' points (`points[t * features + f]`, NaN where not known): Euclidean between the
 * means of what was drawn. Of a feature of which no value was drawn, the two do not differ.
 */
export function meanResampler(points: Float64Array, starts: Int32Array): Resampler {
  const d = points.length / (starts.at(-1) as number);
  const meanOf = (artist: number, drawn: Drawn, f: number): number => {
    let [sum, count] = [0, 0];
    for (let t = 0, at = (starts[artist] as number) * d + f; t < drawn.length; t++, at += d) {
      const times = drawn[t] as number;
      const value = points[at] as number;
      if (times === 0 || Number.isNaN(value)) continue;
      sum += times * value;
      count += times;
    }
    return sum / count;
  };
  return (a, b) => (drawnA, drawnB) => {
    let squared = 0;
    for (let f = 0; f < d; f++) {
      const difference = meanOf(a, drawnA, f) - meanOf(b, drawnB, f);
      if (!Number.isNaN(difference)) squared += difference * difference;
    }
    return Math.sqrt(squared);
  };
}

/** Artists as sets of tracks, the distance of two tracks being given by their rows: each to the nearest drawn one. */
export function setResampler(distance: (x: number, y: number) => number, starts: Int32Array): Resampler {
  const sizeOf = (artist: number) => (starts[artist + 1] as number) - (starts[artist] as number);
  return (a, b) => {
    const [width, height] = [sizeOf(b), sizeOf(a)];
    const distances = new Float64Array(height * width);
    for (let x = 0; x < height; x++) {
      for (let y = 0; y < width; y++) {
        distances[x * width + y] = distance((starts[a] as number) + x, (starts[b] as number) + y);
      }
    }
    const columns = new Float64Array(width);
    return (drawnA, drawnB) => nearestDrawn(distances, columns, drawnA, drawnB);
  };
}

/** The mean of both means of smallest distances, along rows and along columns, of those that were drawn. */
function nearestDrawn(distances: Float64Array, columns: Float64Array, drawnA: Drawn, drawnB: Drawn): number {
  const width = columns.length;
  const drawn = drawnB.map((_, y) => y).filter((y) => drawnB[y] !== 0);
  columns.fill(Number.POSITIVE_INFINITY);
  let rows = 0;
  for (let x = 0; x < drawnA.length; x++) {
    const times = drawnA[x] as number;
    if (times === 0) continue;
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < drawn.length; i++) {
      const y = drawn[i] as number;
      const distance = distances[x * width + y] as number;
      if (distance < nearest) nearest = distance;
      if (distance < (columns[y] as number)) columns[y] = distance;
    }
    rows += times * nearest;
  }
  let sum = 0;
  for (const y of drawn) sum += (drawnB[y] as number) * (columns[y] as number);
  return (rows / drawnA.length + sum / drawnB.length) / 2;
}
