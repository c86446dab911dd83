import type { RecommendationMethod } from '../events.ts';
import { bootstrap, LONG_LIST, ndcg, rPrecision } from '../recommend/quality.ts';
import { xoshiro128 } from '../vectors/random.ts';
import { clicks } from './clicks.ts';

/** A way to recommend, or what it is held against. */
export type ScoredMethod = RecommendationMethod | 'popularity' | 'random';

/** A measure of lists, and of how many of a list's songs; null: of as many as are hidden. */
export interface ListMeasure {
  readonly name: string;
  readonly k: number | null;
}

/** What a list reached, by the names of measures. */
export type ListScores = Readonly<Record<string, number>>;

/** A measure of a way. */
export interface ScoredMeasure extends ListMeasure {
  /** The mean over cases, and its 95 % interval by bootstrap over them. Of clicks less is better, of all others more. */
  value: number;
  low: number;
  high: number;
  /** Lists that it rests on: one a playlist, or one a day. */
  cases: number;
  /** How much more it is than what popularity reaches, case by case; null of popularity itself. */
  abovePopularity: { value: number; low: number; high: number } | null;
}

/** What a way reached. */
export interface ScoredWay {
  method: ScoredMethod;
  measures: ScoredMeasure[];
}

/** Measures of a ranking of songs by those that were hidden: RecSys Challenge 2018, R-precision by tracks alone. */
export const RANKING_MEASURES: readonly ListMeasure[] = [
  { name: 'rPrecision', k: null },
  { name: 'ndcg', k: LONG_LIST },
  { name: 'clicks', k: LONG_LIST },
  { name: 'reach', k: null },
];

/**
 * What a ranking reached with those that were hidden, at least one. `reach` is the share of them that the way knows at
 * all: no list could find more. As many as are hidden are looked at, at least 500.
 */
export function rankingScores(
  ranked: readonly string[],
  hidden: readonly string[],
  reach: number,
): ListScores {
  return {
    rPrecision: rPrecision(ranked, hidden),
    ndcg: ndcg(ranked, hidden, LONG_LIST),
    clicks: clicks(ranked, hidden),
    reach,
  };
}

/** Whether one of a short list's songs was hidden, and which share of its `size` places has one that was. */
export function shortListScores(
  list: readonly string[],
  hidden: readonly string[],
  size: number,
): { hitRate: number; precision: number } {
  const wanted = new Set(hidden);
  const found = list.slice(0, size).filter((id) => wanted.has(id)).length;
  return { hitRate: found > 0 ? 1 : 0, precision: found / size };
}

/**
 * Figures of each way, all of which were asked the same cases in the same order. So many cases beside each other as
 * `block` tells depend on each other; of few cases, at least two blocks are made. Equal seeds draw the same cases.
 */
export function scoredWays(
  ways: ReadonlyMap<ScoredMethod, readonly ListScores[]>,
  measures: readonly ListMeasure[],
  seed: number,
  block = 1,
): ScoredWay[] {
  const popularity = ways.get('popularity') ?? [];
  const figureOf = (values: Float64Array) => {
    const blocks = Math.max(1, Math.min(block, Math.floor(values.length / 2)));
    const [low, high] = bootstrap(values, xoshiro128(seed), blocks);
    return { value: values.reduce((sum, value) => sum + value, 0) / values.length, low, high };
  };
  return [...ways]
    .filter(([, scores]) => scores.length > 0)
    .map(([method, scores]) => ({
      method,
      measures: measures.map(({ name, k }) => {
        const of = (list: ListScores | undefined) => list?.[name] as number;
        const above = () => figureOf(Float64Array.from(scores, (list, i) => of(list) - of(popularity[i])));
        return {
          ...{ name, k, ...figureOf(Float64Array.from(scores, of)), cases: scores.length },
          abovePopularity: method === 'popularity' || popularity.length === 0 ? null : above(),
        };
      }),
    }));
}
