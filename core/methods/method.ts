import type { Steps } from '../long-work.ts';
import type { Matrix } from '../similarity/matrix.ts';
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
  nearest(k: number): Steps<Neighbours>;
  /** The distances of one artist to all, by row. */
  distancesFrom(a: number): Float64Array;
  /** Why b is as near to a as it is: what each feature adds, the smallest first; shares sum to 1. */
  reasons(a: number, b: number): Reason[];
}
