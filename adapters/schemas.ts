import * as z from 'zod';
import { type FeatureValues, impossibleFeatures, withinBounds } from '../core/features.ts';
import type { Refused } from '../core/ports.ts';

/** An id of Spotify's, as the database can hold it. */
export const spotifyId = z.string().regex(/^[!-~]{1,64}$/, 'expected an id of 1 to 64 ASCII characters');

/** A value of an audio feature, whatever it is. */
export const featureValue = z.number().nullable().default(null);

/** A row of audio features: values outside their bounds are null, and named in `refused`. */
export function refuseImpossible<T extends FeatureValues>(row: T): T & Refused {
  const refused = impossibleFeatures(row);
  return refused.length === 0 ? row : { ...withinBounds(row), refused };
}
