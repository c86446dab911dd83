import type { Matrix } from '../similarity/matrix.ts';
import { euclidean } from './euclidean.ts';
import type { Method } from './method.ts';
import type { Space } from './space.ts';
import { meansOf } from './track-sets.ts';

/** The method `whitened`: Euclidean between the means of artists' tracks in whitened axes. */
export const whitenedMethod = (space: Space): Method =>
  euclidean('whitened', centres(space), space.ruler.features, space.means);

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
