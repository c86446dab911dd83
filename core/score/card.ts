import { bootstrap } from '../recommend/quality.ts';
import { shuffled, xoshiro128 } from '../vectors/random.ts';
import type { Measure } from './measures.ts';

/** A measure of a run, beside what chance and popularity reach of it. */
export interface Measured {
  name: string;
  k: number;
  value: number;
  /** Ends of the 95 % interval, by bootstrap over artists. */
  low: number;
  high: number;
  random: number;
  popularity: number;
  /** Artists that the figures rest on. */
  artists: number;
}

/** The rows nearest to an artist, the nearest first, never itself. */
export type Ranking = (artist: number) => Iterable<number>;

/**
 * The score card of a ranking. `popularity` holds each artist's, null where it is not known: the baseline ranks all
 * artists by it, the largest first, ties by row. Chance ranks them in an order drawn anew for each artist. A measure
 * that rests on no artist is left out.
 */
export function scoreCard(
  ranking: Ranking,
  popularity: readonly (number | null)[],
  measures: readonly Measure[],
  seed: number,
): Measured[] {
  const byChance = chance(popularity.length, seed);
  const byPopularity = popular(popularity);
  return measures.flatMap((measure) => {
    const values = valuesOf(measure, ranking);
    if (values.length === 0) return [];
    const [low, high] = bootstrap(values, xoshiro128(seed));
    return {
      name: measure.name,
      k: measure.k,
      value: meanOf(values),
      low,
      high,
      random: meanOf(valuesOf(measure, byChance)),
      popularity: meanOf(valuesOf(measure, byPopularity)),
      artists: values.length,
    };
  });
}

/**
 * What a ranking reaches, artist by artist (all, unless told which), of those that are known and of whose neighbours one
 * is. Differences of two rankings' values tell by `bootstrap` whether one is better.
 */
export function valuesOf(
  measure: Measure,
  ranking: Ranking,
  artists: Iterable<number> = measure.known.keys(),
): Float64Array {
  const values: number[] = [];
  for (const artist of artists) {
    if (!measure.known[artist]) continue;
    const nearest = firstKnown(measure, ranking(artist), artist);
    if (nearest.length > 0) values.push(measure.value(artist, nearest));
  }
  return Float64Array.from(values);
}

function firstKnown({ known, k }: Measure, rows: Iterable<number>, artist: number): number[] {
  const nearest: number[] = [];
  for (const row of rows) {
    if (known[row] && row !== artist) nearest.push(row);
    if (nearest.length === k) break;
  }
  return nearest;
}

const meanOf = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Each artist's order is its own, whichever artists are asked of. */
function chance(n: number, seed: number): Ranking {
  const random = xoshiro128(seed);
  const rows = Array.from({ length: n }, (_, row) => row);
  const seeds = rows.map(() => random.next());
  return (artist) => shuffled(rows, xoshiro128(seeds[artist] as number));
}

function popular(popularity: readonly (number | null)[]): Ranking {
  const of = (row: number) => popularity[row] ?? Number.NEGATIVE_INFINITY;
  const rows = popularity.map((_, row) => row).sort((a, b) => (of(a) === of(b) ? a - b : of(b) - of(a)));
  return () => rows;
}
