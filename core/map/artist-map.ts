import type { MapQuality } from '../events.ts';
import type { Steps } from '../long-work.ts';
import type { Matrix } from '../similarity/matrix.ts';
import type { Neighbours } from '../similarity/neighbours.ts';
import { type Layout, layOut } from './layout.ts';
import { type DistancesFrom, mapQuality } from './quality.ts';
import { type Means, stylesOf } from './styles.ts';

/** Artists in the plane, row by row, each with the number of its style. */
export interface ArtistMap extends Layout {
  readonly style: Int32Array;
  readonly quality: MapQuality;
}

/**
 * A map of all artists: near neighbours lie near each other, and each has a style. `neighbours` are 15 of each artist or
 * more, where there are so many others; the places begin as the main axes of `points`; the styles come of raw `means`.
 */
export function* mapOf(
  neighbours: Neighbours,
  points: Matrix,
  means: readonly Means[],
  distancesFrom: DistancesFrom,
  seed: number,
): Steps<ArtistMap> {
  const layout = yield* layOut(neighbours, points, seed);
  const { of: style, styles } = yield* stylesOf(means, seed);
  const quality = yield* mapQuality(layout, distancesFrom, seed);
  return { ...layout, style, quality: { ...quality, styles } };
}
