import { InvalidInputError, RateLimitedError, ServiceUnavailableError } from '../../../core/errors.ts';
import type { PushRequest } from '../../../core/events.ts';
import { pushPlaylist } from '../../../lambdas/playlist/push.ts';
import { sampleCatalogue } from '../../../sample/generate.ts';
import type { FaultRule } from '../../../sample/stand-in/faults.ts';
import { type Account, failure, pushDeps, withAccount } from '../spotify-user/account.ts';

const SONGS = sampleCatalogue().tracks.map(({ id }) => `spotify:track:${id}`);
/** 250 songs; the first stands there twice. */
const MANY = [...SONGS.slice(0, 249), SONGS[0] as string];
const ITEMS = '/v1/playlists/*/items';

const push = (account: Account, request: Partial<PushRequest> = {}) =>
  pushPlaylist(pushDeps(account), { uris: MANY, ...request });

/** The playlists that the user sees, but for these. */
async function pushed({ standIn }: Account, others: readonly string[]) {
  const { playlists } = await standIn.user.state();
  return playlists.filter(({ id, followed }) => followed && !others.includes(id));
}
const urisOf = ({ items }: { items: readonly { uri: string }[] }) => items.map(({ uri }) => uri);

/** Runs a test with the ids of the playlists that were there before it. */
const trial = (
  test: (account: Account, before: readonly string[]) => Promise<void>,
  options: Parameters<typeof withAccount>[1] = {},
) =>
  withAccount(async (account) => {
    await test(
      account,
      (await pushed(account, [])).map(({ id }) => id),
    );
  }, options);

/** Switches faults on. */
const faults = ({ standIn }: Account, ...rules: FaultRule[]) => {
  for (const rule of rules) standIn.faults.add(rule);
};
const requests = ({ standIn }: Account) =>
  standIn.requests.entries
    .filter(({ path }) => path.startsWith('/v1'))
    .map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{22}/, ':id')}`);

test('a first push makes the playlist, a hundred songs a call, and stores what it did', () =>
  trial(async (account, before) => {
    const result = await push(account);
    const [playlist, ...others] = await pushed(account, before);
    expect(others).toEqual([]);
    expect(playlist).toMatchObject({
      id: result.id,
      name: 'AI Generated Playlist - 22/11/2026',
      description: 'Made by Soundalike',
      public: true,
    });
    expect(playlist && urisOf(playlist)).toEqual(MANY);
    expect(result).toEqual({
      id: playlist?.id,
      url: `https://open.spotify.com/playlist/${playlist?.id}`,
      snapshot: expect.any(String),
      songs: 250,
      name: 'AI Generated Playlist - 22/11/2026',
    });
    expect(requests(account)).toEqual([
      'GET /v1/me',
      'GET /v1/me/playlists',
      'POST /v1/me/playlists',
      'PUT /v1/playlists/:id/items',
      'POST /v1/playlists/:id/items',
      'POST /v1/playlists/:id/items',
    ]);
    expect(account.pushes.rows.get('standing')).toEqual({
      slot: 'standing',
      playlist_id: result.id,
      url: result.url,
      name: result.name,
      snapshot: result.snapshot,
      songs: 250,
      pushed_at: '2026-11-22T12:00:00.000Z',
      progress: null,
    });
  }));

test('a second push replaces and renames it, wherever it stands among the others', () =>
  trial(async (account, before) => {
    const first = await push(account, { description: 'heard 1 to 7 November' });
    const state = await account.standIn.user.state();
    for (let i = 0; i < 60; i++) {
      state.playlists.unshift({
        ...(state.playlists.at(-1) as (typeof state.playlists)[0]),
        id: `other${i}`,
      });
    }
    const request = { uris: SONGS.slice(5, 8), name: ' Mine\nnow ', public: false, description: 'b' };
    const second = await push(account, request);
    expect(second).toMatchObject({ id: first.id, name: 'Mine now', songs: 3 });
    expect(second.snapshot).not.toBe(first.snapshot);
    const all = await pushed(account, [...before, ...Array.from({ length: 60 }, (_, i) => `other${i}`)]);
    expect(all).toMatchObject([{ name: 'Mine now', description: 'b', public: false }]);
    expect(all.map(urisOf)).toEqual([SONGS.slice(5, 8)]);
  }));

test('one that is deleted, or was taken off the user’s list, is made anew', () =>
  trial(async (account, before) => {
    const first = await push(account);
    await account.standIn.user.deletePlaylist(first.id);
    const second = await push(account);
    await account.standIn.user.change((state) => {
      for (const playlist of state.playlists) if (playlist.id === second.id) playlist.followed = false;
    });
    const third = await push(account);
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    expect((await pushed(account, before)).map(({ id }) => id)).toEqual([third.id]);
  }));

/** A playlist becomes another user's. */
const giveAway = ({ standIn }: Account, id: string) =>
  standIn.user.change((state) => {
    for (const playlist of state.playlists) if (playlist.id === id) playlist.owner = 'somebody-else';
  });

test('one of its id that belongs to somebody else is left alone', () =>
  trial(async (account, before) => {
    const first = await push(account);
    await giveAway(account, first.id);
    const second = await push(account, { uris: SONGS.slice(0, 1) });
    expect(second.id).not.toBe(first.id);
    expect(await pushed(account, before)).toHaveLength(2);
  }));

test('a new one each time leaves the others', () =>
  trial(async (account, before) => {
    const standing = await push(account);
    const a = await push(account, { newEachTime: true });
    const b = await push(account, { newEachTime: true });
    expect(new Set([standing.id, a.id, b.id]).size).toBe(3);
    expect(await pushed(account, before)).toHaveLength(3);
    expect(account.pushes.rows.get('new')?.playlist_id).toBe(b.id);
  }));

test.each<[string, string[], RegExp]>([
  ['an empty list', [], /never empties/],
  ['a link', ['https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC'], /uris.0: expected spotify:track:/],
  ['a local file', [SONGS[0] as string, 'spotify:local:a:b:c:1'], /uris.1/],
  ['an artist', ['spotify:artist:4uLU6hMCjMI75M1A2tKUQC'], /expected spotify:track:/],
  ['a short id', ['spotify:track:abc'], /expected spotify:track:/],
])('%s is refused before any request', (_, uris, message) =>
  trial(async (account) => {
    const error = await failure(push(account, { uris }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(message);
    expect(account.standIn.requests.entries).toEqual([]);
    expect(account.pushes.rows.size).toBe(0);
  }),
);

/** Calls that add songs and fail after the songs were added. */
const DONE_AND_FAILED: [string, FaultRule][] = [
  ['503', { match: ITEMS, method: 'POST', kind: 'status', status: 503, afterWork: true, times: 1 }],
  ['a cut connection', { match: ITEMS, method: 'POST', kind: 'cut', afterWork: true, times: 1 }],
  ['a cut body', { match: ITEMS, method: 'POST', kind: 'cut', where: 'body', times: 1 }],
  ['half a document', { match: ITEMS, method: 'POST', kind: 'broken-json', times: 1 }],
];

test.each(DONE_AND_FAILED)('%s on the second hundred, after the work: nothing is doubled', (_, fault) =>
  trial(async (account, before) => {
    faults(account, fault);
    await push(account);
    expect((await pushed(account, before)).map(urisOf)).toEqual([MANY]);
    expect(requests(account).slice(3)).toEqual([
      'PUT /v1/playlists/:id/items',
      'POST /v1/playlists/:id/items',
      'PUT /v1/playlists/:id/items',
      'POST /v1/playlists/:id/items',
      'POST /v1/playlists/:id/items',
    ]);
  }),
);

test('a call that fails again and again ends the push, which may be made again', () =>
  trial(async (account, before) => {
    faults(account, { match: ITEMS, method: 'POST', kind: 'status', status: 502, afterWork: true, times: 3 });
    expect(await failure(push(account))).toBeInstanceOf(ServiceUnavailableError);
    expect(requests(account).filter((line) => line.startsWith('PUT'))).toHaveLength(3);
    expect(account.pushes.rows.get('standing')).toMatchObject({ pushed_at: null, songs: 0 });
    await push(account);
    expect((await pushed(account, before)).map(urisOf)).toEqual([MANY]);
  }));

test.each([
  ['503', { kind: 'status', status: 503, afterWork: true }],
  ['a cut connection', { kind: 'cut', afterWork: true }],
  ['a cut body', { kind: 'cut', where: 'body' }],
] as const)('%s on making it, after the work: the one that was made is taken', (_, fault) =>
  trial(async (account, before) => {
    faults(account, { match: '/v1/me/playlists', method: 'POST', times: 1, ...fault });
    await push(account);
    expect((await pushed(account, before)).map(urisOf)).toEqual([MANY]);
    expect(requests(account).filter((line) => line === 'POST /v1/me/playlists')).toHaveLength(1);
  }),
);

test('503 on making it, without the work: it is made then', () =>
  trial(async (account, before) => {
    faults(account, { match: '/v1/me/playlists', method: 'POST', kind: 'status', status: 503, times: 2 });
    await push(account);
    expect(await pushed(account, before)).toHaveLength(1);
  }));

test.each(['standing', 'new'])('killed between making (%s) and storing it: the next run finds it', (slot) =>
  trial(async (account, before) => {
    const newEachTime = slot === 'new';
    const done = await push(account, { newEachTime, name: 'A' }); // of the same name, and finished
    if (!newEachTime) await giveAway(account, done.id);
    account.pushes.before = ({ progress }) => {
      if (progress?.includes('filling')) throw new Error('killed');
    };
    await expect(push(account, { newEachTime, name: 'A' })).rejects.toThrow('killed');
    account.pushes.before = () => {};
    const second = await push(account, { newEachTime, name: 'B', uris: SONGS.slice(0, 2) });
    expect(second.id).not.toBe(done.id);
    const all = await pushed(account, [...before, done.id]);
    expect(all).toMatchObject([{ id: second.id, name: 'B' }]);
    expect(all.map(urisOf)).toEqual([SONGS.slice(0, 2)]);
  }),
);

test('killed while it is filled: the next run goes on with the same, a new one too', () =>
  trial(async (account, before) => {
    faults(account, { match: ITEMS, method: 'POST', kind: 'status', status: 400, times: 1 });
    await failure(push(account, { newEachTime: true }));
    await push(account, { newEachTime: true });
    expect((await pushed(account, before)).map(urisOf)).toEqual([MANY]);
  }));

describe.each(['newer', 'older', 'both'] as const)('of an app that has the paths %s', (playlistPaths) => {
  test.each([
    ['before its details are changed', { match: '/v1/playlists/', method: 'PUT', times: 1 }],
    ['before its songs are replaced', { match: ITEMS, method: 'PUT', times: 1 }],
    ['before the second hundred', { match: ITEMS, method: 'POST', times: 1 }],
    ['before the third hundred', { match: ITEMS, method: 'POST', after: 1, times: 1 }],
  ] as const)('one that is deleted %s is made anew', (_, when) =>
    trial(
      async (account, before) => {
        const first = await push(account);
        const deps = pushDeps(account);
        const match = playlistPaths === 'older' ? when.match.replace('items', 'tracks') : when.match;
        faults(account, { ...when, match, kind: 'playlist-gone' });
        const uris = SONGS.slice(0, 250);
        const second = await pushPlaylist(deps, { uris });
        expect(second.id).not.toBe(first.id);
        expect((await pushed(account, before)).map(urisOf)).toEqual([uris]);
        expect(await deps.apiState.capabilities('stand-in:extended')).toEqual(
          playlistPaths === 'older'
            ? { 'spotify:me-playlists': expect.any(Number), 'spotify:playlist-items': expect.any(Number) }
            : {},
        );
      },
      { user: { playlistPaths } },
    ),
  );
});

test('one that is deleted again and again is an error in the end', () =>
  trial(async (account) => {
    faults(account, { match: ITEMS, kind: 'playlist-gone' });
    expect(await failure(push(account))).toBeInstanceOf(ServiceUnavailableError);
    expect(requests(account).filter((line) => line.startsWith('POST'))).toHaveLength(3);
  }));

test('a short 429 in the middle is waited for, a long one ends the push', () =>
  trial(async (account, before) => {
    const limit = (seconds: string): FaultRule => ({
      match: ITEMS,
      method: 'POST',
      kind: 'status',
      status: 429,
      headers: { 'retry-after': seconds },
      times: 1,
    });
    faults(account, limit('7'));
    await push(account);
    expect(account.clock.waits).toEqual([7000]);
    faults(account, limit('3600'));
    expect(await failure(push(account))).toBeInstanceOf(RateLimitedError);
    await push(account);
    expect((await pushed(account, before)).map(urisOf)).toEqual([MANY]);
  }));

test.each([
  ['newer', 'POST /v1/me/playlists', 'POST /v1/playlists/:id/items'],
  ['older', 'POST /v1/users/stand-in-user/playlists', 'POST /v1/playlists/:id/tracks'],
] as const)('an app that has the %s paths alone', (playlistPaths, making, adding) =>
  trial(
    async (account, before) => {
      const deps = pushDeps(account);
      await pushPlaylist(deps, { uris: MANY });
      expect((await pushed(account, before)).map(urisOf)).toEqual([MANY]);
      const good = account.standIn.requests.entries.filter(({ status }) => status < 300);
      const lines = good.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{22}/, ':id')}`);
      expect(lines).toEqual(expect.arrayContaining([making, adding]));
      account.standIn.requests.clear();
      await pushPlaylist(deps, { uris: MANY });
      // What is missing is remembered.
      expect(account.standIn.requests.entries.filter(({ status }) => status >= 400)).toEqual([]);
    },
    { user: { playlistPaths } },
  ),
);

test('an app whose newer paths are unknown to Spotify (404) uses the older', () =>
  trial(
    async (account, before) => {
      const unknown = {
        kind: 'status',
        status: 404,
        body: { error: { status: 404, message: 'Service not found' } },
      } as const;
      faults(
        account,
        { match: ITEMS, ...unknown },
        { match: '/v1/me/playlists', method: 'POST', ...unknown },
      );
      await push(account);
      expect((await pushed(account, before)).map(urisOf)).toEqual([MANY]);
      expect(account.standIn.requests.entries.filter(({ status }) => status === 404)).toHaveLength(2);
    },
    { user: { playlistPaths: 'both' } },
  ));

test('a song that Spotify does not have is told as such, and the playlist is not made twice', () =>
  trial(async (account, before) => {
    const error = await failure(push(account, { uris: [`spotify:track:${'0'.repeat(22)}`] }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain('non-existing ID');
    await push(account);
    expect(await pushed(account, before)).toHaveLength(1);
  }));
