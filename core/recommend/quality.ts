import { runAtOnce, type Steps } from '../long-work.ts';
import { type Xoshiro128, xoshiro128 } from '../vectors/random.ts';
import type { HeldOut } from './holdout.ts';
import type { Scorer } from './scorer.ts';

/** What is measured of a scorer, each from 0 to 1; docs/method.md defines them. */
export const MEASURES = ['hitRate10', 'ndcg10', 'rPrecision', 'ndcg500'] as const;
export type Measure = (typeof MEASURES)[number];

/** What a scorer reached with one playlist that was held out. */
export type Scores = Record<Measure, number>;

/** Figures of a scorer: means over the playlists, and 95 % intervals by bootstrap over them. */
export interface Quality extends Record<Measure, number> {
  /** Of each measure, its lower and upper end. */
  intervals: Record<Measure, [number, number]>;
}

const LIST = 10;
/** The longest list that is looked at: RecSys Challenge 2018. */
export const LONG_LIST = 500;

/** Asks a scorer the questions of a playlist. */
export function scoresOf(scorer: Scorer, { next, rest }: HeldOut): Scores {
  const places = next.map(({ given, hidden }) => scorer(given, LIST).indexOf(hidden[0] as string));
  const found = places.filter((place) => place !== -1);
  const ranked = scorer(rest.given, Math.max(LONG_LIST, rest.hidden.length));
  return {
    hitRate10: found.length / places.length,
    ndcg10: found.reduce((sum, place) => sum + gain(place), 0) / places.length,
    rPrecision: rPrecision(ranked, rest.hidden),
    ndcg500: ndcg(ranked, rest.hidden, LONG_LIST),
  };
}

/** What a find at a place, counted from 0, is worth. */
const gain = (place: number): number => 1 / Math.log2(place + 2);

/** Of the first R ranked ones, the share that was hidden, where R is the number of those hidden. */
export function rPrecision(ranked: readonly string[], hidden: readonly string[]): number {
  const wanted = new Set(hidden);
  return ranked.slice(0, wanted.size).filter((id) => wanted.has(id)).length / wanted.size;
}

/** Normalised discounted cumulative gain of a list of at most `length`, a find being worth 1 / log2(place + 1). */
export function ndcg(ranked: readonly string[], hidden: readonly string[], length: number): number {
  const wanted = new Set(hidden);
  let found = 0;
  for (const [place, id] of ranked.slice(0, length).entries()) if (wanted.has(id)) found += gain(place);
  let best = 0;
  for (let place = 0; place < Math.min(length, wanted.size); place++) best += gain(place);
  return found / best;
}

/** Means and intervals over playlists; equal seeds draw the same playlists for every scorer. */
export function qualityOf(scores: readonly Scores[], seed: number): Quality {
  const columns = MEASURES.map((name) => Float64Array.from(scores, (playlist) => playlist[name]));
  const named = <T>(value: (column: Float64Array) => T) =>
    Object.fromEntries(columns.map((column, i) => [MEASURES[i], value(column)])) as Record<Measure, T>;
  const intervals = named((column) => bootstrap(column, xoshiro128(seed)));
  return { ...named((column) => column.reduce((sum, value) => sum + value, 0) / column.length), intervals };
}

/** Resamples of a bootstrap. */
const RESAMPLES = 1000;

/**
 * The 2.5th and 97.5th percentile of the mean over as many values, at least one, drawn with replacement (Efron 1979). Of
 * differences of two scorers' values, playlist by playlist, it tells whether one is better. Values that depend on those
 * beside them are drawn in blocks of neighbours, the first following the last (Politis and Romano 1992).
 */
export const bootstrap = (values: Float64Array, random: Xoshiro128, block = 1): [number, number] =>
  runAtOnce(bootstrapInSteps(values, random, block));

/** As `bootstrap`, a resample a step. */
export function* bootstrapInSteps(
  values: Float64Array,
  random: Xoshiro128,
  block = 1,
): Steps<[number, number]> {
  const means = new Float64Array(RESAMPLES);
  for (let s = 0; s < RESAMPLES; s++) {
    yield { what: 'measuring intervals', done: s, total: RESAMPLES };
    let sum = 0;
    let from = 0;
    for (let i = 0; i < values.length; i++) {
      const inBlock = i % block;
      if (inBlock === 0) from = random.int(values.length);
      sum += values[(from + inBlock) % values.length] as number;
    }
    means[s] = sum / values.length;
  }
  means.sort();
  return [means[0.025 * RESAMPLES] as number, means[0.975 * RESAMPLES - 1] as number];
}
