import type { Steps } from '../long-work.ts';
import { xoshiro128 } from '../vectors/random.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { sqrt } = Math;
const { isNaN: isUnknown } = Number;

/** Resamples of each artist's tracks. */
export const RESAMPLES = 100;

/**
 * Of each resample, how often each track was drawn: as many of an artist's as it has, with replacement. Those of
 * resample s begin at `s * tracks`. An artist's draws depend on the seed and its row alone.
 */
export interface Resamples {
  readonly starts: Int32Array;
  readonly tracks: number;
  readonly counts: Uint16Array;
}

/** Draws the tracks of all artists; artist i's are the rows `starts[i]` to `starts[i + 1]` - 1. */
export function* resamplesOf(starts: Int32Array, seed: number): Steps<Resamples> {
  const tracks = starts.at(-1) as number;
  const counts = new Uint16Array(RESAMPLES * tracks);
  for (let artist = 0; artist + 1 < starts.length; artist++) {
    yield { what: 'resampling tracks', done: artist, total: starts.length - 1 };
    const random = xoshiro128((seed ^ Math.imul(artist + 1, 0x9e3779b1)) >>> 0);
    const [first, last] = [starts[artist] as number, starts[artist + 1] as number];
    for (let s = 0; s < RESAMPLES; s++) {
      for (let t = first; t < last; t++) {
        const drawn = s * tracks + first + random.int(last - first);
        counts[drawn] = (counts[drawn] as number) + 1;
      }
    }
  }
  return { starts, tracks, counts };
}

/** Writes the distance of two artists in each resample. */
export type Redistance = (a: number, b: number, distances: Float64Array) => void;

/**
 * Artists as means of their tracks' points (`points[t * features + f]`, NaN where not known): Euclidean between the
 * means of what was drawn. In a feature of which no value was drawn, two artists do not differ.
 */
export function* meanRedistance(
  points: Float64Array,
  { starts, tracks, counts }: Resamples,
): Steps<Redistance> {
  const d = points.length / tracks;
  const means = new Float64Array((starts.length - 1) * RESAMPLES * d);
  for (let artist = 0, at = 0; artist + 1 < starts.length; artist++) {
    yield { what: 'resampling means', done: artist, total: starts.length - 1 };
    const [first, last] = [starts[artist] as number, starts[artist + 1] as number];
    for (let s = 0; s < RESAMPLES; s++) {
      for (let f = 0; f < d; f++, at++) {
        let [sum, count] = [0, 0];
        for (let t = first; t < last; t++) {
          const times = counts[s * tracks + t] as number;
          const value = points[t * d + f] as number;
          if (times === 0 || isUnknown(value)) continue;
          sum += times * value;
          count += times;
        }
        means[at] = sum / count;
      }
    }
  }
  const stride = RESAMPLES * d;
  return (a, b, distances) => {
    for (let s = 0, i = a * stride, j = b * stride; s < RESAMPLES; s++) {
      let squared = 0;
      for (let f = 0; f < d; f++, i++, j++) {
        const difference = (means[i] as number) - (means[j] as number);
        if (!isUnknown(difference)) squared += difference * difference;
      }
      distances[s] = squared;
    }
    for (let s = 0; s < RESAMPLES; s++) distances[s] = sqrt(distances[s] as number);
  };
}

/** Artists as sets of tracks, the distance of two tracks being given by their rows: each to the nearest drawn one. */
export function setRedistance(
  distance: (x: number, y: number) => number,
  { starts, tracks, counts }: Resamples,
): Redistance {
  return (a, b, result) => {
    const [first, last] = [starts[a] as number, starts[a + 1] as number];
    const [from, to] = [starts[b] as number, starts[b + 1] as number];
    const width = to - from;
    const distances = new Float64Array((last - first) * width);
    for (let x = first, at = 0; x < last; x++) {
      for (let y = from; y < to; y++, at++) distances[at] = distance(x, y);
    }
    const columns = new Float64Array(width);
    for (let s = 0; s < RESAMPLES; s++) {
      const drawn = s * tracks;
      columns.fill(Number.POSITIVE_INFINITY);
      let rows = 0;
      for (let x = first; x < last; x++) {
        const times = counts[drawn + x] as number;
        if (times === 0) continue;
        let nearest = Number.POSITIVE_INFINITY;
        for (let y = 0, at = (x - first) * width; y < width; y++, at++) {
          if (counts[drawn + from + y] === 0) continue;
          const distance = distances[at] as number;
          if (distance < nearest) nearest = distance;
          if (distance < (columns[y] as number)) columns[y] = distance;
        }
        rows += times * nearest;
      }
      let sum = 0;
      for (let y = 0; y < width; y++) {
        const times = counts[drawn + from + y] as number;
        if (times > 0) sum += times * (columns[y] as number);
      }
      result[s] = (rows / (last - first) + sum / width) / 2;
    }
  };
}
