import { AccessRefusedError, CapabilityMissingError } from '../../../core/errors.ts';
import { inTurn, type Reply } from '../../support/http-server.ts';
import { errorOf, rawTrack, withSpotify } from '../../support/spotify.ts';

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
    const found = await client.topTracks.tracks(ARTIST);
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
    expect(await client.topTracks.tracks(ARTIST)).toBeNull();
  }));

test.each<[string, Reply]>([
  ['JSON', { status: 403, json: { error: { status: 403, message: 'Forbidden' } } }],
  ['JSON without a message', { status: 403, json: { error: { status: 403 } } }],
  ['an empty body', { status: 403, text: '' }],
])('403 with %s: the app may not make this call, but may it be made elsewhere, it is refused', (_, reply) =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn(reply);
    expect(await errorOf(client.topTracks.tracks(ARTIST))).toBeInstanceOf(CapabilityMissingError);
    expect(await errorOf(client.audioFeatures.features(['t']))).toBeInstanceOf(CapabilityMissingError);
    expect(await errorOf(client.search.tracks(ARTIST))).toBeInstanceOf(AccessRefusedError);
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
    const error = await errorOf(client.topTracks.tracks(ARTIST));
    expect(error).toBeInstanceOf(AccessRefusedError);
    expect(error.hint).toMatch(hint);
    expect(error.message).toContain(reply.text?.slice(0, 40) ?? 'Insufficient client scope');
    expect(error.message.length).toBeLessThan(300);
  }),
);

test('search: pages on until ten are ours, leaves out what leaked in', () =>
  withSpotify(async ({ client, api }) => {
    const first = [...ids('t', 4), ...ids('x', 6)];
    const second = ['t0', 't1', ...ids('u', 8)];
    api.respond = inTurn(page(first, 'more'), page(second, 'more'), page([]));
    const found = await client.search.tracks(ARTIST);
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
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({
      json: { tracks: { items: [rawTrack('t', 'other', 'a'), null, rawTrack('u', 'A')] } },
    });
    expect(await client.search.tracks(ARTIST)).toMatchObject([{ id: 't' }]);
  }));

test.each<[string, Reply[], number]>([
  ['ten at once', [page(ids('t', 10), 'more')], 1],
  ['next is null', [page(ids('x', 10), null)], 1],
  ['no next, a page that is not full', [page(ids('x', 9))], 1],
  ['no next, a full page', [page(ids('x', 10)), page([])], 2],
  ['next is set, a page that is not full', [page(ids('x', 3), 'more'), page([], 'more')], 2],
  ['never enough', [page(ids('x', 10), 'more')], 5],
])('search ends: %s', (_, replies, requests) =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn(...replies);
    await client.search.tracks(ARTIST);
    expect(api.requests).toHaveLength(requests);
  }),
);
