import type { SpotifyUserClient } from '../../../adapters/spotify/user-client.ts';
import { AccessRefusedError, ConsentNeededError, UnexpectedAnswerError } from '../../../core/errors.ts';
import { Ledger } from '../../../core/ledger.ts';
import { userConnector } from '../../../lambdas/login/connect.ts';
import { inTurn, type Reply, serve, type TestServer } from '../../support/http-server.ts';
import { rawTrack } from '../../support/spotify.ts';
import { type Account, failure, withAccount } from './account.ts';

const open = ({ process }: Account, ledger = new Ledger()) => userConnector(process())(ledger);

/** Runs a test with a client whose API is this server, and whose tokens are the stand-in's. */
async function withApi(
  reply: Reply,
  test: (api: TestServer, client: ReturnType<typeof open>['client']) => Promise<void>,
): Promise<void> {
  const api = await serve(inTurn(reply));
  await withAccount(async ({ deps }) => {
    const settings = { ...deps.settings, apiUrl: api.url };
    const { client, close } = userConnector({ ...deps, settings })(new Ledger());
    await test(api, client).finally(close);
  }).finally(() => api.close());
}

const play = (played_at: string, track: unknown) => ({ track, played_at, context: null });

test('plays: those of local files and null tracks have no track, times are all alike', () => {
  const items = [
    play('2026-11-22T11:00:00.123Z', rawTrack('a', 'x', 'y')),
    play('2026-11-22T10:00:00Z', null),
    play('2026-11-22T10:30:00+01:00', { ...rawTrack('b', 'x'), is_local: true, id: null }),
    play('2026-11-22T08:00:00Z', { id: 'd', name: '' }),
  ];
  return withApi({ json: { items, next: null, cursors: null } }, async (api, client) => {
    const nothing = { artist_id: null, artist_name: null, duration_ms: null, isrc: null };
    expect(await client.recentlyPlayed(1_700_000_000_000.7)).toEqual({
      isFull: false,
      plays: [
        {
          played_at: '2026-11-22T11:00:00.123Z',
          track: {
            id: 'a',
            name: 'Track a',
            artist_id: 'x',
            artist_name: 'Artist x',
            duration_ms: 200_000,
            isrc: 'ISRC-a',
          },
        },
        { played_at: '2026-11-22T10:00:00.000Z', track: null },
        { played_at: '2026-11-22T09:30:00.000Z', track: null },
        { played_at: '2026-11-22T08:00:00.000Z', track: { id: 'd', name: '', ...nothing } },
      ],
    });
    await client.recentlyPlayed(null);
    expect(api.requests.map(({ path, query }) => [path, Object.fromEntries(query)])).toEqual([
      ['/me/player/recently-played', { limit: '50', after: '1700000000000' }],
      ['/me/player/recently-played', { limit: '50' }],
    ]);
  });
});

test.each([
  [49, false],
  [50, true],
])('a page of %i plays is full: %s', (count, isFull) =>
  withApi(
    { json: { items: Array.from({ length: count }, () => play('2026-11-22T11:00:00Z', null)) } },
    async (_, client) => expect((await client.recentlyPlayed(null)).isFull).toBe(isFull),
  ),
);

test('of several plays one that cannot be read is counted, and its fellows are there', () => {
  const items = [
    play('2026-11-22T11:00:00Z', rawTrack('a', 'x')),
    play('yesterday', rawTrack('b', 'x')),
    play('2026-11-22T10:00:00Z', { ...rawTrack('c', 'x'), name: null, duration_ms: 'long' }),
    play('2026-11-22T09:00:00Z', { id: 7, name: 'Seven' }),
  ];
  return withApi({ json: { items } }, async (_, client) => {
    const { plays, unreadable } = await client.recentlyPlayed(null);
    expect(unreadable).toBe(1);
    expect(plays.map(({ track }) => track && [track.id, track.name, track.duration_ms])).toEqual([
      ['a', 'Track a', 200_000],
      ['c', null, null],
      null,
    ]);
  });
});

test('a play without its time is an answer that is not understood', () =>
  withApi({ json: { items: [{ track: null, played_at: 'yesterday' }] } }, async (_, client) => {
    const error = await failure(client.recentlyPlayed(null));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toContain('items.0.played_at');
  }));

test.each([
  [
    'Insufficient client scope',
    { json: { error: { status: 403, message: 'Insufficient client scope' } } },
    'login',
  ],
  ['plain text', { text: 'User not registered in the Developer Dashboard' }, 'User Management'],
  [
    'plain text of 2026',
    { text: 'The user is not registered for this application. Please check your settings on https://x' },
    'User Management',
  ],
  [
    'the owner without Premium',
    { text: 'Active premium subscription required for the owner of the app.' },
    'Premium',
  ],
  ['not a word', {}, 'developer dashboard'],
])('403 with %s says what to do', (_, reply, hint) =>
  withApi({ status: 403, ...reply }, async (_api, client) => {
    for (const call of [client.recentlyPlayed(null), client.me(), client.ownPlaylists().next()]) {
      const error = await failure(call);
      expect(error).toBeInstanceOf(AccessRefusedError);
      expect(error.hint).toContain(hint);
    }
  }),
);

test('the stand-in’s user: who he is, what was heard, page after page of playlists', () =>
  withAccount(async (account) => {
    account.clock.advance(3 * 86_400_000);
    const ledger = new Ledger();
    const { client, close } = open(account, ledger);
    expect(await client.me()).toEqual({ id: 'stand-in-user', name: 'Stand-in User' });
    const { plays } = await client.recentlyPlayed(null);
    expect(plays.length).toBeGreaterThan(0);
    expect(plays.find(({ track }) => track)?.track?.id).toMatch(/^[0-9A-Za-z]{22}$/);
    const newest = Math.max(...plays.map(({ played_at }) => Date.parse(played_at)));
    expect(await client.recentlyPlayed(newest)).toEqual({ plays: [], isFull: false });
    const { playlists } = await account.standIn.user.state();
    const [own] = playlists.filter(({ owner }) => owner === 'stand-in-user');
    for (let i = 0; i < 120; i++) if (own) playlists.push({ ...own, id: `p${i}` });
    const found: string[] = [];
    for await (const { id } of client.ownPlaylists()) found.push(id);
    expect(found).toHaveLength(playlists.filter(({ owner }) => owner === 'stand-in-user').length);
    expect(ledger.requests).toBe(account.standIn.requests.entries.length);
    await close();
  }));

test('playlists whose pages never end are read until nothing new comes', () =>
  withApi(
    { json: { id: 'me', items: [null, { id: 'p', owner: { id: 'me' } }], next: 'more' } },
    async (api, client) => {
      const found: unknown[] = [];
      for await (const playlist of client.ownPlaylists()) found.push(playlist);
      expect(found).toEqual([{ id: 'p', name: '', url: null }]);
      expect(api.requests.map(({ path }) => path)).toEqual(['/me', '/me/playlists', '/me/playlists']);
    },
  ));

test.each([
  ['playlists', '/me/playlists', (client: SpotifyUserClient) => Array.fromAsync(client.ownPlaylists())],
  ['entries of a playlist', '/playlists/p/items', (client: SpotifyUserClient) => client.playlistSongs('p')],
])('pages of ever new %s are one clear error after 20,000 of them', (_, path, read) =>
  withApi({}, async (api, client) => {
    api.respond = ({ query }) => {
      const page = Array.from({ length: 50 }, (_, i) => `p${Number(query.get('offset')) + i}`);
      const items = page.map((id) => ({ id, owner: { id: 'me' }, item: rawTrack(id, 'x') }));
      return { json: { id: 'me', items, next: 'more' } };
    };
    const error = await failure(read(client));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toMatch(`${path}: a page after 20000 entries`);
    expect(api.requests.filter((request) => request.path === path)).toHaveLength(400);
  }),
);

test('what stands in a playlist: songs, and null for all else', () => {
  const items = [
    { item: rawTrack('a', 'x', 'y') },
    { track: rawTrack('b') },
    { item: { ...rawTrack('c', 'x'), type: 'episode' } },
    { item: null },
    { item: { ...rawTrack('d', 'x'), id: null } },
    null,
  ];
  return withApi({ json: { items, next: 'more', total: 51 } }, async (api, client) => {
    const page = [
      { track_id: 'a', name: 'Track a', artist_id: 'x', artist_name: 'Artist x' },
      { track_id: 'b', name: 'Track b', artist_id: null, artist_name: null },
      ...Array(4).fill(null),
    ];
    expect(await client.playlistSongs('p')).toEqual([...page, ...page]);
    const asked = api.requests.map(({ method, path, query }) => `${method} ${path}?${query}`);
    expect(asked).toEqual([
      'GET /playlists/p/items?limit=50&offset=0',
      'GET /playlists/p/items?limit=50&offset=50',
    ]);
  });
});

test('a 400 to reading one playlist is that playlist’s failure, not a fault of a song or a name', () =>
  withApi({ status: 400, json: { error: { status: 400, message: 'Bad' } } }, async (_, client) => {
    const error = await failure(client.playlistSongs('p'));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toMatch('/playlists/p/items: status 400');
  }));

test.each(['newer', 'older'] as const)(
  'the songs of the stand-in’s playlists, by the %s paths',
  (playlistPaths) =>
    withAccount(
      async (account) => {
        const { client, close } = open(account);
        const { playlists } = await account.standIn.user.state();
        const [own] = playlists.filter(({ owner }) => owner === 'stand-in-user');
        for (let i = 0; i < 3 && own; i++) own.items.push(...own.items); // several pages
        const songs = await client.playlistSongs(own?.id ?? '');
        expect(songs?.length).toBeGreaterThan(100);
        expect(songs?.map((song) => `spotify:track:${song?.track_id}`)).toEqual(
          own?.items.map(({ uri }) => uri),
        );
        expect(await client.playlistSongs('0'.repeat(22))).toBeNull();
        await close();
      },
      { user: { playlistPaths } },
    ),
);

test('a token that is revoked in mid-run is renewed once; a consent that ended is told', () =>
  withAccount(async (account) => {
    const { client, close } = open(account);
    account.standIn.faults.add({ match: '/v1/me/player', kind: 'unauthorized', times: 1 });
    expect(await client.recentlyPlayed(null)).toMatchObject({ isFull: expect.any(Boolean) });
    account.standIn.faults.add({ match: '/v1/me/player', kind: 'unauthorized', consent: true, times: 1 });
    const error = await failure(client.recentlyPlayed(null));
    expect(error).toBeInstanceOf(ConsentNeededError);
    expect(account.grant.value.needs_consent_since).not.toBeNull();
    await close();
  }));

test('rotation: each refresh is stored, and the next process goes on from it', () =>
  withAccount(
    async (account) => {
      for (let hour = 0; hour < 5; hour++) {
        const { client, close } = open(account);
        await client.recentlyPlayed(null);
        await close();
        account.clock.advance(3_600_000);
      }
      expect(account.grant.writes).toBe(5);
      expect(account.standIn.requests.entries.filter(({ status }) => status >= 400)).toEqual([]);
    },
    { user: { rotation: true } },
  ));

test('rotation: of two processes that refresh at once, both go on', () =>
  withAccount(
    async (account) => {
      const [a, b] = [open(account), open(account)];
      await Promise.all([a.client.recentlyPlayed(null), b.client.recentlyPlayed(null)]);
      expect(account.grant.value.needs_consent_since).toBeNull();
      await Promise.all([a.close(), b.close()]);
    },
    { user: { rotation: true } },
  ));
