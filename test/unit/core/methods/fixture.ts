import type { Method } from '../../../../core/methods/method.ts';
import { placeTracks, type Space } from '../../../../core/methods/space.ts';
import { type ArtistTrack, trackSets } from '../../../../core/methods/track-sets.ts';
import type { Neighbours } from '../../../../core/similarity/neighbours.ts';
import type { Random } from '../../../../sample/random.ts';

/** Features of made-up tracks. */
export const FEATURES = ['energy', 'tempo', 'valence'];

/** Ids of which the bytewise order is not that of letters. */
const idsOf = (n: number): string[] => Array.from({ length: n }, (_, i) => `${i % 2 ? 'a' : 'A'}${i}`);

/** Artists with 1 to `most` tracks each; `value` makes a feature of a track. */
export function madeUp(
  random: Random,
  artists: number,
  most: number,
  value: (artist: number, feature: number) => number | null,
): ArtistTrack[] {
  return idsOf(artists).flatMap((artist_id, a) =>
    Array.from({ length: 1 + random.int(most) }, (_, t) => ({
      artist_id,
      id: `${artist_id}-${t}`,
      features: Object.fromEntries(FEATURES.map((name, f) => [name, value(a, f)])),
    })),
  );
}

/** Their places by their own ruler. */
export const placed = (tracks: readonly ArtistTrack[]): Space =>
  placeTracks(trackSets(tracks, FEATURES).sets);

/** The points of an artist's tracks. */
export function pointsOf({ starts, points, ruler }: Space, artist: number): number[][] {
  const d = ruler.features.length;
  const all = Array.from({ length: points.length / d }, (_, t) => [...points.subarray(t * d, (t + 1) * d)]);
  return all.slice(starts[artist], starts[artist + 1]);
}

/** Euclidean distance. */
export const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((x, f) => x - (b[f] as number)));

/** The neighbours of an artist, the nearest first, of those that the method found. */
export const neighboursOf = (method: Method, { k, rows, distances }: Neighbours, artist: number) =>
  Array.from(rows.subarray(artist * k, (artist + 1) * k), (row, r) => ({
    y_artist: method.ids[row] as string,
    distance: distances[artist * k + r] as number,
    rank: r + 1,
    reasons: method.reasons(artist, row),
  }));
