import { type Matrix, TWIN_SQUARED } from '../similarity/matrix.ts';
import { nearestInSteps } from '../similarity/neighbours.ts';
import { reasonsOfParts } from '../similarity/reasons.ts';
import type { Method } from './method.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { sqrt } = Math;

/**
 * A method that is the Euclidean distance of points: an axis a feature, whose share of the squared distance is the
 * reason. `means[f]` holds the raw means of feature f that are shown for the artists.
 */
export const euclidean = (
  name: Method['name'],
  matrix: Matrix,
  features: readonly string[],
  means: readonly ArrayLike<number>[],
): Method => ({
  ...{ name, ids: matrix.ids, features, matrix },
  nearest: (k) => nearestInSteps(matrix, k),
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
});

/** Distances of a row of a matrix to all rows. */
function distancesIn({ ids, columns }: Matrix, a: number): Float64Array {
  const distances = new Float64Array(ids.length);
  for (const column of columns) {
    const x = column[a] as number;
    for (let b = 0; b < distances.length; b++) {
      const difference = (column[b] as number) - x;
      distances[b] = (distances[b] as number) + difference * difference;
    }
  }
  for (let b = 0; b < distances.length; b++) {
    const squared = distances[b] as number;
    distances[b] = squared < TWIN_SQUARED ? 0 : sqrt(squared);
  }
  return distances;
}
