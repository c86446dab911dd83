import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { sampleCatalogue } from '../../../sample/generate.ts';
import { type FaultRule, faultSchema } from '../../../sample/stand-in/faults.ts';
import { newToken, type StandInClient, standInClient } from '../../support/stand-in-client.ts';

const { artists, features } = sampleCatalogue();
const ARTIST = `/v1/artists/${artists[20]?.id}`;
const FEATURES = `/v1/audio-features?ids=${features.slice(0, 3).map(({ id }) => id)}`;

let client: StandInClient;
beforeAll(async () => {
  client = await standInClient();
});
afterAll(() => client.standIn.close());
beforeEach(() => {
  client.standIn.faults.clear();
  client.standIn.requests.clear();
});

const add = (rule: FaultRule): number => client.standIn.faults.add(rule);
const statuses = async (times: number, path = ARTIST): Promise<number[]> => {
  const answers: number[] = [];
  for (let i = 0; i < times; i++) answers.push((await client.get(path)).status);
  return answers;
};

describe('each fault over real HTTP', () => {
  test('status: 429 with any Retry-After and body, JSON or plain text', async () => {
    const body = { error: { status: 429, message: 'Too many requests', reason: 'QUOTA_EXCEEDED' } };
    add({ match: '/v1/', kind: 'status', status: 429, headers: { 'retry-after': '48925' }, body, times: 1 });
    add({ match: '/v1/', kind: 'status', status: 429, body: 'Too many requests', times: 1 });
    const json = await client.get(ARTIST);
    expect([json.status, json.headers.get('retry-after'), json.json]).toEqual([429, '48925', body]);
    const text = await client.get(ARTIST);
    expect([text.text, text.headers.get('content-type')]).toEqual([
      'Too many requests',
      'text/plain; charset=utf-8',
    ]);
    expect(await statuses(1)).toEqual([200]);
  });

  test('status: a 5xx without a body, a plain-text 403', async () => {
    add({ match: '/v1/', kind: 'status', status: 503, times: 1 });
    const words = 'Active premium subscription required for the owner of the app.';
    add({ match: '/v1/', kind: 'status', status: 403, body: words, times: 1 });
    const [down, refused] = [await client.get(ARTIST), await client.get(ARTIST)];
    expect([down.status, down.text]).toEqual([503, '']);
    expect([refused.status, refused.text]).toEqual([403, words]);
  });

  test('unauthorized: the token of the request is revoked, a new one is good', async () => {
    const own = await standInClient();
    own.standIn.faults.add({ match: '/v1/artists/', kind: 'unauthorized', after: 1, times: 1 });
    const first = [await own.get(ARTIST), await own.get(ARTIST), await own.get(ARTIST)];
    expect(first.map(({ status }) => status)).toEqual([200, 401, 401]);
    const authorization = `Bearer ${await newToken(own.standIn)}`;
    expect((await own.get(ARTIST, { authorization })).status).toBe(200);
    await own.standIn.close();
  });

  test('cut: the connection ends before the answer or in the middle of its body', async () => {
    add({ match: '/v1/', kind: 'cut', times: 1 });
    add({ match: '/v1/', kind: 'cut', where: 'body', times: 1 });
    await expect(client.get(ARTIST)).rejects.toThrow('fetch failed');
    await expect(client.get(ARTIST)).rejects.toThrow('terminated');
    expect(client.standIn.requests.entries.map(({ status }) => status)).toEqual([0, 200]);
  });

  test('slow: the answer comes late, and no later than the end of the stand-in', async () => {
    const own = await standInClient();
    own.standIn.faults.add({ match: '/v1/', kind: 'slow', delayMs: 30, times: 1 });
    own.standIn.faults.add({ match: '/v1/', kind: 'slow', delayMs: 600_000 });
    const began = performance.now();
    expect((await own.get(ARTIST)).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(25);
    const late = own.get(ARTIST);
    const ended = expect(late).rejects.toThrow('fetch failed');
    await own.standIn.close();
    await ended;
  });

  test('broken-json: half a document that says it is whole', async () => {
    const whole = (await client.get(ARTIST)).text;
    add({ match: ARTIST, kind: 'broken-json', times: 1 });
    const broken = await fetch(client.standIn.urls.accounts + ARTIST, {
      headers: { authorization: `Bearer ${await newToken(client.standIn)}` },
    });
    const text = await broken.text();
    expect(broken.status).toBe(200);
    expect(whole.startsWith(text)).toBe(true);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  test('null-features: all values, some, or the rows', async () => {
    const rows = async () => (await client.get<{ audio_features: unknown[] }>(FEATURES)).json.audio_features;
    add({ match: '/v1/audio-features', kind: 'null-features', times: 1 });
    add({ match: '/v1/audio-features', kind: 'null-features', features: ['tempo'], times: 1 });
    add({ match: '/v1/audio-features', kind: 'null-features', features: 'whole', times: 1 });
    expect((await rows())[0]).toMatchObject({
      id: features[0]?.id,
      energy: null,
      key: null,
      time_signature: 4,
    });
    expect((await rows())[0]).toMatchObject({ energy: features[0]?.energy, tempo: null });
    expect(await rows()).toEqual([null, null, null]);
  });

  test('items: one of a list has other values, or is null', async () => {
    const [first, second] = features.slice(0, 2).map(({ id }) => id);
    const rows = async () => (await client.get<{ audio_features: unknown[] }>(FEATURES)).json.audio_features;
    add({ match: '/v1/audio-features', kind: 'items', id: first, set: { energy: 55 }, times: 1 });
    add({ match: '/v1/audio-features', kind: 'items', id: second, set: null, times: 1 });
    expect(await rows()).toMatchObject([{ id: first, energy: 55 }, { energy: features[1]?.energy }, {}]);
    expect(await rows()).toMatchObject([{ energy: features[0]?.energy }, null, {}]);
  });

  test('duplicates: every item of a list and of a page comes twice', async () => {
    add({ match: '/', kind: 'duplicates' });
    const listed = await client.get<{ audio_features: { id: string }[] }>(FEATURES);
    expect(listed.json.audio_features.map(({ id }) => id)).toEqual(
      features.slice(0, 3).flatMap(({ id }) => [id, id]),
    );
    const page = await client.get<{ tracks: { items: unknown[] } }>('/v1/search?q=tide&type=track&limit=5');
    expect(page.json.tracks.items).toHaveLength(10);
  });
});

describe('which requests a fault meets', () => {
  test('a prefix, or a pattern for the whole path; some after others, and only so many', async () => {
    add({ match: '/v1/artists/*/albums', kind: 'status', status: 500 });
    add({ match: '/v1/artists', kind: 'status', status: 502, after: 2, times: 2 });
    expect(await statuses(2, `${ARTIST}/albums`)).toEqual([500, 500]);
    expect(await statuses(3)).toEqual([502, 502, 200]);
    expect(await statuses(1, FEATURES)).toEqual([200]);
    expect(client.standIn.faults.list()).toMatchObject([
      { id: expect.any(Number), seen: 2, applied: 2 },
      { seen: 5, applied: 2 },
    ]);
    expect([client.standIn.requests.count(), client.standIn.requests.count('/v1/*/albums')]).toEqual([6, 2]);
  });
});

test('a fault may meet those requests alone whose query contains something', async () => {
  add({ match: '/v1/audio-features', query: `${features[1]?.id}`, kind: 'status', status: 500 });
  add({ match: '/v1/search', query: 'name "of" one', kind: 'status', status: 400 });
  expect(await statuses(1, FEATURES)).toEqual([500]);
  expect(await statuses(1, `/v1/audio-features?ids=${features[0]?.id}`)).toEqual([200]);
  const search = (name: string): string => `/v1/search?type=artist&q=${encodeURIComponent(name)}`;
  expect(await statuses(1, search('A name "of" one'))).toEqual([400]);
  expect(await statuses(1, search('of one'))).toEqual([200]);
});

describe('the control path', () => {
  const control = (method: string, path = '', body?: unknown) =>
    client.get<{ error: string; added: number[]; faults: { id: number }[] }>(
      client.standIn.urls.faults + path,
      {
        method,
        body: typeof body === 'string' ? body : JSON.stringify(body),
        authorization: null,
      },
    );

  test('adds, lists and removes, and counts as no request of the services', async () => {
    const rule: FaultRule = { match: '/v1/', kind: 'status', status: 500 };
    const one = await control('POST', '', rule);
    const two = await control('POST', '', [rule, { match: '/reccobeats/', kind: 'cut' }]);
    expect([one.status, two.json.added.length]).toEqual([201, 2]);
    expect((await control('GET')).json.faults).toHaveLength(3);
    expect((await control('DELETE', `/${one.json.added[0]}`)).status).toBe(204);
    expect((await control('DELETE', `/${one.json.added[0]}`)).status).toBe(404);
    expect(await statuses(1)).toEqual([500]);
    expect((await control('DELETE')).status).toBe(204);
    expect((await control('GET')).json.faults).toEqual([]);
    expect(await statuses(1)).toEqual([200]);
    expect(client.standIn.requests.count()).toBe(2);
  });

  test('takes every example of docs/stand-in.md, which has one of each kind', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/stand-in.md'), 'utf8');
    const examples = [...page.matchAll(/curl .*\/stand-in\/faults -d '([^']+)'/g)].map(
      ([, body = '']) => body,
    );
    for (const example of examples) expect((await control('POST', '', example)).status).toBe(201);
    const kinds = faultSchema.options.map(({ shape }) => shape.kind.value);
    expect(new Set(client.standIn.faults.list().map(({ rule }) => rule.kind))).toEqual(new Set(kinds));
  });

  test.each([
    ['not JSON', '{', 'the body must be JSON: one fault or a list of them'],
    ['no kind', { match: '/' }, "kind: Invalid discriminator value. Expected 'status' | 'unauthorized'"],
    [
      'no status',
      { match: '/', kind: 'status' },
      'status: Invalid input: expected number, received undefined',
    ],
    ['a wrong path', { match: 'v1', kind: 'cut' }, 'match: Invalid string: must start with "/"'],
    ['a wrong field', { match: '/', kind: 'cut', time: 3 }, 'Unrecognized key: "time"'],
    [
      'a wrong second',
      [
        { match: '/', kind: 'cut' },
        { match: '/', kind: 'slow' },
      ],
      '1.delayMs: Invalid input',
    ],
  ])('refuses %s and changes nothing', async (_, body, error) => {
    const { status, json } = await control('POST', '', body);
    expect(status).toBe(400);
    expect(json.error).toContain(error);
    expect(client.standIn.faults.list()).toEqual([]);
  });
});

test('a request under another host name is refused', async () => {
  const { hostname, port } = new URL(client.standIn.urls.accounts);
  const status = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path: '/stand-in/faults', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.once('error', reject).end();
    });
  expect(await status(`127.0.0.1:${port}`)).toBe(200);
  expect(await status(`evil.example:${port}`)).toBe(403);
  expect(await status('127.0.0.1')).toBe(403);
});
