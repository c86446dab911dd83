import type { Seen } from '../../support/http-server.ts';
import { inTurn } from '../../support/http-server.ts';
import { errorOf, PROVIDER, rawArtist, withSpotify } from '../../support/spotify.ts';

const idsOf = ({ query }: Seen) => query.get('ids')?.split(',') ?? [];
const make = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`);
const FORBIDDEN = { status: 403, json: { error: { status: 403, message: 'Forbidden' } } };

test('an artist in extended mode', () =>
  withSpotify(async ({ client, api }) => {
    const images = [
      null,
      { url: 'small', width: 64 },
      { url: 'large', width: 640 },
      { url: 'as large', width: 640 },
    ];
    const raw = {
      ...rawArtist('a'),
      images,
      followers: { href: null, total: 12 },
      popularity: 50,
      extra: {},
    };
    api.respond = inTurn({ json: raw });
    expect(await client.artist('a/b')).toEqual({
      id: 'a',
      name: 'Artist a',
      url: 'https://open.spotify.com/artist/a',
      image_url: 'large',
      genres: ['jazz'],
      followers: 12,
      popularity: 50,
    });
    expect(api.requests[0]?.path).toBe('/v1/artists/a%2Fb');
  }));

test('an artist with nothing but what is needed', () =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({ json: { id: 'a', name: '방탄소년단' } });
    const nothing = { url: null, image_url: null, genres: [], followers: null, popularity: null };
    expect(await client.artist('a')).toEqual({ id: 'a', name: '방탄소년단', ...nothing });
  }));

test.each([
  [{ status: 404, json: { error: { status: 404, message: 'Resource not found' } } }],
  [{ status: 404 }],
  [{ status: 400, json: { error: { status: 400, message: 'Invalid base62 id' } } }],
  [{ status: 400, json: { error: { status: 400, message: 'invalid id' } } }],
])('no such artist: %j', (reply) =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn(reply);
    expect(await client.artist('zzz')).toBeNull();
  }),
);

test('another 400 is an error', () =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({ status: 400, json: { error: { status: 400, message: 'Invalid market' } } });
    expect((await errorOf(client.artist('a'))).message).toContain('Invalid market');
  }));

test.each([
  [0, []],
  [50, [50]],
  [51, [50, 1]],
])('%i artists take batches of %j', (count, sizes) =>
  withSpotify(async ({ client, api }) => {
    api.respond = (seen) => ({
      json: { artists: idsOf(seen).map((id) => (id === 'a3' ? null : rawArtist(id))) },
    });
    const ids = make(count);
    const found = await client.artists([...ids, ...ids]);
    expect(found.map(({ id }) => id)).toEqual(ids.filter((id) => id !== 'a3'));
    expect(api.requests.map((seen) => idsOf(seen).length)).toEqual(sizes);
  }),
);

test('one by one where batches are forbidden, which is found once', () =>
  withSpotify(async ({ client, api, state, missing, clock }) => {
    api.respond = ({ path }) => {
      if (path === '/v1/artists') return FORBIDDEN;
      if (path === '/v1/artists/a1') return { status: 404 };
      return { json: rawArtist(path.slice('/v1/artists/'.length)) };
    };
    expect((await client.artists(make(51))).length).toBe(50);
    expect(await client.artists(['a0'])).toMatchObject([{ id: 'a0' }]);
    expect(api.requests).toHaveLength(1 + 51 + 1);
    expect(missing).toEqual(['spotify:artists']);
    expect(await state.capabilities(PROVIDER)).toEqual({ 'spotify:artists': clock.now() + 86_400_000 });
  }));

test('one by one where an id spoils the batch', () =>
  withSpotify(async ({ client, api, missing }) => {
    const invalid = { status: 400, json: { error: { status: 400, message: 'Invalid base62 id' } } };
    api.respond = ({ path }) => (path.endsWith('/a0') ? { json: rawArtist('a0') } : invalid);
    expect(await client.artists(['a0', '!'])).toMatchObject([{ id: 'a0' }]);
    expect(missing).toEqual([]);
  }));

test('artists by name', () =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({
      json: { artists: { items: [rawArtist('b'), null, rawArtist('a')], next: 'more' } },
    });
    const found = await client.searchArtists(`Sigur Rós & ${'🎵'.repeat(100)}`);
    expect(found.map(({ id }) => id)).toEqual(['b', 'a']);
    const query = { q: `Sigur Rós & ${'🎵'.repeat(68)}`, type: 'artist', limit: '10', market: 'SE' };
    expect(api.requests).toHaveLength(1);
    expect(Object.fromEntries(api.requests[0]?.query ?? [])).toEqual(query);
  }));
