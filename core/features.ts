/** The audio features that an artist is averaged over, in the order of the `artist_features` table. */
export const FEATURES = [
  'danceability',
  'energy',
  'key',
  'loudness',
  'mode',
  'speechiness',
  'acousticness',
  'instrumentalness',
  'liveness',
  'valence',
  'tempo',
] as const;

/** One of the eleven features that `--features` takes. */
export type Feature = (typeof FEATURES)[number];

/** The values that a column of audio features can have, both ends included. */
export interface Bounds {
  min: number;
  max: number;
  isInteger: boolean;
}

const SHARE: Bounds = { min: 0, max: 1, isInteger: false };

/**
 * What the columns of `audio_features` can hold: a value outside is a fault of its source, never a sound. Real data
 * reach from -60 to +7.3 dB, to 250 beats a minute, and have tempo 0, time signature 0 and duration 0 for "not found".
 */
export const FEATURE_BOUNDS = {
  danceability: SHARE,
  energy: SHARE,
  key: { min: -1, max: 11, isInteger: true },
  loudness: { min: -70, max: 10, isInteger: false },
  mode: { min: 0, max: 1, isInteger: true },
  speechiness: SHARE,
  acousticness: SHARE,
  instrumentalness: SHARE,
  liveness: SHARE,
  valence: SHARE,
  tempo: { min: 0, max: 300, isInteger: false },
  time_signature: { min: 0, max: 7, isInteger: true },
  duration_ms: { min: 0, max: 86_400_000, isInteger: true },
} as const satisfies Record<string, Bounds>;

/** A column of `audio_features` that has bounds. */
export type BoundedFeature = keyof typeof FEATURE_BOUNDS;

/** Audio features by their columns, of which any may be missing. */
export type FeatureValues = Readonly<Partial<Record<BoundedFeature, number | null>>>;

/** Whether a column of audio features can hold this number. */
function isWithinBounds(feature: BoundedFeature, value: number): boolean {
  const { min, max, isInteger }: Bounds = FEATURE_BOUNDS[feature];
  return value >= min && value <= max && (!isInteger || Number.isInteger(value));
}

/** What a column of audio features can hold, in words: `a whole number from -1 to 11`. */
export function boundsInWords(feature: BoundedFeature): string {
  const { min, max, isInteger }: Bounds = FEATURE_BOUNDS[feature];
  return `a ${isInteger ? 'whole number' : 'number'} from ${min} to ${max}`;
}

/** The columns of a row of audio features whose values are outside their bounds. */
export function impossibleFeatures(row: FeatureValues): BoundedFeature[] {
  const features = Object.keys(FEATURE_BOUNDS) as BoundedFeature[];
  return features.filter((feature) => {
    const value = row[feature];
    return typeof value === 'number' && !isWithinBounds(feature, value);
  });
}

/** The row with null instead of each value outside its bounds. */
export function withinBounds<T extends FeatureValues>(row: T): T {
  const unknown = impossibleFeatures(row).map((feature) => [feature, null]);
  return unknown.length === 0 ? row : { ...row, ...Object.fromEntries(unknown) };
}

/** Those that say how a song sounds by a number on a scale, as key and mode do not. */
export const SOUND_FEATURES = FEATURES.filter(
  (feature): feature is Exclude<Feature, 'key' | 'mode'> => feature !== 'key' && feature !== 'mode',
);

/** The features compared unless told otherwise: F in docs/method.md. */
export const DEFAULT_FEATURES: readonly Feature[] = [
  'danceability',
  'energy',
  'loudness',
  'speechiness',
  'instrumentalness',
];
