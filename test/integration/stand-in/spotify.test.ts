import { sampleCatalogue } from '../../../sample/generate.ts';
import { MODES, type Mode } from '../../../sample/stand-in/modes.ts';
import { newToken, type StandInClient, standInClient } from '../../support/stand-in-client.ts';

interface Item {
  id: string;
  name: string;
  popularity?: number;
  artists?: { id: string; name: string }[];
}
interface Page {
  items: Item[];
  next: string | null;
  previous: string | null;
  total: number;
  limit: number;
}
interface Found {
  tracks: Page;
  artists: Page;
  albums: Page;
}

const catalogue = sampleCatalogue();
const artistNamed = (name: string): string =>
  catalogue.artists.find((artist) => artist.name === name)?.id ?? '';
const someArtist = catalogue.artists[20]?.id ?? '';
const byArtist = (name: string, limit: number): string =>
  `/v1/search?${new URLSearchParams({ q: `artist:"${name}"`, type: 'track', limit: `${limit}`, market: 'US' })}`;
const ids = (items: readonly Item[]): string[] => items.map(({ id }) => id);
const isBy =
  (artist: string) =>
  ({ artists = [] }: Item): boolean =>
    artists.some(({ id }) => id === artist);

const clients = {} as Record<Mode, StandInClient>;
let now = Date.UTC(2026, 0, 1);
beforeAll(async () => {
  for (const mode of MODES) clients[mode] = await standInClient({ catalogue, mode, now: () => now });
});
afterAll(() => Promise.all(Object.values(clients).map(({ standIn }) => standIn.close())));

/** All items of a page and of those after it. */
async function allTracks(client: StandInClient, first: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let url: string | null = first; url !== null; ) {
    const { json }: { json: Found } = await client.get<Found>(url);
    items.push(...json.tracks.items);
    url = json.tracks.next;
  }
  return items;
}

describe('tokens', () => {
  const ask = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${clients.extended.standIn.urls.accounts}/api/token`, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers,
    });
  const grant_type = 'client_credentials';

  test('are given for credentials in the header or in the body', async () => {
    const basic = `Basic ${Buffer.from('id:secret').toString('base64')}`;
    for (const answer of [
      await ask({ grant_type }, { authorization: basic }),
      await ask({ grant_type, client_id: 'id', client_secret: 'secret' }),
    ]) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    }
  });

  test.each([
    [{ grant_type }, { error: 'invalid_client' }],
    [
      { grant_type, client_id: 'id', client_secret: 'wrong' },
      { error: 'invalid_client', error_description: 'Invalid client secret' },
    ],
    [{ client_id: 'id', client_secret: 'secret' }, { error: 'unsupported_grant_type' }],
  ])('are refused with 400 for %j', async (body, error) => {
    const answer = await ask(body as Record<string, string>);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject(error);
  });

  test('are needed, and last an hour', async () => {
    const { standIn, get } = clients.extended;
    const path = `/v1/artists/${someArtist}`;
    const missing = await get(path, { authorization: null });
    expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="spotify", error="missing_token"',
    ]);
    const authorization = `Bearer ${await newToken(standIn)}`;
    now += 3_599_000;
    expect((await get(path, { authorization })).status).toBe(200);
    now += 1_000;
    const expired = await get(path, { authorization });
    expect([expired.status, expired.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="spotify", error="invalid_token"',
    ]);
    now -= 3_600_000;
  });
});

describe('the modes', () => {
  test.each([
    '/v1/artists/{artist}/top-tracks?market=US',
    '/v1/artists?ids={artist}',
    '/v1/tracks?ids={track}',
    '/v1/audio-features?ids={track}',
    '/v1/audio-features/{track}',
  ])('%s is for extended apps only', async (template) => {
    const path = template.replace('{artist}', someArtist).replace('{track}', catalogue.tracks[0]?.id ?? '');
    expect((await clients.extended.get(path)).status).toBe(200);
    const refused = await clients.development.get(path);
    expect([refused.status, refused.text]).toEqual([403, '{"error":{"status":403,"message":"Forbidden"}}']);
  });

  test('development mode sees no popularity, followers, markets and labels', async () => {
    const fields = async (mode: Mode, path: string) =>
      Object.keys((await clients[mode].get<object>(path)).json ?? {});
    const taken = async (path: string) => {
      const left = await fields('development', path);
      return (await fields('extended', path)).filter((field) => !left.includes(field)).sort();
    };
    expect(await taken(`/v1/artists/${someArtist}`)).toEqual(['followers', 'popularity']);
    expect(await taken(`/v1/tracks/${catalogue.tracks[0]?.id}`)).toEqual(['available_markets', 'popularity']);
    expect(await taken(`/v1/albums/${catalogue.albums[0]?.id}`)).toEqual([
      'available_markets',
      'label',
      'popularity',
    ]);
  });

  test.each([
    ['extended', '/v1/search?q=tide&type=track', 50, 20],
    ['development', '/v1/search?q=tide&type=track', 10, 5],
    ['extended', `/v1/artists/${someArtist}/albums?`, 50, 20],
    ['development', `/v1/artists/${someArtist}/albums?`, 10, 5],
    ['development', `/v1/albums/${catalogue.albums[0]?.id}/tracks?`, 50, 20],
  ] as const)('%s %s takes a limit up to %d, else %d', async (mode, path, max, preset) => {
    const limitOf = async (query: string) => {
      const { status, json } = await clients[mode].get<Page & Partial<Found>>(path + query);
      return status === 200 ? (json.tracks ?? json).limit : json;
    };
    expect(await limitOf('')).toBe(preset);
    expect(await limitOf(`&limit=${max}`)).toBe(max);
    for (const wrong of [`${max + 1}`, '0', '-1', 'ten']) {
      expect(await limitOf(`&limit=${wrong}`)).toEqual({ error: { status: 400, message: 'Invalid limit' } });
    }
  });
});

describe('look-ups', () => {
  test.each([
    ['/v1/artists/nonsense', 400, 'Invalid base62 id'],
    ['/v1/artists/0000000000000000000000', 404, 'Resource not found'],
    [`/v1/tracks?ids=${Array(51).fill(someArtist)}`, 400, 'Too many ids requested'],
    [`/v1/audio-features?ids=${Array(101).fill(someArtist)}`, 400, 'Too many ids requested'],
    [`/v1/artists/${someArtist}?market=usa`, 400, 'Invalid market code'],
    [`/v1/artists/${someArtist}/top-tracks?market=from_token`, 403, 'Insufficient client scope'],
    ['/v1/search?q=x&type=show', 400, 'Bad search type field show'],
    ['/v1/search?q=x', 400, 'Missing parameter type'],
    ['/v1/recommendations', 404, 'Service not found'],
  ])('%s is answered with %d', async (path, status, message) => {
    expect((await clients.extended.get(path)).json).toEqual({ error: { status, message } });
  });

  test('batches keep the order, with null for what is unknown', async () => {
    const asked = [catalogue.tracks[5]?.id, '0000000000000000000000', catalogue.tracks[2]?.id];
    const path = `/v1/audio-features?ids=${asked}`;
    const { json } = await clients.extended.get<{ audio_features: (Item | null)[] }>(path);
    expect(json.audio_features.map((row) => row?.id)).toEqual([asked[0], undefined, asked[2]]);
  });

  test('ids that differ by case alone are two artists', async () => {
    const [one, two] = catalogue.artists;
    expect(one?.id.toLowerCase()).toBe(two?.id.toLowerCase());
    for (const artist of [one, two]) {
      expect((await clients.development.get<Item>(`/v1/artists/${artist?.id}`)).json.name).toBe(artist?.name);
    }
  });
});

test.each(MODES)("an artist's albums: the newest first, by group, a page at a time (%s)", async (mode) => {
  const found = async (query: string): Promise<(Item & { album_type: string; release_date: string })[]> => {
    const albums = [];
    let path: string | null = `/v1/artists/${someArtist}/albums?limit=1&market=US${query}`;
    while (path !== null) {
      const { json }: { json: Page } = await clients[mode].get<Page>(path);
      albums.push(...json.items);
      path = json.next;
    }
    return albums as (Item & { album_type: string; release_date: string })[];
  };
  const all = await found('');
  expect(all).toHaveLength(2);
  expect(all.map((album) => album.release_date)).toEqual(
    all
      .map((album) => album.release_date)
      .sort()
      .reverse(),
  );
  expect(await found('&include_groups=album,single')).toEqual(all);
  expect(await found('&include_groups=album')).toEqual(all.filter((album) => album.album_type === 'album'));
  expect(await found('&include_groups=single')).toEqual(all.filter((album) => album.album_type === 'single'));
  expect(await found('&include_groups=appears_on')).toEqual([]);
  const tracks = await clients[mode].get<Page>(`/v1/albums/${all[0]?.id}/tracks?limit=50&market=US`);
  expect(tracks.json.items.every(isBy(someArtist))).toBe(true);
  expect(tracks.json.items.some((track) => 'popularity' in track || 'external_ids' in track)).toBe(false);
});

describe('search', () => {
  test("returns an artist's tracks in the order of its top tracks, in both modes", async () => {
    for (const { id, name } of catalogue.artists) {
      const top = await clients.extended.get<{ tracks: Item[] }>(`/v1/artists/${id}/top-tracks?market=US`);
      for (const mode of MODES) {
        const found = (await allTracks(clients[mode], byArtist(name, 10))).filter(isBy(id)).slice(0, 10);
        expect(ids(found)).toEqual(ids(top.json.tracks));
      }
    }
  });

  test('leaks the tracks of artists whose name contains the name, behind those of the artist', async () => {
    const [plain, longer] = ['Ombrelle Vey', 'Ombrelle Vey & the Long Tide'].map(artistNamed) as [
      string,
      string,
    ];
    const tracks = await allTracks(clients.development, byArtist('OMBRELLE VEY', 10));
    const own = tracks.filter(isBy(plain));
    expect(tracks.slice(0, own.length)).toEqual(own);
    expect(tracks.slice(own.length).every(isBy(longer))).toBe(true);
    expect(tracks.length).toBeGreaterThan(own.length + 9);
  });

  test('finds the tracks of all artists of the same name, one artist after the other', async () => {
    const tracks = await allTracks(clients.development, byArtist('aurelindo', 10));
    const order = tracks.map(({ artists }) => artists?.[0]?.id ?? '');
    expect(new Set(order).size).toBe(2);
    expect(order).toEqual(order.toSorted());
  });

  test('finds artists: an exact name first, accents and case aside', async () => {
    const named = async (q: string) => {
      const path = `/v1/search?${new URLSearchParams({ q, type: 'artist' })}`;
      return (await clients.extended.get<Found>(path)).json.artists.items.map(({ name }) => name);
    };
    expect(await named('ombrelle vey')).toEqual(['Ombrelle Vey', 'Ombrelle Vey & the Long Tide']);
    expect(await named('ÓMBRELLE')).toHaveLength(2);
    for (const name of ['Мориград Ладоград', '슬옹해찬 빛', 'Sunken Ströenivault 🛰️']) {
      expect(await named(name)).toEqual([name]);
    }
  });

  test('finds tracks by plain words, title and ISRC, and links to the next page', async () => {
    const track = catalogue.tracks.find(({ isrc }) => isrc !== null);
    const found = async (q: string) => {
      const path = `/v1/search?${new URLSearchParams({ q, type: 'track,album', limit: '2' })}`;
      return (await clients.extended.get<Found>(path)).json;
    };
    expect(ids((await found(`isrc:${track?.isrc}`)).tracks.items)).toEqual([track?.id]);
    const words = await found('paper lantern');
    for (const { name, artists = [] } of words.tracks.items) {
      expect([name, ...artists.map((artist) => artist.name)].join(' ')).toMatch(
        /paper.*lantern|lantern.*paper/i,
      );
    }
    expect(words.tracks.total).toBeGreaterThan(2);
    const next = await clients.extended.get<Found>(words.tracks.next ?? '');
    expect(next.json.tracks.previous).not.toBeNull();
    expect(next.json.tracks.items).not.toEqual(words.tracks.items);
    const title = await found('track:"paper lantern"');
    expect(title.tracks.total).toBeLessThanOrEqual(words.tracks.total);
    expect(title.albums).toMatchObject({ items: [], total: 0 });
  });
});
