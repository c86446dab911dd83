/** A feature that is measured on a scale, not counted. */
export type Measure =
  | 'danceability'
  | 'energy'
  | 'loudness'
  | 'speechiness'
  | 'acousticness'
  | 'instrumentalness'
  | 'liveness'
  | 'valence'
  | 'tempo';

/** Each measure's range at Spotify, and by how much the artists of a style (and the tracks of an artist) differ. */
export const MEASURES: Readonly<
  Record<Measure, { min: number; max: number; spread: number; decimals: number }>
> = {
  danceability: { min: 0, max: 1, spread: 0.05, decimals: 3 },
  energy: { min: 0, max: 1, spread: 0.05, decimals: 3 },
  loudness: { min: -60, max: 0, spread: 1.2, decimals: 3 },
  speechiness: { min: 0, max: 1, spread: 0.02, decimals: 4 },
  acousticness: { min: 0, max: 1, spread: 0.06, decimals: 4 },
  instrumentalness: { min: 0, max: 1, spread: 0.06, decimals: 4 },
  liveness: { min: 0, max: 1, spread: 0.04, decimals: 4 },
  valence: { min: 0, max: 1, spread: 0.06, decimals: 3 },
  tempo: { min: 40, max: 220, spread: 6, decimals: 3 },
};

/** A style of music of the sample. */
export interface Style {
  /** The style's own genre first, then finer ones that some of its artists carry too. */
  genres: readonly [string, string, string];
  /** Where its artists gather. */
  centre: Readonly<Record<Measure, number>>;
  /** Share of tracks in a major key. */
  major: number;
  /** Share of tracks in three. */
  waltz: number;
}

type Numbers = [number, number, number, number, number, number, number, number, number, number, number];

function style(genres: Style['genres'], numbers: Numbers): Style {
  const [danceability, energy, loudness, speechiness, acousticness, instrumentalness] = numbers;
  const [, , , , , , liveness, valence, tempo, major, waltz] = numbers;
  const centre = { danceability, energy, loudness, speechiness, acousticness, instrumentalness };
  return { genres, centre: { ...centre, liveness, valence, tempo }, major, waltz };
}

/** The twelve styles. Numbers: the measures in the order of `Measure`, then the shares of major and of three. */
export const STYLES: readonly Style[] = [
  style(['tidal ambient', 'drone', 'lagoon'], [0.2, 0.12, -25, 0.04, 0.85, 0.88, 0.11, 0.14, 82, 0.6, 0.2]),
  style(
    ['hearth folk', 'chamber folk', 'hill song'],
    [0.46, 0.3, -13, 0.035, 0.8, 0.04, 0.14, 0.42, 112, 0.8, 0.3],
  ),
  style(
    ['neon city pop', 'dance pop', 'arcade'],
    [0.72, 0.7, -6.5, 0.05, 0.15, 0.01, 0.16, 0.8, 118, 0.7, 0.02],
  ),
  style(['fog pop', 'dream pop', 'shoegaze'], [0.44, 0.58, -9, 0.035, 0.25, 0.36, 0.12, 0.3, 124, 0.7, 0.1]),
  style(
    ['harbour jazz', 'small combo', 'late set'],
    [0.55, 0.38, -15, 0.045, 0.7, 0.58, 0.18, 0.55, 104, 0.5, 0.2],
  ),
  style(['cassette rap', 'boom bap', 'corner rap'], [0.8, 0.62, -7, 0.3, 0.2, 0.01, 0.2, 0.5, 92, 0.5, 0.01]),
  style(
    ['cellar house', 'deep house', 'night bus'],
    [0.84, 0.76, -9, 0.06, 0.05, 0.74, 0.09, 0.5, 124, 0.4, 0],
  ),
  style(['foundry metal', 'slag', 'doom'], [0.32, 0.95, -4.5, 0.1, 0.01, 0.3, 0.25, 0.25, 140, 0.5, 0.1]),
  style(
    ['veranda bossa', 'samba canção', 'siesta'],
    [0.66, 0.34, -11, 0.05, 0.75, 0.18, 0.12, 0.7, 96, 0.6, 0.02],
  ),
  style(
    ['roller bass', 'drum and bass', 'jungle'],
    [0.56, 0.92, -5, 0.09, 0.02, 0.66, 0.3, 0.35, 174, 0.4, 0],
  ),
  style(
    ['string minimalism', 'loops', 'étude'],
    [0.34, 0.3, -18, 0.045, 0.92, 0.86, 0.1, 0.3, 108, 0.5, 0.4],
  ),
  style(['porch poetry', 'spoken word', 'tale'], [0.62, 0.32, -13, 0.7, 0.6, 0.01, 0.35, 0.5, 98, 0.6, 0.1]),
];
