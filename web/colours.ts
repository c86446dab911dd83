import { STYLE_COLOURS } from '../core/report/frame.ts';

/** Told apart from each other, and from light and dark grounds alike; the first as the report has them. */
const COLOURS = [...STYLE_COLOURS, '#9c755f', '#6f7fd1', '#7f9f3f', '#2f9fd0'];

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
