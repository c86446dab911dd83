import { type Matrix, TWIN_SQUARED } from '../similarity/matrix.ts';
import type { Neighbours } from '../similarity/neighbours.ts';
import type { Reason } from '../similarity/reasons.ts';

/** The ways to say which artists sound alike; docs/method.md defines them. */
export const METHODS = ['mean', 'whitened', 'tracks', 'blend'] as const;
export type MethodName = (typeof METHODS)[number];

/** A way to say which artists sound alike, made of a day's data; rows are artists, by id bytewise. */
export interface Method {
  readonly name: MethodName;
  readonly ids: readonly string[];
  /** What `reasons` names, in the order in which it is stored. */
  readonly features: readonly string[];
  /** The points whose Euclidean distances the method's are; null where it has none. */
  readonly matrix: Matrix | null;
  /** The exact k nearest of every artist; ties by row. Each method searches in its own way. */
  nearest(k: number): Neighbours;
  /** The distances of one artist to all, by row. */
  distancesFrom(a: number): Float64Array;
  /** Why b is as near to a as it is: what each feature adds, the smallest first; shares sum to 1. */
  reasons(a: number, b: number): Reason[];
}

/** What a feature adds to a distance, not negative, beside the values that are shown for the two artists. */
export type Part = Omit<Reason, 'share'> & { part: number };

/** Reasons of parts: shares that sum to 1, the smallest first, ties in the order given; twins get equal shares. */
export function reasonsOfParts(parts: readonly Part[]): Reason[] {
  const total = parts.reduce((sum, { part }) => sum + part, 0);
  return parts
    .map(({ feature, part, a, b }) => ({
      feature,
      share: total < TWIN_SQUARED ? 1 / parts.length : part / total,
      a,
      b,
    }))
    .sort((x, y) => x.share - y.share);
}
