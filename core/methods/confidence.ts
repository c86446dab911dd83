import type { Steps } from '../long-work.ts';
import type { Neighbours } from '../similarity/neighbours.ts';
import { RESAMPLES, type Redistance } from './resamples.ts';

/** A neighbour is sure where it stays among so many nearest. */
const AMONG = 10;
/** How many times as many candidates are looked at. */
const CANDIDATES = 3;

/** Among how many nearest a neighbour of `n` artists has to stay: ten, or a third of the others where these are few. */
export const confidentAmong = (n: number): number => Math.min(AMONG, Math.ceil((n - 1) / CANDIDATES));

/** How many candidates that takes. */
export const candidatesOf = (n: number): number => CANDIDATES * confidentAmong(n);

/**
 * How sure each neighbour is: the share of resamples of all artists' tracks in which it is among the `k` nearest of those
 * given, three times `k` being enough; in the same places. Ties go by row.
 *
 * Work per artist is bounded: 100 resamples of the candidates alone.
 */
export function* confidences(
  { n, k: candidates, rows }: Neighbours,
  k: number,
  redistance: Redistance,
): Steps<Float64Array> {
  const shares = new Float64Array(n * candidates);
  const distances = Array.from({ length: candidates }, () => new Float64Array(RESAMPLES));
  // Candidates in the order of rows, so that of equal distances the first comes first.
  const order = new Int32Array(candidates);
  const nearest = new Float64Array(Math.min(k, candidates));
  for (let artist = 0; artist < n; artist++) {
    yield { what: 'measuring confidence', done: artist, total: n };
    const others = rows.subarray(artist * candidates, (artist + 1) * candidates);
    for (let c = 0; c < candidates; c++) {
      redistance(artist, others[c] as number, distances[c] as Float64Array);
      order[c] = c;
    }
    order.sort((x, y) => (others[x] as number) - (others[y] as number));
    for (let s = 0; s < RESAMPLES; s++) {
      const limit = lastOf(nearest, distances, s);
      // Below the limit all are in; at it, as many as there is room for.
      let room = nearest.length;
      for (let c = 0; c < candidates; c++)
        if (((distances[c] as Float64Array)[s] as number) < limit) room -= 1;
      for (let i = 0; i < candidates; i++) {
        const c = order[i] as number;
        const distance = (distances[c] as Float64Array)[s] as number;
        if (distance > limit || (distance === limit && room-- <= 0)) continue;
        const at = artist * candidates + c;
        shares[at] = (shares[at] as number) + 1;
      }
    }
  }
  return shares.map((times) => times / RESAMPLES);
}

/** The largest of the smallest distances of a resample, as many as `nearest` holds: it is sorted in there. */
function lastOf(nearest: Float64Array, distances: readonly Float64Array[], s: number): number {
  const k = nearest.length;
  nearest.fill(Number.POSITIVE_INFINITY);
  for (const column of distances) {
    const distance = column[s] as number;
    if (distance >= (nearest[k - 1] as number)) continue;
    let at = k - 1;
    for (; at > 0 && (nearest[at - 1] as number) > distance; at--) nearest[at] = nearest[at - 1] as number;
    nearest[at] = distance;
  }
  return nearest[k - 1] as number;
}
