import { normalise, type Range } from '../similarity/matrix.ts';
import { nearestNeighbours } from '../similarity/neighbours.ts';
import { distancesIn, type Method, reasonsOfParts } from './method.ts';

/**
 * The method `mean`: Euclidean between means of features, min-max normalised by the ranges of the day or of another
 * that is pinned. `means[f]` holds the raw means of feature f, row by row in the order of the ids (sorted bytewise).
 */
export function meanMethod(
  ids: readonly string[],
  features: readonly string[],
  means: readonly ArrayLike<number>[],
  ranges: readonly Range[],
): Method {
  const matrix = normalise(ids, means, ranges);
  return {
    ...{ name: 'mean', ids, features, matrix },
    nearest: (k) => nearestNeighbours(matrix, k),
    distancesFrom: (a) => distancesIn(matrix, a),
    reasons: (a, b) =>
      reasonsOfParts(
        features.map((feature, f) => ({
          feature,
          part: ((matrix.columns[f]?.[a] as number) - (matrix.columns[f]?.[b] as number)) ** 2,
          a: means[f]?.[a] as number,
          b: means[f]?.[b] as number,
        })),
      ),
  };
}
