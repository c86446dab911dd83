import type { Steps } from '../long-work.ts';
import { type Neighbours, nearestInSteps } from '../similarity/neighbours.ts';
import { type Part, reasonsOfParts } from '../similarity/reasons.ts';
import { TopRows } from '../vectors/nearest.ts';
import type { Method } from './method.ts';
import { NearestTracks } from './nearest-tracks.ts';
import { type DistancesTo, setDistances } from './set-distances.ts';
import type { Space } from './space.ts';
import { centres } from './whitened.ts';

/** The method `tracks`: an artist is the set of their tracks, in whitened axes (`NearestTracks`). */
export function tracksMethod(space: Space): Method {
  const n = space.ids.length;
  const tracks = new NearestTracks(space);
  const distances = setDistances(space);
  return {
    ...{ name: 'tracks', ids: space.ids, features: space.ruler.features, matrix: null },
    nearest: (k) => nearestSets(space, distances, k),
    distancesFrom: (a) => distances(a, 0, n).slice(),
    reasons: (a, b) => reasonsOfParts(partsOf(space, tracks, a, b)),
  };
}

/**
 * Exact. The artists whose centres are nearest bound how far the k-th nearest can be; a pair whose boxes are farther
 * from each other than that for both is given up. Where all pairs are wanted none can be given up.
 */
function* nearestSets(space: Space, distances: DistancesTo, k: number): Steps<Neighbours> {
  const n = space.ids.length;
  const kept = Math.max(0, Math.min(k, n - 1));
  const limits = yield* limitsOf(space, distances, kept);
  const within = setDistances(space, limits);
  const nearest = space.ids.map(() => new TopRows(kept));
  // Each list is shown its rows in ascending order, as it has to be.
  for (let a = 0; kept > 0 && a < n; a++) {
    // The first artists are compared with all others, the last with few.
    yield { what: 'comparing tracks', done: a * (2 * n - a), total: n * n };
    const toOthers = within(a, a + 1, n);
    for (let i = 0; i < toOthers.length; i++) {
      const [b, distance] = [a + 1 + i, toOthers[i] as number];
      if (distance <= (limits[a] as number)) offer(nearest[a] as TopRows, b, distance);
      if (distance <= (limits[b] as number)) offer(nearest[b] as TopRows, a, distance);
    }
  }
  const result = { n, k: kept, rows: new Int32Array(n * kept), distances: new Float64Array(n * kept) };
  for (const [i, top] of nearest.entries()) {
    yield { what: 'sorting neighbours', done: i, total: n };
    const { rows, similarities } = top.sorted();
    result.rows.set(rows, i * kept);
    result.distances.set(
      similarities.map((similarity) => -similarity),
      i * kept,
    );
  }
  return result;
}

function offer(top: TopRows, row: number, distance: number): void {
  if (top.takes(-distance)) top.add(row, -distance);
}

/** Of each artist, a distance within which at least k others are. */
function* limitsOf(space: Space, distances: DistancesTo, k: number): Steps<Float64Array> {
  const n = space.ids.length;
  const limits = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  if (k === n - 1) return limits;
  const near = yield* nearestInSteps(centres(space), 2 * k);
  for (let a = 0; a < n; a++) {
    yield { what: 'bounding distances', done: a, total: n };
    const rows = near.rows.subarray(a * near.k, (a + 1) * near.k);
    limits[a] = Float64Array.from(rows, (b) => distances(a, b, b + 1)[0] as number).sort()[k - 1] as number;
  }
  return limits;
}

/**
 * What each feature adds to the distance of two artists: a track that is r from its nearest adds r, of which a feature
 * with the difference x has x² / r.
 */
function partsOf(
  { means, points, starts, ruler }: Space,
  tracks: NearestTracks,
  a: number,
  b: number,
): Part[] {
  const { features } = ruler;
  const d = features.length;
  const parts = new Float64Array(d);
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const size = (starts[from + 1] as number) - (starts[from] as number);
    for (const { x, y, distance } of tracks.matches(from, to)) {
      if (distance === 0) continue;
      for (let f = 0; f < d; f++) {
        const difference = (points[x * d + f] as number) - (points[y * d + f] as number);
        parts[f] = (parts[f] as number) + (difference * difference) / distance / size / 2;
      }
    }
  }
  return features.map((feature, f) => ({
    feature,
    part: parts[f] as number,
    a: means[f]?.[a] as number,
    b: means[f]?.[b] as number,
  }));
}
