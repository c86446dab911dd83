import * as z from 'zod';
import { type BoundedFeature, type Bounds, FEATURE_BOUNDS } from '../core/features.ts';

/** An id of Spotify's, as the database can hold it. */
export const spotifyId = z.string().regex(/^[!-~]{1,64}$/, 'expected an id of 1 to 64 ASCII characters');

/** A value of a column of audio features, within its bounds; null where there is none. */
export function bounded(feature: BoundedFeature) {
  const { min, max, isInteger }: Bounds = FEATURE_BOUNDS[feature];
  const value = (isInteger ? z.int() : z.number()).min(min).max(max);
  return value.nullable().default(null);
}
