import { NAMED, type SimilarityResult } from '../../core/events.ts';
import type { Steps } from '../../core/long-work.ts';
import { Blend } from '../../core/methods/blend.ts';
import { candidatesOf, confidences, confidentAmong } from '../../core/methods/confidence.ts';
import type { Method } from '../../core/methods/method.ts';
import { distanceOf } from '../../core/methods/nearest-tracks.ts';
import { meanRedistance, type Redistance, resamplesOf, setRedistance } from '../../core/methods/resamples.ts';
import { placeInSteps, SPACE_FEATURES, type Space } from '../../core/methods/space.ts';
import { SEVERAL_STYLES, spreads } from '../../core/methods/spread.ts';
import { type ArtistTrack, setsInSteps, type TrackSets } from '../../core/methods/track-sets.ts';
import { rescale } from '../../core/similarity/matrix.ts';
import { type Neighbours, nearestOf } from '../../core/similarity/neighbours.ts';
import type { NeighbourDetails } from '../../core/similarity/pairs.ts';
import { listAt, type Playlists } from '../../core/vectors/playlists.ts';
import type { LookedInto, Prepared } from './prepare.ts';
import { artistAt, type Details } from './read-day.ts';
import { SEED } from './seed.ts';

/** What is known of a run beside its neighbours. */
export interface Looked {
  details: Details;
  neighbours: NeighbourDetails;
  severalStyles: SimilarityResult['severalStyles'];
}

/** Of so many of an artist's neighbours it is kept why they are near, where means and ranges do not tell. */
const EXPLAINED = 50;

/** Looks into a comparison: how sure its neighbours are and why they are near, and who has several styles. */
export function* lookInto(
  prepared: Prepared,
  { tracks, known: { playlists } }: LookedInto,
  nearest: Neighbours,
): Steps<Looked> {
  const { method, day, compared } = prepared;
  const candidates = nearestOf(nearest, candidatesOf(method.ids.length));
  const shares = yield* sureness(prepared, tracks, candidates);
  const details = detailsOf(method, yield* spaceOf(prepared, tracks), playlistsOf(playlists));
  return {
    details,
    neighbours: {
      confidence: (artist, rank) =>
        rank > candidates.k ? null : (shares[artist * candidates.k + rank - 1] as number),
      reasons: (artist, neighbour, rank) =>
        method.name === 'mean' || rank > EXPLAINED ? null : sharesOf(method, artist, neighbour),
    },
    severalStyles: severalStyles(
      compared.map((at) => artistAt(day.artists, at)),
      details,
    ),
  };
}

/** As `related_artists` has them: the shares in the order of the method's features. */
function sharesOf(method: Method, a: number, b: number): string {
  const shares = new Map(method.reasons(a, b).map(({ feature, share }) => [feature, share]));
  return JSON.stringify(method.features.map((feature) => shares.get(feature)));
}

/** In how many playlists each artist stands; null where there are none. */
function playlistsOf(playlists: Playlists): Int32Array | null {
  if (playlists.starts.length === 0) return null;
  const counts = new Int32Array(playlists.ids.length);
  for (let p = 0; p < playlists.starts.length; p++) {
    for (const row of new Set(listAt(playlists, p))) counts[row] = (counts[row] as number) + 1;
  }
  return counts;
}

/** How sure each of the candidates is, in their places. */
function* sureness(
  { method, bySets, result }: Prepared,
  tracks: readonly ArtistTrack[],
  candidates: Neighbours,
): Steps<Float64Array> {
  const sets = bySets?.space ?? (yield* setsOf(tracks, result.features, method.ids));
  const resamples = yield* resamplesOf(sets.starts, SEED);
  let redistance: Redistance;
  if (method.name === 'tracks' && bySets) redistance = setRedistance(distanceOf(bySets.space), resamples);
  else {
    const points = bySets?.space.points ?? rescaled(sets as TrackSets, result);
    redistance = yield* meanRedistance(points, resamples);
  }
  if (method instanceof Blend) redistance = method.redistance(redistance);
  return yield* confidences(candidates, confidentAmong(method.ids.length), redistance);
}

/** The tracks of the artists that are compared. */
function* setsOf(
  tracks: readonly ArtistTrack[],
  features: readonly string[],
  ids: readonly string[],
): Steps<TrackSets> {
  const known = new Set(ids);
  const compared = tracks.filter(({ artist_id }) => known.has(artist_id));
  return (yield* setsInSteps(compared, features)).sets;
}

/** Tracks as `mean` normalises artists. */
function rescaled({ features, columns, starts }: TrackSets, { ranges }: SimilarityResult): Float64Array {
  const points = new Float64Array((starts.at(-1) as number) * features.length);
  for (const [f, feature] of features.entries()) {
    const range = ranges[feature];
    for (const [t, value] of (columns[f] as Float64Array).entries()) {
      points[t * features.length + f] = range ? rescale(value, range) : 0;
    }
  }
  return points;
}

/** The tracks in whitened axes, whatever they are compared by. */
function* spaceOf({ bySets }: Prepared, tracks: readonly ArtistTrack[]): Steps<Space> {
  return bySets?.space ?? (yield* placeInSteps((yield* setsInSteps(tracks, SPACE_FEATURES)).sets));
}

/** How far the tracks of each artist lie apart, and in how many playlists it stands. */
function detailsOf({ ids }: Method, space: Space, playlists: Int32Array | null): Details {
  const spread = spreads(space);
  const byArtist = new Map(space.ids.map((id, i) => [id, spread[i] as number]));
  const rows = new Map(ids.map((id, row) => [id, row]));
  return new Map(
    [...new Set([...byArtist.keys(), ...ids])].map((id) => {
      const far = byArtist.get(id) ?? Number.NaN;
      return [
        id,
        {
          playlists: playlists?.[rows.get(id) ?? -1] ?? null,
          spread: Number.isNaN(far) ? null : far,
        },
      ];
    }),
  );
}

/** The artists whose tracks fall into several styles, by id. */
const severalStyles = (
  artists: readonly { id: string; name: string }[],
  details: Details,
): SimilarityResult['severalStyles'] =>
  artists
    .flatMap(({ id, name }) => {
      const spread = details.get(id)?.spread ?? 0;
      return spread >= SEVERAL_STYLES ? [{ id, name, spread }] : [];
    })
    .slice(0, NAMED);
