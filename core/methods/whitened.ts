import type { Matrix } from '../similarity/matrix.ts';
import { nearestNeighbours } from '../similarity/neighbours.ts';
import { distancesIn, type Method, reasonsOfParts } from './method.ts';
import type { Space } from './space.ts';
import { meansOf } from './track-sets.ts';

/** The method `whitened`: Euclidean between the means of artists' tracks in whitened axes. */
export function whitenedMethod(space: Space): Method {
  const matrix = centres(space);
  const { columns } = matrix;
  const { features } = space.ruler;
  return {
    ...{ name: 'whitened', ids: space.ids, features, matrix },
    nearest: (k) => nearestNeighbours(matrix, k),
    distancesFrom: (a) => distancesIn(matrix, a),
    reasons: (a, b) =>
      reasonsOfParts(
        features.map((feature, f) => ({
          feature,
          part: ((columns[f]?.[a] as number) - (columns[f]?.[b] as number)) ** 2,
          a: space.means[f]?.[a] as number,
          b: space.means[f]?.[b] as number,
        })),
      ),
  };
}

/** The mean of each artist's tracks in whitened axes. */
export function centres({ ids, starts, points, ruler: { features } }: Space): Matrix {
  const d = features.length;
  const columns = features.map((_, f) =>
    meansOf(
      starts,
      Float64Array.from({ length: points.length / d }, (_, t) => points[t * d + f] as number),
    ),
  );
  return { ids, columns };
}
