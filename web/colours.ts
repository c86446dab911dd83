/** Told apart from each other, and from light and dark grounds alike (Tableau 10, and two more). */
const COLOURS = [
  '#4e79a7',
  '#f28e2b',
  '#59a14f',
  '#e15759',
  '#b07aa1',
  '#3aa39b',
  '#c9a227',
  '#d9669b',
  '#9c755f',
  '#6f7fd1',
  '#7f9f3f',
  '#2f9fd0',
];

/** What belongs to none. */
export const GREY = '#8d8f94';

/** The colour of a place in a list, the same again after twelve. */
export const colourOf = (place: number): string => COLOURS[place % COLOURS.length] as string;

const FEATURES = [
  'danceability',
  'energy',
  'loudness',
  'speechiness',
  'instrumentalness',
  'acousticness',
  'valence',
  'tempo',
  'liveness',
  'duration_ms',
  'key',
  'mode',
];

/** A feature has the same colour everywhere. */
export const featureColour = (feature: string): string =>
  FEATURES.includes(feature) ? colourOf(FEATURES.indexOf(feature)) : GREY;
