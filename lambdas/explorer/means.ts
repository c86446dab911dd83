import { FEATURES } from '../../core/features.ts';

/** Columns of `artist_features` that are means over an artist's tracks. */
export const MEANS = [...FEATURES, 'duration_ms'] as const;
