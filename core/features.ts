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

/** The features compared unless told otherwise: F in docs/method.md. */
export const DEFAULT_FEATURES: readonly Feature[] = [
  'danceability',
  'energy',
  'loudness',
  'speechiness',
  'instrumentalness',
];
