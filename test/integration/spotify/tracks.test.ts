import { AccessRefusedError, CapabilityMissingError } from '../../../core/errors.ts';
import { type ArtistTracks, walkTracks } from '../../../lambdas/collector/walk-tracks.ts';
import { inTurn, type Reply } from '../../support/http-server.ts';
import { errorOf, rawTrack, type Spotify, withSpotify } from '../../support/spotify.ts';

/** What the search finds in as many pages as it takes. */
async function searched({ client, gate }: Spotify, wanted = 10): Promise<ArtistTracks['tracks']> {
  let found: ArtistTracks['tracks'] = null;
  const sources = { tracks: [client.search], moreTracks: client.albums, gate };
  for await (const { tracks } of walkTracks(sources, ARTIST, wanted)) found = tracks;
  return found;
}

const ARTIST = { id: 'a', name: 'The "Quoted" One' };

/** A page of search results: tracks of artist `a`, or of another where the id begins with `x`. */
const page = (ids: string[], next?: string | null): Reply => ({
  json: { tracks: { items: ids.map((id) => rawTrack(id, id.startsWith('x') ? 'other' : 'a')), next } },
});
const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test('top tracks: each once, null items and local files skipped, at most ten', () =>
  withSpotify(async ({ client, api }) => {
    const full = { ...rawTrack('t1', 'a'), popularity: 77 };
    const bare = { id: 't2', name: 'Bare' };
    const tracks = [
      full,
      null,
      full,
      bare,
      { ...bare, id: null },
      ...ids('u', 12).map((id) => rawTrack(id, 'a')),
    ];
    api.respond = inTurn({ json: { tracks } });
    const found = (await client.topTracks.page(ARTIST, 10, null))?.tracks;
    expect(found?.slice(0, 2)).toEqual([
      {
        id: 't1',
        name: 'Track t1',
        popularity: 77,
        external_url: 'https://open.spotify.com/track/t1',
        isrc: 'ISRC-t1',
        duration_ms: 200_000,
      },
      { id: 't2', name: 'Bare', popularity: null, external_url: null, isrc: null, duration_ms: null },
    ]);
    expect(found).toHaveLength(10);
    expect(api.requests[0]).toMatchObject({ path: '/v1/artists/a/top-tracks' });
    expect(api.requests[0]?.query.get('market')).toBe('SE');
    expect(client.topTracks.name).toBe('spotify:top-tracks');
  }));

test('top tracks of nobody', () =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({ status: 404, json: { error: { status: 404, message: 'Not found' } } });
    expect(await client.topTracks.page(ARTIST, 10, null)).toBeNull();
  }));

test.each<[string, Reply]>([
  ['JSON', { status: 403, json: { error: { status: 403, message: 'Forbidden' } } }],
  ['JSON without a message', { status: 403, json: { error: { status: 403 } } }],
  ['an empty body', { status: 403, text: '' }],
])('403 with %s: the app may not make this call, but may it be made elsewhere, it is refused', (_, reply) =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn(reply);
    expect(await errorOf(client.topTracks.page(ARTIST, 10, null))).toBeInstanceOf(CapabilityMissingError);
    expect(await errorOf(client.audioFeatures.features(['t']))).toBeInstanceOf(CapabilityMissingError);
    expect(await errorOf(client.search.page(ARTIST, 10, null))).toBeInstanceOf(AccessRefusedError);
    expect(await errorOf(client.artist('a'))).toBeInstanceOf(AccessRefusedError);
    expect(api.requests).toHaveLength(4);
  }),
);

test.each<[string, Reply, RegExp]>([
  [
    'premium',
    { status: 403, text: 'Active premium subscription required for the owner of the app.' },
    /Premium/,
  ],
  ['allow-list', { status: 403, text: 'User not registered in the Developer Dashboard' }, /User Management/],
  [
    'scope',
    { status: 403, json: { error: { status: 403, message: 'Insufficient client scope' } } },
    /log in/,
  ],
  ['a proxy', { status: 403, text: `<html>${'no '.repeat(500)}` }, /dashboard/],
])('403 that refuses the app: %s', (_, reply, hint) =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn(reply);
    const error = await errorOf(client.topTracks.page(ARTIST, 10, null));
    expect(error).toBeInstanceOf(AccessRefusedError);
    expect(error.hint).toMatch(hint);
    expect(error.message).toContain(reply.text?.slice(0, 40) ?? 'Insufficient client scope');
    expect(error.message.length).toBeLessThan(300);
  }),
);

test('search: pages on until ten are ours, leaves out what leaked in', () =>
  withSpotify(async (spotify) => {
    const { client, api } = spotify;
    const first = [...ids('t', 4), ...ids('x', 6)];
    const second = ['t0', 't1', ...ids('u', 8)];
    api.respond = inTurn(page(first, 'more'), page(second, 'more'), page([]));
    const found = await searched(spotify);
    expect(found?.map(({ id }) => id)).toEqual([...ids('t', 4), ...ids('u', 6)]);
    expect(api.requests.map(({ query }) => Object.fromEntries(query))).toEqual(
      ['0', '10'].map((offset) => ({
        q: 'artist:"The Quoted One"',
        type: 'track',
        limit: '10',
        market: 'SE',
        offset,
      })),
    );
    expect(client.search.name).toBe('spotify:search');
  }));

test('search: a track of several artists is ours if one is', () =>
  withSpotify(async (spotify) => {
    const { api } = spotify;
    api.respond = inTurn({
      json: { tracks: { items: [rawTrack('t', 'other', 'a'), null, rawTrack('u', 'A')] } },
    });
    expect(await searched(spotify)).toMatchObject([{ id: 't' }]);
  }));

test.each<[string, Reply[], number]>([
  ['ten at once', [page(ids('t', 10), 'more')], 1],
  ['next is null', [page(ids('x', 10), null)], 1],
  ['no next, a page that is not full', [page(ids('x', 9))], 1],
  ['no next, a full page', [page(ids('x', 10)), page([])], 2],
  ['next is set, a page that is not full', [page(ids('x', 3), 'more'), page([], 'more')], 2],
  ['never enough', [page(ids('x', 10), 'more')], 5],
])('search ends: %s', (_, replies, requests) =>
  withSpotify(async (spotify) => {
    const { api } = spotify;
    const pages = inTurn(...replies);
    api.respond = (request) => (request.path === '/v1/search' ? pages(request) : { json: { items: [] } });
    const found = await searched(spotify);
    const paths = api.requests.map(({ path }) => path);
    expect(paths.filter((path) => path === '/v1/search')).toHaveLength(requests);
    // The albums are asked where the search has missed the artist.
    expect(paths.includes('/v1/artists/a/albums')).toBe(found?.length === 0);
  }),
);

test('an artist that the search misses has the tracks of its albums', () =>
  withSpotify(async (spotify) => {
    const { api } = spotify;
    api.respond = ({ path }) => {
      if (path === '/v1/search')
        return { status: 404, json: { error: { status: 404, message: 'Not found' } } };
      if (path === '/v1/artists/a/albums') return { json: { items: [{ id: 'album' }], next: null } };
      return { json: { items: [rawTrack('t', 'a'), rawTrack('x', 'other')], next: null } };
    };
    expect(await searched(spotify)).toMatchObject([{ id: 't', source: 'spotify:albums' }]);
  }));

test('ten tracks are ten recordings: one that comes twice is asked no further place', () =>
  withSpotify(async (spotify) => {
    const { api } = spotify;
    const track = (id: string, isrc: string | null, name: string) => ({
      ...rawTrack(id, 'a'),
      ...{ name, external_ids: { isrc } },
    });
    const again = [track('a1', 'I1', 'One'), track('a2', 'I1', 'One (Remaster)'), track('a3', null, 'ÓNE')];
    const first = [...again, ...ids('t', 7).map((id) => track(id, id, id))];
    const second = ids('u', 10).map((id) => track(id, id, id));
    const replies = [first, second].map((items) => ({ json: { tracks: { items, next: 'more' } } }));
    api.respond = inTurn(...replies);
    expect((await searched(spotify))?.map(({ id }) => id)).toEqual(['a1', ...ids('t', 7), 'u0', 'u1']);
    expect(api.requests).toHaveLength(2);
  }));

test('search for more: as many pages as would do and four, past which one must have something of ours', () =>
  withSpotify(async (spotify) => {
    const { api, client } = spotify;
    const pagesOf = async (prefix: string, wanted: number): Promise<number> => {
      const before = api.requests.length;
      api.respond = inTurn(page(ids(prefix, 10), 'more'));
      let cursor: string | null = null;
      do cursor = (await client.search.page(ARTIST, wanted, cursor))?.next ?? null;
      while (cursor !== null);
      return api.requests.length - before;
    };
    expect([await pagesOf('t', 25), await pagesOf('t', 11), await pagesOf('x', 300)]).toEqual([7, 6, 5]);
    api.respond = inTurn(...['t', 'u', 'v'].map((prefix) => page(ids(prefix, 10), 'more')));
    const before = api.requests.length;
    expect(await searched(spotify, 25)).toHaveLength(25);
    expect(api.requests.length - before).toBe(3);
  }));

test.each([
  ['albums', (path: string) => path.endsWith('/albums')],
  ['tracks of an album', (path: string) => path.endsWith('/tracks')],
  ['both', () => true],
])('pages of %s that never end are walked 500 times for an artist', (_, isEndless) =>
  withSpotify(async ({ api, client }) => {
    let made = 0;
    api.respond = ({ path }) => {
      made += 1;
      const isAlbums = path.endsWith('/albums');
      const items = isAlbums ? [{ id: `album${made}` }] : [rawTrack(`t${made}`, 'other')];
      return { json: { items, next: isEndless(path) ? 'more' : null } };
    };
    let cursor: string | null = null;
    do cursor = (await client.albums.page(ARTIST, 300, cursor))?.next ?? null;
    while (cursor !== null);
    expect(api.requests).toHaveLength(500);
  }),
);
