import { sampleCatalogue } from '../../../sample/generate.ts';
import type { StandInOptions } from '../../../sample/stand-in/server.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { type UserClient, userClient } from '../../support/stand-in-client.ts';

interface Listed {
  items: { id: string; name: string }[];
}
interface Entry {
  item?: { uri: string } | null;
  track?: { uri: string } | null;
}
interface Shown {
  owner: { id: string };
  items?: { items: Entry[] };
  tracks?: { items: Entry[] };
}
const catalogue = sampleCatalogue();
const uris = catalogue.tracks.map(({ id }) => `spotify:track:${id}`);
const [ALL, READ] = [STAND_IN_USER.scopes, ['playlist-read-private']];
const now = Date.UTC(2026, 10, 22, 12);

const clients: UserClient[] = [];
const start = async (options: Partial<StandInOptions> = {}, scopes: readonly string[] = ALL) => {
  const client = await userClient({ catalogue, now: () => now, ...options }, scopes);
  clients.push(client);
  return client;
};
afterEach(() => Promise.all(clients.splice(0).map(({ standIn }) => standIn.close())));

const error = (status: number, message: string) => [status, { error: { status, message } }];
const send = async (client: UserClient, method: string, path: string, body?: unknown) => {
  const { status, json } = await client.send<object>(method, path, body);
  return [status, json];
};

describe('the two families of paths', () => {
  const NEWER = [
    'POST /v1/me/playlists',
    'GET /v1/playlists/:id/items',
    'POST /v1/playlists/:id/items',
    'PUT /v1/playlists/:id/items',
    'DELETE /v1/playlists/:id/items',
    'PUT /v1/me/library?uris=spotify:playlist::id',
    'DELETE /v1/me/library?uris=spotify:playlist::id',
  ];
  const USER = `/v1/users/${STAND_IN_USER.id}/playlists`;
  const OLDER = [
    `POST ${USER}`,
    `GET ${USER}`,
    'GET /v1/playlists/:id/tracks',
    'POST /v1/playlists/:id/tracks',
    'PUT /v1/playlists/:id/tracks',
    'DELETE /v1/playlists/:id/tracks',
    'PUT /v1/playlists/:id/followers',
    'DELETE /v1/playlists/:id/followers',
  ];

  async function statuses(client: UserClient, routes: readonly string[]): Promise<number[]> {
    const [own] = (await client.get<Listed>('/v1/me/playlists')).json.items;
    const answers: number[] = [];
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ');
      const removed = [{ uri: uris[0] }];
      const body = { name: 'x', uris: [uris[0]], items: removed, tracks: removed };
      const { status } = await client.send(
        method,
        path.replace(':id', own?.id ?? ''),
        method === 'GET' ? undefined : body,
      );
      answers.push(status);
    }
    return answers;
  }

  test.each([
    ['an extended app', { mode: 'extended' }, true, true],
    ['an app in development', { mode: 'development' }, true, false],
    ['an app that has only the older', { user: { playlistPaths: 'older' } }, false, true],
  ] as const)('%s', async (_, options, newer, older) => {
    const client = await start(options);
    const refused = (routes: readonly string[]): number[] => routes.map(() => 403);
    expect(await statuses(client, NEWER)).toEqual(
      newer ? [201, 200, 201, 200, 200, 200, 200] : refused(NEWER),
    );
    expect(await statuses(client, OLDER)).toEqual(
      older ? [201, 200, 200, 201, 200, 200, 200, 200] : refused(OLDER),
    );
    const removed = newer ? `POST ${USER}` : 'POST /v1/me/playlists';
    const [method = '', path = ''] = removed.split(' ');
    if (!(newer && older)) {
      expect((await send(client, method, path, { name: 'x' }))[1]).toEqual({
        error: {
          status: 403,
          message: newer ? 'You cannot create a playlist for another user' : 'Forbidden',
        },
      });
    }
  });

  test.each([
    ['extended', {}, ['items', 'tracks'], ['item', 'track']],
    ['development', {}, ['items'], ['item']],
    ['extended', { playlistPaths: 'older' }, ['tracks'], ['track']],
  ] as const)('name the contents each in its way: %s %j', async (mode, user, fields, names) => {
    const client = await start({ mode, user });
    const [own] = (await client.get<Listed>('/v1/me/playlists')).json.items;
    const { json } = await client.get<Shown>(`/v1/playlists/${own?.id}`);
    const has = (object: object, keys: readonly string[]) => keys.filter((key) => key in object);
    expect([has(json, ['items', 'tracks']), has(own ?? {}, ['items', 'tracks'])]).toEqual([fields, fields]);
    const [first] = (json.items ?? json.tracks)?.items ?? [];
    expect(has(first ?? {}, ['item', 'track'])).toEqual(names);
    expect((first?.item ?? first?.track)?.uri).toBe(`spotify:track:${catalogue.playlists[0]?.track_ids[0]}`);
  });

  test('nobody makes or reads playlists of another user', async () => {
    const client = await start();
    expect(await send(client, 'POST', '/v1/users/other/playlists', { name: 'x' })).toEqual(
      error(403, 'You cannot create a playlist for another user'),
    );
    expect(await send(client, 'GET', '/v1/users/other/playlists')).toEqual(error(403, 'Forbidden'));
  });
});

describe('what the user may not', () => {
  test('change what is of somebody else; in development they do not see its contents either', async () => {
    const id = catalogue.playlists[2]?.id ?? '';
    for (const mode of ['extended', 'development'] as const) {
      const client = await start({ mode });
      const { json } = await client.get<Shown>(`/v1/playlists/${id}`);
      expect(json.owner.id).toBe('somebody-else');
      expect([json.items !== undefined, (await client.get(`/v1/playlists/${id}/items`)).status]).toEqual(
        mode === 'extended' ? [true, 200] : [false, 403],
      );
      const refused = error(403, 'Forbidden');
      expect(await send(client, 'PUT', `/v1/playlists/${id}`, { name: 'x' })).toEqual(refused);
      for (const method of ['PUT', 'POST']) {
        const body = { uris: [uris[0]] };
        expect(await send(client, method, `/v1/playlists/${id}/items`, body)).toEqual(refused);
      }
    }
  });

  test('do what they did not consent to', async () => {
    const [own, hidden] = catalogue.playlists.map(({ id }) => id) as [string, string];
    const insufficient = error(403, 'Insufficient client scope');
    const reader = await start({}, READ);
    const writer = await start({}, ['playlist-modify-public']);
    const make = (client: UserClient, isPublic: boolean) =>
      send(client, 'POST', '/v1/me/playlists', { name: 'x', public: isPublic });
    expect(await make(reader, true)).toEqual(insufficient);
    expect((await make(writer, true))[0]).toBe(201);
    expect(await make(writer, false)).toEqual(insufficient);
    expect(await send(writer, 'PUT', `/v1/playlists/${own}`, { public: false })).toEqual(insufficient);
    expect((await send(writer, 'PUT', `/v1/playlists/${own}`, { public: true }))[0]).toBe(200);
    expect(await send(writer, 'PUT', `/v1/playlists/${hidden}/items`, { uris: [] })).toEqual(insufficient);
    expect(await send(reader, 'PUT', `/v1/playlists/${own}/items`, { uris: [] })).toEqual(insufficient);
    expect(await send(reader, 'DELETE', `/v1/playlists/${own}/followers`)).toEqual(insufficient);
    for (const path of ['/v1/me/playlists', `/v1/playlists/${hidden}`, `/v1/playlists/${own}/items`]) {
      expect(await send(writer, 'GET', path)).toEqual(insufficient);
      expect((await send(reader, 'GET', path))[0]).toBe(200);
    }
  });
});
