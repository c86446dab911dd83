import { partOf, type Steps } from '../long-work.ts';
import { xoshiro128 } from '../vectors/random.ts';
import { type Partition, partition } from './partition.ts';
import { wordsOf } from './words.ts';

/** Raw means of a feature, row by row; NaN where an artist has none. */
export interface Means {
  readonly feature: string;
  readonly values: Float64Array;
}

/** Artists by styles, which are numbered from 0, the largest first. */
export interface Styles {
  /** The number of each row's. */
  readonly of: Int32Array;
  readonly styles: { words: string; artists: number }[];
}

/** Styles at the most, and artists that it takes for each. */
const MOST = 8;
const ARTISTS_OF_A_STYLE = 8;
/** What one more style has to take off the scatter of all artists, for it to be worth a colour. */
const WORTH = 0.03;

/**
 * A handful of styles, by k-means on the standardised means of features, and what each stands out by. There are as many,
 * of two to eight, as explain 3 % more of the artists' scatter than one less does; one of fewer than 16 artists. The same
 * input and seed give the same styles.
 */
export function* stylesOf(means: readonly Means[], seed: number): Steps<Styles> {
  const n = means[0]?.values.length ?? 0;
  const d = means.length;
  const points = new Float64Array(n * d);
  for (const [f, { values }] of means.entries()) {
    for (const [i, value] of standardised(values).entries()) points[i * d + f] = value;
  }
  const most = Math.min(MOST, Math.floor(n / ARTISTS_OF_A_STYLE));
  const { of, centres } = yield* handful(points, d, most, seed);
  const sizes = new Float64Array(centres.length / (d || 1));
  for (const part of of) sizes[part] = (sizes[part] as number) + 1;
  const parts = Array.from(sizes, (_, part) => part).filter((part) => (sizes[part] as number) > 0);
  const order = parts.sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b);
  const words = wordsOf(
    means.map(({ feature }) => feature),
    order.map((part) => centres.subarray(part * d, (part + 1) * d)),
  );
  return {
    of: of.map((part) => order.indexOf(part)),
    styles: order.map((part, number) => ({ words: words[number] as string, artists: sizes[part] as number })),
  };
}

function* handful(points: Float64Array, d: number, most: number, seed: number): Steps<Partition> {
  const random = xoshiro128(seed);
  const parted: Partition[] = [];
  const counts = Math.max(1, most);
  for (let count = 1; count <= counts; count++) {
    const steps = partition(points, d, count, random);
    parted.push(yield* partOf('finding styles', count - 1, counts, steps));
  }
  const isWorth = (found: Partition, i: number): boolean => {
    const [all, before] = [parted[0]?.scatter ?? 0, parted[i - 1]?.scatter ?? 0];
    return before - found.scatter > (i === 1 ? 0 : WORTH * all);
  };
  return parted.findLast(isWorth) ?? (parted[0] as Partition);
}

/** In standard deviations from the mean; 0 where there is no value, or all are the same. */
function standardised(values: Float64Array): Float64Array {
  const known = values.filter(Number.isFinite);
  const mean = known.reduce((sum, x) => sum + x, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, x) => sum + (x - mean) ** 2, 0) / known.length);
  // Below that the values differ by nothing but the order in which they were added up.
  const scale = deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? 1 / deviation : 0;
  return values.map((x) => (Number.isFinite(x) ? (x - mean) * scale : 0));
}
