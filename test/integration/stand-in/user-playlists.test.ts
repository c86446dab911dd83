import { sampleCatalogue } from '../../../sample/generate.ts';
import type { StandInOptions } from '../../../sample/stand-in/server.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { type UserClient, userClient } from '../../support/stand-in-client.ts';

interface Listed {
  items: { id: string; name: string }[];
  total: number;
  next: string | null;
}
interface Entry {
  item?: { uri: string } | null;
  track?: { uri: string } | null;
  added_at: string;
}
interface Shown {
  id: string;
  name: string;
  description: string | null;
  public: boolean;
  snapshot_id: string;
  owner: { id: string };
  items?: { items: Entry[]; total: number };
  tracks?: { items: Entry[]; total: number };
}
interface Snapshot {
  snapshot_id: string;
}

const catalogue = sampleCatalogue();
const uris = catalogue.tracks.map(({ id }) => `spotify:track:${id}`);
const UNKNOWN = '0'.repeat(22);
const now = Date.UTC(2026, 10, 22, 12);

const clients: UserClient[] = [];
const start = async (options: Partial<StandInOptions> = {}) => {
  const client = await userClient({ catalogue, now: () => now, ...options });
  clients.push(client);
  return client;
};
afterEach(() => Promise.all(clients.splice(0).map(({ standIn }) => standIn.close())));

const error = (status: number, message: string) => [status, { error: { status, message } }];
const send = async (client: UserClient, method: string, path: string, body?: unknown) => {
  const { status, json } = await client.send<object>(method, path, body);
  return [status, json];
};
const create = async (client: UserClient, more: object = {}) =>
  (await client.send<Shown>('POST', '/v1/me/playlists', { name: 'Mine', ...more })).json;
const contents = async (client: UserClient, id: string) =>
  (await client.get<{ items: Entry[] }>(`/v1/playlists/${id}/items?limit=50`)).json.items.map(
    ({ item }) => item?.uri,
  );

describe('making and finding playlists', () => {
  test('a new one is public, empty and first of the list', async () => {
    const client = await start();
    const before = await client.get<Listed>('/v1/me/playlists');
    expect(before.json.items.map(({ name }) => name)).toEqual(
      catalogue.playlists.slice(0, 3).map(({ name }) => name),
    );
    const { status, json } = await client.send<Shown>('POST', '/v1/me/playlists', {
      name: 'A & Ω',
      description: 'of today',
    });
    expect([status, json]).toEqual([
      201,
      expect.objectContaining({
        id: expect.stringMatching(/^[0-9A-Za-z]{22}$/),
        name: 'A & Ω',
        description: 'of today',
        public: true,
        collaborative: false,
        owner: expect.objectContaining({ id: STAND_IN_USER.id }),
        items: expect.objectContaining({ items: [], total: 0 }),
      }),
    ]);
    const after = await client.get<Listed>('/v1/me/playlists?limit=1');
    expect(after.json).toMatchObject({ items: [{ id: json.id }], total: 4 });
    const next = await client.get<Listed>(after.json.next ?? '');
    expect(next.json.items).toEqual(before.json.items.slice(0, 1));
  });

  test.each([
    [{}, 'Missing required field: name'],
    [{ name: '' }, 'Error parsing JSON: name: Too small: expected string to have >=1 characters'],
    [
      { name: 'x', public: 'yes' },
      'Error parsing JSON: public: Invalid input: expected boolean, received string',
    ],
    [undefined, 'Error parsing JSON: : Invalid input: expected object, received undefined'],
  ])('none is made of %j', async (body, message) => {
    const client = await start();
    expect(await send(client, 'POST', '/v1/me/playlists', body)).toEqual(error(400, message));
    expect((await client.get<Listed>('/v1/me/playlists')).json.total).toBe(3);
  });

  test.each([50, 51, 0])('the list takes a limit of %d', async (limit) => {
    const { status } = await (await start()).get(`/v1/me/playlists?limit=${limit}`);
    expect(status).toBe(limit === 50 ? 200 : 400);
  });

  test('name, description and publicity change; the items and their snapshot stay', async () => {
    const client = await start();
    const { id, snapshot_id } = await create(client);
    const changed = { name: 'Other', description: 'else', public: false };
    expect(await send(client, 'PUT', `/v1/playlists/${id}`, changed)).toEqual([200, undefined]);
    const { json } = await client.get<Shown>(`/v1/playlists/${id}`);
    expect(json).toMatchObject({ ...changed, snapshot_id });
  });

  test('one that the user unfollows is no longer listed, yet can be read and changed, as with Spotify', async () => {
    const client = await start();
    for (const path of ['/v1/me/library?uris=spotify:playlist:', '/v1/playlists/']) {
      const { id } = await create(client);
      const target = path.endsWith(':') ? path + id : `${path}${id}/followers`;
      const listed = async () =>
        (await client.get<Listed>('/v1/me/playlists')).json.items.some((one) => one.id === id);
      expect(await send(client, 'DELETE', target)).toEqual([200, undefined]);
      expect(await listed()).toBe(false);
      expect((await client.get(`/v1/playlists/${id}`)).status).toBe(200);
      expect((await send(client, 'PUT', `/v1/playlists/${id}/items`, { uris: [uris[0]] }))[0]).toBe(200);
      expect(await send(client, 'PUT', target)).toEqual([200, undefined]);
      expect(await listed()).toBe(true);
    }
    const many = (count: number) => Array.from({ length: count }, () => `spotify:track:${UNKNOWN}`);
    expect((await send(client, 'PUT', `/v1/me/library?uris=${many(40)}`))[0]).toBe(200);
    expect(await send(client, 'PUT', `/v1/me/library?uris=${many(41)}`)).toEqual(
      error(400, 'Too many uris requested'),
    );
    expect(await send(client, 'PUT', '/v1/me/library')).toEqual(error(400, 'Invalid uri: '));
  });

  test.each([
    'GET /v1/playlists/:id',
    'PUT /v1/playlists/:id',
    'GET /v1/playlists/:id/items',
    'POST /v1/playlists/:id/items',
    'PUT /v1/playlists/:id/items',
    'DELETE /v1/playlists/:id/items',
    'DELETE /v1/playlists/:id/followers',
    'DELETE /v1/me/library?uris=spotify:playlist::id',
  ])('%s: an unknown playlist is 404, what is no id 400', async (route) => {
    const client = await start();
    const [method = '', path = ''] = route.split(' ');
    const ask = (id: string) => {
      const body = method === 'GET' || path.includes('followers') ? undefined : { uris: [] };
      return send(client, method, path.replace(':id', id), body);
    };
    expect(await ask(UNKNOWN)).toEqual(error(404, 'Resource not found'));
    expect(await ask('nonsense')).toEqual(error(400, 'Invalid base62 id'));
  });
});

describe("a playlist's items", () => {
  test('are appended, put anywhere, replaced and removed; each time the snapshot changes', async () => {
    const client = await start();
    const { id, snapshot_id } = await create(client);
    const [a, b, c, d] = uris;
    const items = `/v1/playlists/${id}/items`;
    const snapshots = new Set([snapshot_id]);
    const change = async (method: string, query: string, body: unknown, status: number) => {
      const answer = await client.send<Snapshot>(method, items + query, body);
      expect([answer.status, answer.json]).toEqual([status, { snapshot_id: expect.any(String) }]);
      snapshots.add(answer.json.snapshot_id);
      return contents(client, id);
    };
    expect(await change('POST', '', { uris: [a, b, a] }, 201)).toEqual([a, b, a]);
    expect(await change('POST', '', { uris: [c], position: 1 }, 201)).toEqual([a, c, b, a]);
    expect(await change('POST', `?position=0&uris=${d}`, { uris: [a] }, 201)).toEqual([d, a, c, b, a]);
    expect(await change('DELETE', '', { items: [{ uri: a }] }, 200)).toEqual([d, c, b]);
    expect(await change('PUT', '', { uris: [b, a] }, 200)).toEqual([b, a]);
    expect(await change('PUT', `?uris=${c}`, undefined, 200)).toEqual([c]);
    expect(await change('PUT', '', { uris: [] }, 200)).toEqual([]);
    expect(snapshots.size).toBe(8);
    const { json } = await client.get<Shown>(`/v1/playlists/${id}`);
    expect(snapshots.has(json.snapshot_id)).toBe(true);
  });

  test.each([
    ['POST', 100, 201],
    ['POST', 101, 400],
    ['PUT', 100, 200],
    ['PUT', 101, 400],
    ['DELETE', 100, 200],
    ['DELETE', 101, 400],
  ])('%s takes %d URIs: %d', async (method, count, status) => {
    const client = await start();
    const { id } = await create(client);
    const some = uris.slice(0, count);
    const body = method === 'DELETE' ? { items: some.map((uri) => ({ uri })) } : { uris: some };
    const [came] = await send(client, method, `/v1/playlists/${id}/items`, body);
    expect(came).toBe(status);
    const { json } = await client.get<Listed>(`/v1/playlists/${id}/items`);
    expect(json.total).toBe(status === 400 || method === 'DELETE' ? 0 : 100);
  });

  test.each([
    ['POST', { uris: [] }, 'No uris provided'],
    ['POST', {}, 'No uris provided'],
    ['PUT', {}, 'No uris provided'],
    ['POST', { uris: [uris[0], 'spotify:album:x'] }, 'Invalid track uri: spotify:album:x'],
    ['PUT', { uris: ['spotify:local:a:b:c:1'] }, 'Invalid track uri: spotify:local:a:b:c:1'],
    ['POST', { uris: [`spotify:track:${UNKNOWN}`] }, 'Payload contains a non-existing ID'],
    ['POST', { uris: [uris[0]], position: 3 }, 'Index out of bounds'],
    ['POST', { uris: 'x' }, 'Error parsing JSON: uris: Invalid input: expected array, received string'],
    ['DELETE', { tracks: [{ uri: uris[0] }] }, 'No uris provided'],
  ])('%s %j is refused and changes nothing', async (method, body, message) => {
    const client = await start();
    const { id } = await create(client);
    await client.send('PUT', `/v1/playlists/${id}/items`, { uris: uris.slice(0, 2) });
    expect(await send(client, method, `/v1/playlists/${id}/items`, body)).toEqual(error(400, message));
    expect(await contents(client, id)).toEqual(uris.slice(0, 2));
  });

  test('come in pages of twenty, at most fifty', async () => {
    const client = await start();
    const { id } = await create(client);
    await client.send('PUT', `/v1/playlists/${id}/items`, { uris: uris.slice(0, 60) });
    const page = async (query: string) =>
      (await client.get<{ items: Entry[]; next: string | null }>(`/v1/playlists/${id}/items${query}`)).json;
    expect((await page('')).items).toHaveLength(20);
    const first = await page('?limit=50');
    expect(first.items).toHaveLength(50);
    const second = await client.get<{ items: Entry[] }>(first.next ?? '');
    expect(second.json.items.map(({ item }) => item?.uri)).toEqual(uris.slice(50, 60));
    expect(await page('?limit=51')).toEqual(error(400, 'Invalid limit')[1]);
  });
});
