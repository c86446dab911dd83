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
