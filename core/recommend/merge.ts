import { byId } from '../text.ts';
import type { Scorer } from './scorer.ts';

/** Of each list so many count: what stands further down adds less than the first place is ahead of the fifth. */
export const DEPTH = 1000;
/** Damps the first ranks (Cormack, Clarke and Büttcher, SIGIR 2009). */
const DAMPING = 60;

/** What a place in a list, counted from 1, is worth. */
export const reciprocalRank = (rank: number): number => 1 / (DAMPING + rank);

/** Merges rankings by reciprocal rank: the sum over them of 1 / (60 + rank), of the first 1,000 of each; ties by id. */
export function reciprocalRankScorer(scorers: readonly Scorer[]): Scorer {
  return (given, limit) => {
    const sums = new Map<string, number>();
    for (const scorer of scorers) {
      for (const [place, id] of scorer(given, DEPTH).entries()) {
        sums.set(id, (sums.get(id) ?? 0) + reciprocalRank(place + 1));
      }
    }
    return [...sums]
      .sort(([a, x], [b, y]) => y - x || byId(a, b))
      .slice(0, limit)
      .map(([id]) => id);
  };
}
