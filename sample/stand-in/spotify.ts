import type { Tokens } from './accounts.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { ok, Refusal, type Reply, type Route, type StandInRequest, spotifyError } from './http.ts';
import type { AppRights } from './modes.ts';
import { pageOf, windowOf } from './paging.ts';
import type { SpotifyObjects } from './spotify-objects.ts';
import { parseQuery, searchAlbums, searchArtists, searchTracks } from './spotify-search.ts';

const TOP_TRACKS = 10;
const MAX_BATCH = 50;
const MAX_FEATURES = 100;
const MAX_OFFSET = 1000;
const SEARCH_TYPES = ['album', 'artist', 'track'];

/** What the routes of the Web API need. `api` is its base URL. */
export interface SpotifyContext {
  index: CatalogueIndex;
  rights: AppRights;
  tokens: Tokens;
  objects: SpotifyObjects;
  api: string;
}

/** A route that development-mode apps may not call where `extendedOnly` says so. */
type SpotifyRoute = Route & { extendedOnly?: true };

/** What the catalogue has under an id; an id that it does not have is refused where it cannot be Spotify's. */
function lookUp<T>(map: ReadonlyMap<string, T>, id: string): T | undefined {
  const item = map.get(id);
  if (item === undefined && !/^[0-9A-Za-z]{22}$/.test(id)) {
    throw new Refusal(spotifyError(400, 'Invalid base62 id'));
  }
  return item;
}

function known<T>(map: ReadonlyMap<string, T>, request: StandInRequest): T {
  const item = lookUp(map, request.params.id ?? '');
  if (item === undefined) throw new Refusal(spotifyError(404, 'Resource not found'));
  return item;
}

function batch<T>(map: ReadonlyMap<string, T>, request: StandInRequest, max: number): (T | undefined)[] {
  const ids = (request.query.get('ids') ?? '').split(',');
  if (ids.length > max) throw new Refusal(spotifyError(400, 'Too many ids requested'));
  return ids.map((id) => lookUp(map, id));
}

function checkMarket({ query }: StandInRequest): Reply | undefined {
  const market = query.get('market');
  if (market === 'from_token') return spotifyError(403, 'Insufficient client scope');
  return market === null || /^[A-Z]{2}$/.test(market) ? undefined : spotifyError(400, 'Invalid market code');
}

/** Lets a request in only with a token, a right and a market that are in order. */
function guarded({ extendedOnly, ...route }: SpotifyRoute, { tokens, rights }: SpotifyContext): Route {
  return {
    ...route,
    handle: async (request) => {
      await tokens.scopes(request);
      const refusal = extendedOnly && !rights.all ? spotifyError(403) : checkMarket(request);
      return refusal ?? route.handle(request);
    },
  };
}

function artistRoutes({ index, rights, api }: SpotifyContext, objects: SpotifyObjects): SpotifyRoute[] {
  return [
    {
      method: 'GET',
      path: '/v1/artists/:id',
      handle: (request) => ok(objects.artist(known(index.artists, request))),
    },
    {
      method: 'GET',
      path: '/v1/artists',
      extendedOnly: true,
      handle: (request) => {
        const artists = batch(index.artists, request, MAX_BATCH);
        return ok({ artists: artists.map((artist) => (artist ? objects.artist(artist) : null)) });
      },
    },
    {
      method: 'GET',
      path: '/v1/artists/:id/top-tracks',
      extendedOnly: true,
      handle: (request) => {
        const tracks = index.tracksOfArtist(known(index.artists, request).id).slice(0, TOP_TRACKS);
        return ok({ tracks: tracks.map((track) => objects.track(track)) });
      },
    },
    {
      method: 'GET',
      path: '/v1/artists/:id/albums',
      handle: (request) => {
        const { id } = known(index.artists, request);
        const window = windowOf(request, rights.artistAlbums);
        const url = `${api}/artists/${id}/albums?${request.query}`;
        const groups = request.query.get('include_groups')?.split(',');
        const albums = index
          .albumsOfArtist(id)
          .map((album) => objects.discographyAlbum(album))
          .filter(({ album_type }) => groups?.includes(album_type) ?? true);
        return ok(pageOf(albums, window, url, (album) => album));
      },
    },
  ];
}

function albumAndTrackRoutes(
  { index, rights, api }: SpotifyContext,
  objects: SpotifyObjects,
): SpotifyRoute[] {
  return [
    {
      method: 'GET',
      path: '/v1/albums/:id',
      handle: (request) => ok(objects.album(known(index.albums, request))),
    },
    {
      method: 'GET',
      path: '/v1/albums/:id/tracks',
      handle: (request) => {
        const { id } = known(index.albums, request);
        const url = `${api}/albums/${id}/tracks?${request.query}`;
        return ok(objects.albumTracks(id, windowOf(request, rights.albumTracks), url));
      },
    },
    {
      method: 'GET',
      path: '/v1/tracks/:id',
      handle: (request) => ok(objects.track(known(index.tracks, request))),
    },
    {
      method: 'GET',
      path: '/v1/tracks',
      extendedOnly: true,
      handle: (request) => {
        const tracks = batch(index.tracks, request, MAX_BATCH);
        return ok({ tracks: tracks.map((track) => (track ? objects.track(track) : null)) });
      },
    },
  ];
}

function featureRoutes({ index }: SpotifyContext, objects: SpotifyObjects): SpotifyRoute[] {
  return [
    {
      method: 'GET',
      path: '/v1/audio-features',
      extendedOnly: true,
      handle: (request) => {
        const rows = batch(index.features, request, MAX_FEATURES);
        return ok({ audio_features: rows.map((row) => (row ? objects.features(row) : null)) });
      },
    },
    {
      method: 'GET',
      path: '/v1/audio-features/:id',
      extendedOnly: true,
      handle: (request) => ok(objects.features(known(index.features, request))),
    },
  ];
}

function searchRoute({ index, rights, api }: SpotifyContext, objects: SpotifyObjects): SpotifyRoute {
  return {
    method: 'GET',
    path: '/v1/search',
    handle: (request) => {
      const q = request.query.get('q')?.trim() ?? '';
      if (q === '') return spotifyError(400, 'No search query');
      const types = (request.query.get('type') ?? '').split(',');
      const wrong = types.find((type) => !SEARCH_TYPES.includes(type));
      if (wrong === '') return spotifyError(400, 'Missing parameter type');
      if (wrong !== undefined) return spotifyError(400, `Bad search type field ${wrong}`);
      const window = windowOf(request, rights.search, MAX_OFFSET);
      const url = `${api}/search?${request.query}`;
      const query = parseQuery(q);
      const found = {
        albums: () => pageOf(searchAlbums(query, index), window, url, (album) => objects.simpleAlbum(album)),
        artists: () => pageOf(searchArtists(query, index), window, url, (artist) => objects.artist(artist)),
        tracks: () => pageOf(searchTracks(query, index), window, url, (track) => objects.track(track)),
      };
      const kinds = (['albums', 'artists', 'tracks'] as const).filter((kind) =>
        types.includes(kind.slice(0, -1)),
      );
      return ok(Object.fromEntries(kinds.map((kind) => [kind, found[kind]()])));
    },
  };
}

/** The Web API's catalogue: what needs no user. */
export function spotifyRoutes(context: SpotifyContext): Route[] {
  const { objects } = context;
  const routes = [
    ...artistRoutes(context, objects),
    ...albumAndTrackRoutes(context, objects),
    ...featureRoutes(context, objects),
    searchRoute(context, objects),
  ];
  return routes.map((route) => guarded(route, context));
}
