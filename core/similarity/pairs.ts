import type { Row } from '../tables.ts';
import type { Neighbours } from './neighbours.ts';

/** A pair of rows and their distance. */
export interface Pair {
  a: number;
  b: number;
  distance: number;
}

/** A pair of rows with their ids, as a shard tells it. */
export interface PairOfIds extends Pair {
  artist_id: string;
  y_artist: string;
}

/**
 * The closest pairs of all, each once (a < b), ties by the rows; of two distances the smaller one counts. Every such pair is found, since one of its ends has
 * the other among its nearest, but for `count` above k where not all pairs are kept. Neighbours that are those of some
 * rows alone begin at the row `from`.
 */
export function closestPairs({ n, k, rows, distances }: Neighbours, count: number, from = 0): Pair[] {
  const byDistance = (x: Pair, y: Pair) => x.distance - y.distance || x.a - y.a || x.b - y.b;
  let closest: Pair[] = [];
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < k; r++) {
      const j = rows[i * k + r] as number;
      const distance = distances[i * k + r] as number;
      const last = closest[count - 1];
      if (last && distance > last.distance) break;
      const pair = { a: Math.min(from + i, j), b: Math.max(from + i, j), distance };
      const known = closest.find(({ a, b }) => a === pair.a && b === pair.b);
      if (known && known.distance <= distance) continue;
      closest = [...closest.filter((other) => other !== known), pair].sort(byDistance).slice(0, count);
    }
  }
  return closest;
}

/** What is told of neighbours beside their distance; null where it is not known. Ranks count from 1. */
export interface NeighbourDetails {
  confidence(artist: number, rank: number): number | null;
  /** As `related_artists` has it. */
  reasons(artist: number, neighbour: number, rank: number): string | null;
}

const NOTHING: NeighbourDetails = { confidence: () => null, reasons: () => null };

/** The rows of `related_artists`, sorted by artist_id and y_artist, made as they are read; `from` as above. */
export function* relatedArtists(
  ids: readonly string[],
  { n, k, rows, distances }: Neighbours,
  from = 0,
  details = NOTHING,
): Generator<Row<'related_artists'>> {
  // Numbers sort without a function that compares them: a row and its place in one.
  const keys = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < k; r++) keys[r] = (rows[i * k + r] as number) * k + r;
    keys.sort();
    for (const key of keys) {
      const r = key % k;
      const y = rows[i * k + r] as number;
      yield {
        artist_id: ids[from + i] as string,
        y_artist: ids[y] as string,
        distance: distances[i * k + r] as number,
        rank: r + 1,
        confidence: details.confidence(i, r + 1),
        reasons: details.reasons(i, y, r + 1),
      };
    }
  }
}
