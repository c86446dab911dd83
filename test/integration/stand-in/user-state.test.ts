import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleCatalogue } from '../../../sample/generate.ts';
import type { StandInOptions } from '../../../sample/stand-in/server.ts';
import type { UserStore } from '../../../sample/stand-in/user.ts';
import { STAND_IN_USER, type UserState } from '../../../sample/stand-in/user-state.ts';
import { refresh, standInClient, type UserClient, userClient } from '../../support/stand-in-client.ts';

const catalogue = sampleCatalogue();
const uri = `spotify:track:${catalogue.tracks[0]?.id}`;
const PLAYED = '/v1/me/player/recently-played?limit=50';
const NOW = Date.UTC(2026, 10, 22, 12);

/** A store of text, as a file is one. */
class TextStore implements UserStore {
  text: string | undefined;
  saves = 0;
  #saving = 0;
  /** Whether two saves were ever under way at once. */
  overlapped = false;

  load(): unknown {
    return this.text === undefined ? undefined : JSON.parse(this.text);
  }

  async save(state: UserState): Promise<void> {
    this.#saving++;
    this.overlapped ||= this.#saving > 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.text = JSON.stringify(state);
    this.saves++;
    this.#saving--;
  }

  get state(): UserState {
    return JSON.parse(this.text ?? '');
  }
}

const clients: UserClient[] = [];
const start = async (options: Partial<StandInOptions> = {}) => {
  const client = await userClient({ catalogue, now: () => NOW, ...options });
  clients.push(client);
  return client;
};
const heard = async (client: UserClient) =>
  (await client.get<{ items: { played_at: string }[] }>(PLAYED)).json.items.map(({ played_at }) => played_at);
afterEach(() => Promise.all(clients.splice(0).map(({ standIn }) => standIn.close())));

describe('the state of the user', () => {
  test('outlives the process: tokens, plays, playlists', async () => {
    const store = new TextStore();
    const first = await start({ store, user: { rotation: true } });
    const [, rotated] = await refresh(first.standIn);
    const made = await first.send<{ id: string }>('POST', '/v1/me/playlists', { name: 'Kept' });
    const items = `/v1/playlists/${made.json.id}/items`;
    await first.send('PUT', items, { uris: [uri] });
    await first.standIn.user.addPlays([{ played_at: new Date(NOW).toISOString(), uri }]);
    const before = await heard(first);
    await first.standIn.close();

    const second = await start({ store, now: () => NOW + 60_000 });
    expect(before).toHaveLength(50);
    expect(await heard(second)).toEqual(before);
    expect((await second.get<{ items: unknown[] }>(items)).json.items).toHaveLength(1);
    expect((await refresh(second.standIn))[1].error).toBe('invalid_grant');
    expect((await refresh(second.standIn, rotated.refresh_token))[0]).toBe(200);
    const authorization = `Bearer ${rotated.access_token}`;
    expect((await second.get('/v1/me', { authorization })).status).toBe(200);
    await second.standIn.user.revoke();
    await second.standIn.close();

    const third = await start({ store });
    expect((await refresh(third.standIn, rotated.refresh_token))[1].error_description).toBe(
      'Refresh token revoked',
    );
  });

  test('is saved before the answer goes out, one save after the other', async () => {
    const store = new TextStore();
    const client = await start({ store });
    const names = Array.from({ length: 12 }, (_, i) => `playlist ${i}`);
    await Promise.all(
      names.map(async (name) => {
        await client.send('POST', '/v1/me/playlists', { name });
        expect(store.state.playlists.map((playlist) => playlist.name)).toContain(name);
      }),
    );
    expect(store.overlapped).toBe(false);
    const ids = store.state.playlists.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3 + 12);
  });

  test('is neither made nor loaded before somebody asks for the user', async () => {
    const store = new TextStore();
    const load = jest.spyOn(store, 'load');
    const client = await standInClient({ store });
    expect((await client.get('/v1/search?q=x&type=track')).status).toBe(200);
    expect([load.mock.calls.length, store.saves]).toEqual([0, 0]);
    await refresh(client.standIn);
    expect([load.mock.calls.length, store.saves]).toEqual([1, 2]);
    await client.standIn.close();
  });

  test.each([[{ version: 2 }], ['nonsense'], [{ version: 1, plays: [] }]])(
    'is not taken from %j',
    async (value) => {
      const store = { load: () => value, save: async () => {} };
      const { standIn, get } = await standInClient({ store });
      const answer = await get<{ error: { message: string } }>(standIn.urls.user);
      expect([answer.status, answer.json.error.message]).toEqual([
        500,
        expect.stringMatching(
          /^The stand-in failed: Error: the stored state of its user is unreadable: ✖ Invalid/,
        ),
      ]);
      await standIn.close();
    },
  );

  test('that cannot be saved is a 500, and the next save is tried', async () => {
    let works = true;
    const store: UserStore = {
      load: () => undefined,
      save: async () => {
        if (!works) throw new Error('disk full');
      },
    };
    const client = await start({ store });
    works = false;
    expect((await client.send('POST', '/v1/me/playlists', { name: 'x' })).status).toBe(500);
    works = true;
    expect((await client.send('POST', '/v1/me/playlists', { name: 'y' })).status).toBe(201);
  });
});

describe('the control paths', () => {
  interface Controlled {
    error: string;
    settings: object;
    state: UserState;
  }
  const control = async (client: UserClient, method: string, path: string, body?: unknown) => {
    const { status, json } = await client.send<Controlled>(method, `/stand-in${path}`, body);
    return { status, json };
  };

  test('show the user, and change how they behave', async () => {
    const client = await start();
    const { json } = await control(client, 'GET', '/user');
    expect(json.settings).toEqual({
      consent: 'granted',
      allowListed: true,
      rotation: false,
      listening: true,
      playlistPaths: 'both',
    });
    expect(json.state).toMatchObject({ version: 1, began: NOW });
    expect(json.state.grants[0]).toMatchObject({
      refresh_token: STAND_IN_USER.refreshToken,
      consented_at: NOW,
    });
    const changed = await control(client, 'PUT', '/user', { rotation: true, consent: 'denied' });
    expect(changed.json.settings).toMatchObject({ rotation: true, consent: 'denied', allowListed: true });
    expect((await refresh(client.standIn))[1].refresh_token).toEqual(expect.any(String));
    const wrong = await control(client, 'PUT', '/user', { rotation: 'yes', alowListed: false });
    expect([wrong.status, wrong.json.error]).toEqual([
      400,
      'rotation: Invalid input: expected boolean, received string; Unrecognized key: "alowListed"',
    ]);
  });

  test('add plays: now, at a time, late, of a local file, of nothing', async () => {
    const client = await start({ user: { listening: false } });
    const earlier = new Date(NOW - 60_000).toISOString();
    const plays = [
      { uri: 'spotify:local:a:b:c:1', played_at: earlier },
      { uri: null, played_at: earlier, visible_at: new Date(NOW + 1).toISOString() },
    ];
    expect(await control(client, 'POST', '/plays', { uri })).toEqual({ status: 201, json: { added: 1 } });
    expect(await control(client, 'POST', '/plays', plays)).toEqual({ status: 201, json: { added: 2 } });
    const { json } = await client.get<{ items: { track: { uri: string } }[] }>(PLAYED);
    expect(json.items.map(({ track }) => track.uri)).toEqual([uri, 'spotify:local:a:b:c:1']);
  });

  test.each([
    ['not JSON', undefined, 'the body must be JSON: one play or a list of them'],
    ['a wrong time', { uri, played_at: 'noon' }, 'played_at: Invalid ISO datetime'],
    ['a wrong URI', [{ uri: 'x' }], '0.uri: expected spotify:track:<id> or spotify:local:<a>:<b>:<c>:<s>'],
    [
      'an unknown track',
      { uri: `spotify:track:${'0'.repeat(22)}` },
      `the catalogue has no spotify:track:${'0'.repeat(22)}`,
    ],
  ])('refuse %s as a play', async (_, body, message) => {
    const client = await start({ user: { listening: false } });
    const { status, json } = await control(client, 'POST', '/plays', body);
    expect([status, json.error]).toEqual([400, message]);
    expect((await client.standIn.user.state()).plays).toEqual([]);
  });

  test('delete a playlist for good, and end the consent', async () => {
    const client = await start();
    const [id] = catalogue.playlists.map((playlist) => playlist.id);
    expect((await control(client, 'DELETE', `/playlists/${id}`)).status).toBe(204);
    expect((await client.get(`/v1/playlists/${id}`)).status).toBe(404);
    const again = await control(client, 'DELETE', `/playlists/${id}`);
    expect([again.status, again.json.error]).toEqual([404, `there is no playlist ${id}`]);
    expect((await control(client, 'DELETE', '/consent')).status).toBe(204);
    expect((await client.get('/v1/me')).status).toBe(401);
    expect((await refresh(client.standIn))[1].error).toBe('invalid_grant');
  });

  test('take every example of docs/stand-in.md', async () => {
    const client = await start();
    const page = readFileSync(join(import.meta.dirname, '../../../docs/stand-in.md'), 'utf8');
    const examples = [
      ...page.matchAll(/^curl (?:-X (\w+) )?http:\S+?8899(\/stand-in\/(?!faults)\S+)(?: -d '(.+)')?$/gm),
    ];
    expect(examples).toHaveLength(5);
    for (const [, method, path = '', body] of examples) {
      const answer = await client.get(path, {
        method: method ?? (body ? 'POST' : 'GET'),
        ...(body ? { body } : {}),
      });
      expect(answer.status).toBeLessThan(300);
    }
  });

  test('are no requests of the services, and meet no fault', async () => {
    const client = await start();
    client.standIn.requests.clear();
    client.standIn.faults.add({ match: '/', kind: 'status', status: 500 });
    expect((await control(client, 'GET', '/user')).status).toBe(200);
    expect((await control(client, 'GET', '/nowhere')).status).toBe(404);
    expect(client.standIn.requests.count()).toBe(0);
  });
});

describe('faults of the user', () => {
  const total = async (client: UserClient, id: string) =>
    (await client.get<{ total: number }>(`/v1/playlists/${id}/items`)).json.total;
  const emptyPlaylist = async (client: UserClient): Promise<[string, string]> => {
    const { json } = await client.send<{ id: string }>('POST', '/v1/me/playlists', { name: 'x' });
    return [json.id, `/v1/playlists/${json.id}/items`];
  };

  test.each([
    ['a 502 instead of the work', { kind: 'status', status: 502 }, 0],
    ['a 502 after the work', { kind: 'status', status: 502, afterWork: true }, 1],
    ['a cut connection instead of the work', { kind: 'cut' }, 0],
    ['a cut connection after the work', { kind: 'cut', afterWork: true }, 1],
    ['an answer cut in its middle', { kind: 'cut', where: 'body' }, 1],
  ] as const)('%s', async (_, fault, items) => {
    const client = await start();
    const [id, path] = await emptyPlaylist(client);
    client.standIn.faults.add({ match: '/v1/playlists/*/items', method: 'POST', times: 1, ...fault });
    expect(await total(client, id)).toBe(0);
    const sent = client.send('POST', path, { uris: [uri] });
    if (fault.kind === 'cut') await expect(sent).rejects.toThrow();
    else expect((await sent).status).toBe(502);
    expect(await total(client, id)).toBe(items);
    expect((await client.send('POST', path, { uris: [uri] })).status).toBe(201);
  });

  test('a playlist that is made though the answer was lost', async () => {
    const client = await start();
    client.standIn.faults.add({ match: '/v1/me/playlists', method: 'POST', kind: 'cut', afterWork: true });
    await expect(client.send('POST', '/v1/me/playlists', { name: 'Lost' })).rejects.toThrow();
    const { json } = await client.get<{ items: { name: string }[] }>('/v1/me/playlists');
    expect(json.items[0]?.name).toBe('Lost');
  });

  test('a playlist that is deleted between two calls', async () => {
    const client = await start();
    const [id, path] = await emptyPlaylist(client);
    client.standIn.faults.add({ match: '/v1/playlists/', kind: 'playlist-gone', after: 1, times: 1 });
    expect((await client.send('PUT', path, { uris: [uri] })).status).toBe(200);
    expect((await client.send('POST', path, { uris: [uri] })).status).toBe(404);
    expect((await client.get(`/v1/playlists/${id}`)).status).toBe(404);
  });

  test('access, or the consent, that ends in mid-run', async () => {
    const client = await start();
    client.standIn.faults.add({ match: '/v1/me', kind: 'unauthorized', after: 1, times: 1 });
    const statuses = async () => [(await client.get('/v1/me')).status, (await client.get('/v1/me')).status];
    expect(await statuses()).toEqual([200, 401]);
    expect((await refresh(client.standIn))[0]).toBe(200);
    await client.renew();
    client.standIn.faults.add({ match: '/v1/me', kind: 'unauthorized', consent: true, after: 1, times: 1 });
    expect(await statuses()).toEqual([200, 401]);
    expect((await refresh(client.standIn))[1].error_description).toBe('Refresh token revoked');
  });
});
