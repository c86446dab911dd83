import type { Feature } from '../../core/features.ts';
import type { HandMadeDay } from './machine.ts';

/** A distance as the plain computation finds it. */
export interface PlainDistance {
  artist_id: string;
  y_artist: string;
  distance: number;
}

/**
 * The method `mean` (docs/method.md) once more, the slow and obvious way on plain objects: each artist with the others
 * in the order of distance and id.
 */
export function plainDistances(day: HandMadeDay, features: readonly Feature[]): PlainDistance[][] {
  const points = new Map<string, number[]>();
  for (const { id } of day.artists) {
    const x = features.map((feature) => scaled(day, feature, meanOf(day, id, feature)));
    if (!x.some(Number.isNaN)) points.set(id, x);
  }
  const ids = [...points.keys()].sort();
  return ids.map((artist_id) =>
    ids
      .filter((y_artist) => y_artist !== artist_id)
      .map((y_artist) => ({
        artist_id,
        y_artist,
        distance: euclidean(points.get(artist_id) ?? [], points.get(y_artist) ?? []),
      }))
      .sort((a, b) => a.distance - b.distance || (a.y_artist < b.y_artist ? -1 : 1)),
  );
}

/** NaN where no track of the artist has a value. */
function meanOf(day: HandMadeDay, artist: string, feature: Feature): number {
  const tracks = new Set(day.tracks.filter(({ artist_id }) => artist_id === artist).map(({ id }) => id));
  const values = day.features
    .filter(({ id }) => tracks.has(id))
    .map((row) => row[feature])
    .filter((value) => value !== null);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function scaled(day: HandMadeDay, feature: Feature, mean: number): number {
  const values = day.features.map((row) => row[feature]).filter((value) => value !== null);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return Number.isNaN(mean) || max > min ? (mean - min) / (max - min) : 0;
}

function euclidean(a: readonly number[], b: readonly number[]): number {
  const squared = a.reduce((sum, x, f) => sum + (x - (b[f] as number)) ** 2, 0);
  return squared < 1e-24 ? 0 : Math.sqrt(squared);
}
