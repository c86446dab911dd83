import { normalise, type Range } from '../similarity/matrix.ts';
import { euclidean } from './euclidean.ts';
import type { Method } from './method.ts';

/**
 * The method `mean`: Euclidean between means of features, min-max normalised by the ranges of the day or of another
 * that is pinned. `means[f]` holds the raw means of feature f, row by row in the order of the ids (sorted bytewise).
 */
export const meanMethod = (
  ids: readonly string[],
  features: readonly string[],
  means: readonly ArrayLike<number>[],
  ranges: readonly Range[],
): Method => euclidean('mean', normalise(ids, means, ranges), features, means);
