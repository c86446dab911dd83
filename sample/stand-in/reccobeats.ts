import { createHash } from 'node:crypto';
import type { CatalogueTrack } from '../../core/catalogue.ts';
import type { FoundFeatures } from '../../core/ports.ts';
import { byId } from '../../core/text.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { ok, Refusal, type Reply, type Route, type StandInRequest } from './http.ts';

const MAX_IDS = 40;

/** ReccoBeats' own id of a track: a UUID made of Spotify's, the same at every start. */
function uuid(trackId: string): string {
  const hex = createHash('sha256').update(trackId).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}

/** ReccoBeats' error: its `status` is a code of its own, finer than HTTP's. */
const reccobeatsError = (status: number, code: number, message: string): Reply => ({
  status,
  body: { status: code, error: message },
});

/** The tracks asked for by Spotify id or ISRC, each once; ids that are unknown are left out. */
function asked(request: StandInRequest, index: CatalogueIndex): CatalogueTrack[] {
  const ids = request.query.getAll('ids').flatMap((text) => text.split(','));
  if (ids.length === 0) throw new Refusal(reccobeatsError(400, 4001, 'Missing required parameter: ids'));
  if (ids.includes('')) throw new Refusal(reccobeatsError(400, 4002, 'Malformed parameter: ids'));
  if (ids.length > MAX_IDS) {
    throw new Refusal(reccobeatsError(400, 4004, `ids: at most ${MAX_IDS}, got ${ids.length}`));
  }
  const trackIds = new Set(ids.flatMap((id) => (index.tracks.has(id) ? [id] : (index.isrcs.get(id) ?? []))));
  return [...trackIds].map((id) => index.tracks.get(id)).filter((track) => track !== undefined);
}

const common = (track: CatalogueTrack) => ({
  id: uuid(track.id),
  href: `https://open.spotify.com/track/${track.id}`,
  isrc: track.isrc ?? undefined,
});

function featuresObject(track: CatalogueTrack, features: FoundFeatures) {
  const { id: _, time_signature: __, duration_ms: ___, ...values } = features;
  return { ...common(track), ...values };
}

function trackObject(track: CatalogueTrack, index: CatalogueIndex) {
  const artists = track.artist_ids
    .map((id) => index.artists.get(id))
    .filter((artist) => artist !== undefined);
  return {
    ...common(track),
    trackTitle: track.name,
    artists: artists.map(({ id, name, url }) => ({ id: uuid(id), name, href: url ?? undefined })),
    durationMs: track.duration_ms ?? undefined,
    popularity: track.popularity,
  };
}

const inOwnOrder = <T extends { id: string }>(content: T[]): { content: T[] } => ({
  content: content.sort((a, b) => byId(a.id, b.id)),
});

/** ReccoBeats, as far as Soundalike asks it: audio features and tracks by batch, ordered by its own ids. */
export function reccobeatsRoutes(index: CatalogueIndex): Route[] {
  return [
    {
      method: 'GET',
      path: '/reccobeats/v1/audio-features',
      handle: (request) =>
        ok(
          inOwnOrder(
            asked(request, index).flatMap((track) => {
              const features = index.features.get(track.id);
              return features ? [featuresObject(track, features)] : [];
            }),
          ),
        ),
    },
    {
      method: 'GET',
      path: '/reccobeats/v1/track',
      handle: (request) => ok(inOwnOrder(asked(request, index).map((track) => trackObject(track, index)))),
    },
  ];
}
