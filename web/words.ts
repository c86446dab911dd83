import type { SimilarResult } from '../core/events.ts';
import { FEATURE_WORDS } from '../core/map/words.ts';
import type { World } from './world.ts';

type Reasons = SimilarResult['neighbours'][number]['reasons'];

/** A feature's name for people. */
export const featureName = (feature: string): string => (feature === 'duration_ms' ? 'length' : feature);

/** Why two artists are near, in words: "both loud and fast; differ in speechiness". */
export function reasonWords(reasons: Reasons, distance: number, world: World): string {
  if (reasons.length === 0) return '';
  if (distance === 0) return 'the same in all that was compared';
  const even = 1 / reasons.length;
  const near = reasons.filter(({ share }) => share <= even);
  const both = near.flatMap(({ feature, a, b }) => {
    const side = sideOf(feature, a, world);
    const words = FEATURE_WORDS[feature];
    return words && side !== 0 && side === sideOf(feature, b, world) ? words[side > 0 ? 0 : 1] : [];
  });
  const far = reasons.filter(({ share }) => share > 1.5 * even).reverse();
  const alike = both.length > 0 ? `both ${list(both.slice(0, 3))}` : `alike in ${names(near.slice(0, 2))}`;
  return far.length > 0 ? `${alike}; differ in ${names(far.slice(0, 2))}` : alike;
}

/** Means from which on a feature is much at all: most artists have next to nothing, and so has the upper third. */
const MUCH: Record<string, number> = { instrumentalness: 0.5, liveness: 0.5 };

/** On which side of the catalogue's artists a mean is, as `World.third`. */
function sideOf(feature: string, mean: number, { third }: World): number {
  const side = third(feature, mean);
  return side > 0 && mean < (MUCH[feature] ?? Number.NEGATIVE_INFINITY) ? 0 : side;
}

const names = (reasons: Reasons): string =>
  list(
    reasons.map(({ feature }) =>
      feature === 'playlists' ? 'the playlists they are in' : featureName(feature),
    ),
  );

/** Words in a row: "a, b and c". */
export const list = (words: readonly string[]): string =>
  new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(words);

/** How sure a share of resamples is. */
export const sureness = (confidence: number): string =>
  confidence >= 0.8 ? 'sure' : confidence >= 0.5 ? 'rather sure' : 'unsure';

/** How much a map may be believed, by its trustworthiness. */
export const trust = (trustworthiness: number): string =>
  trustworthiness >= 0.95 ? 'well' : trustworthiness >= 0.85 ? 'fairly well' : 'roughly';

const REASONS: Record<string, string> = {
  'no-tracks': 'no tracks were found',
  'not-found': 'the service does not know it',
  'not-reached': 'not reached before the collection stopped',
};

/** Why an artist is missing. */
export const droppedBecause = (reason: string): string =>
  REASONS[reason] ??
  reason.replace(/^no-features:(.*)$/, (_, feature) => `no ${featureName(feature)} is known`);

const MEASURES: Record<string, string> = {
  sharedGenre: 'neighbours with a shared genre',
  genreOverlap: 'overlap of genres',
};

/** The name of a measure of the score card, for people: `playlistRecall` is "playlist recall". */
export const measureName = (name: string): string =>
  MEASURES[name] ??
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/\b(ndcg|mrr)\b/gi, (word) => word.toUpperCase())
    .replace(/ ([A-Z])(?=[a-z])/g, (_, letter: string) => ` ${letter.toLowerCase()}`);
