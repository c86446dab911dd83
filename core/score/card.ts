import { partOf, type Steps } from '../long-work.ts';
import { bootstrapInSteps } from '../recommend/quality.ts';
import { type Xoshiro128, xoshiro128 } from '../vectors/random.ts';
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
): Steps<Measured[]> {
  return heldOutCard([ranking], popularity, [measures], seed);
}

/**
 * The score card of what was held out in folds: `rankings[i]` does not know what the measures of fold i, which are the
 * same in each, ask for. An artist's value is the mean over the folds that ask of it.
 */
export function* heldOutCard(
  rankings: readonly Ranking[],
  popularity: readonly (number | null)[],
  folds: readonly (readonly Measure[])[],
  seed: number,
): Steps<Measured[]> {
  const byChance = folds.map(() => chance(popularity.length, seed));
  const byPopularity = folds.map(() => popular(popularity));
  const [first = []] = folds;
  const card: Measured[] = [];
  for (const [m, { name, k }] of first.entries()) {
    const measures = folds.map((measures) => measures[m] as Measure);
    const part = <T>(of: number, steps: Steps<T>) => partOf('scoring', 4 * m + of, 4 * first.length, steps);
    const values = known(yield* part(0, meansOverFolds(measures, rankings)));
    if (values.length === 0) continue;
    const [low, high] = yield* part(1, bootstrapInSteps(values, xoshiro128(seed)));
    const random = meanOf(known(yield* part(2, meansOverFolds(measures, byChance))));
    const popularities = meanOf(known(yield* part(3, meansOverFolds(measures, byPopularity))));
    const figures = { value: meanOf(values), low, high, random, popularity: popularities };
    card.push({ name, k, ...figures, artists: values.length });
  }
  return card;
}

/**
 * What rankings reach, artist by artist (all, unless told which): the mean over the folds that ask of one; NaN where none
 * does.
 */
export function* meansOverFolds(
  measures: readonly Measure[],
  rankings: readonly Ranking[],
  artists: readonly number[] = [...(measures[0]?.known.keys() ?? [])],
): Steps<Float64Array> {
  const means = new Float64Array(artists.length);
  for (const [i, artist] of artists.entries()) {
    yield { what: 'scoring', done: i, total: artists.length };
    const values = measures.flatMap((measure, fold) => [
      ...valuesOf(measure, rankings[fold] as Ranking, [artist]),
    ]);
    means[i] = values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  return means;
}

/** Those that are not NaN. */
export const known = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value));

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

/** Their mean; NaN of none. */
export const meanOf = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Each artist's order is its own, whichever artists are asked of. */
function chance(n: number, seed: number): Ranking {
  const random = xoshiro128(seed);
  const seeds = Array.from({ length: n }, () => random.next());
  return (artist) => drawn(n, xoshiro128(seeds[artist] as number));
}

/** All rows in an order drawn as far as it is read (Fisher and Yates; only what has moved is noted). */
function* drawn(n: number, random: Xoshiro128): Generator<number> {
  const moved = new Map<number, number>();
  for (let place = 0; place < n; place++) {
    const from = place + random.int(n - place);
    yield moved.get(from) ?? from;
    moved.set(from, moved.get(place) ?? place);
  }
}

function popular(popularity: readonly (number | null)[]): Ranking {
  const of = (row: number) => popularity[row] ?? Number.NEGATIVE_INFINITY;
  const rows = popularity.map((_, row) => row).sort((a, b) => (of(a) === of(b) ? a - b : of(b) - of(a)));
  return () => rows;
}
