import { sampleCatalogue } from '../../../sample/generate.ts';
import type { StandInOptions } from '../../../sample/stand-in/server.ts';
import { smallCatalogue } from '../../support/small-catalogue.ts';
import { type UserClient, userClient } from '../../support/stand-in-client.ts';

interface Shown {
  items: {
    track: { uri: string; name: string; id: string | null } | null;
    played_at: string;
    context: unknown;
  }[];
  next: string | null;
  cursors: { after: string; before: string } | null;
  limit: number;
  href: string;
}

const PATH = '/v1/me/player/recently-played';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const catalogue = sampleCatalogue();
const uris = catalogue.tracks.map(({ id }) => `spotify:track:${id}`);

let now = 0;
let client: UserClient;
const start = async (options: Partial<StandInOptions> = {}): Promise<void> => {
  await client?.standIn.close();
  client = await userClient({ catalogue, now: () => now, user: { listening: false }, ...options });
};
beforeEach(async () => {
  now = Date.UTC(2026, 10, 22, 12);
  await start();
});
afterAll(() => client.standIn.close());

const at = (minutesAgo: number): number => now - minutesAgo * MINUTE;
const iso = (ms: number): string => new Date(ms).toISOString();
/** Plays of so many tracks, one a minute, the last one just now. */
const play = (count: number) =>
  client.standIn.user.addPlays(
    Array.from({ length: count }, (_, i) => ({ played_at: iso(at(count - 1 - i)), uri: uris[i] ?? null })),
  );
const shown = async (query = '?limit=50') => (await client.get<Shown>(PATH + query)).json;
const minutes = ({ items }: Shown): number[] =>
  items.map(({ played_at }) => (now - Date.parse(played_at)) / MINUTE);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('recently played', () => {
  test('shows a user without listening nothing', async () => {
    expect(await shown()).toEqual({
      items: [],
      next: null,
      cursors: null,
      limit: 50,
      href: expect.stringMatching(/\/v1\/me\/player\/recently-played\?limit=50$/),
    });
  });

  test('shows twenty plays unless told, newest first, with track and context', async () => {
    await play(30);
    const page = await shown('');
    expect([page.limit, minutes(page)]).toEqual([20, range(0, 20)]);
    expect(page.cursors).toEqual({ after: `${at(0)}`, before: `${at(19)}` });
    expect(page.items[0]).toMatchObject({
      track: { uri: uris[29], name: catalogue.tracks[29]?.name },
      played_at: iso(now),
      context: { type: 'album', uri: `spotify:album:${catalogue.tracks[29]?.album_id}` },
    });
  });

  test.each([
    ['limit=0', 'Invalid limit'],
    ['limit=51', 'Invalid limit'],
    ['limit=ten', 'Invalid limit'],
    ['after=yesterday', 'Invalid after'],
    ['before=-1', 'Invalid before'],
    ['after=1&before=2', 'Only one of after and before may be specified'],
  ])('refuses %s', async (query, message) => {
    const { status, json } = await client.get(`${PATH}?${query}`);
    expect([status, json]).toEqual([400, { error: { status: 400, message } }]);
  });

  test('never shows more than the last fifty plays: paging ends there, with an empty page', async () => {
    await play(51);
    const whole = await shown();
    expect(minutes(whole)).toEqual(range(0, 50));
    const beyond = await client.get<Shown>(whole.next ?? '');
    expect(beyond.json).toMatchObject({ items: [], next: null, cursors: null, limit: 50 });
    const pages: number[][] = [];
    for (let next: string | null = `${PATH}?limit=20`; next !== null; ) {
      const { json }: { json: Shown } = await client.get<Shown>(next);
      pages.push(minutes(json));
      next = json.next;
    }
    expect(pages).toEqual([range(0, 20), range(20, 40), range(40, 50), []]);
    expect((await shown(`?before=${at(49)}`)).items).toEqual([]);
    expect(await shown(`?after=${at(500)}&limit=50`)).toMatchObject({ items: whole.items });
  });

  test('neither `after` nor `before` includes the play at the cursor', async () => {
    await play(30);
    expect(minutes(await shown(`?after=${at(5)}`))).toEqual(range(0, 5));
    expect(minutes(await shown(`?after=${at(5) - 1}`))).toEqual(range(0, 6));
    expect(minutes(await shown(`?before=${at(25)}`))).toEqual(range(26, 30));
    expect(minutes(await shown(`?before=${at(25) + 1}`))).toEqual(range(25, 30));
    expect((await shown(`?after=${at(0)}`)).items).toEqual([]);
  });

  test('`after` gives the plays next to the cursor, and its next page those behind them', async () => {
    await play(30);
    const first = await shown(`?after=${at(25)}&limit=20`);
    expect(minutes(first)).toEqual(range(5, 25));
    const second = await client.get<Shown>(first.next ?? '');
    expect(minutes(second.json)).toEqual(range(0, 5));
    expect((await client.get<Shown>(second.json.next ?? '')).json.items).toEqual([]);
  });

  test('shows a play that is late at its time among the others, if it is still one of the last fifty', async () => {
    await play(10);
    const late = { played_at: iso(at(3) - 1), uri: uris[99] ?? null, visible_at: iso(now + 2 * HOUR) };
    await client.standIn.user.addPlays([late, { played_at: iso(now + 1), uri: null }]);
    expect(minutes(await shown())).toEqual(range(0, 10));
    const then = now;
    now += 2 * HOUR - 1;
    await client.renew();
    expect((await shown()).items).toHaveLength(11);
    now += 1;
    const { items } = await shown();
    expect(items.map(({ played_at }) => played_at)).toEqual(
      [-1, 0, MINUTE, 2 * MINUTE, 3 * MINUTE, 3 * MINUTE + 1, ...range(4, 10).map((n) => n * MINUTE)].map(
        (ago) => iso(then - ago),
      ),
    );
    expect(items[5]?.track?.uri).toBe(uris[99]);
    await play(46);
    expect((await shown()).items.filter(({ track }) => track?.uri === uris[99])).toEqual([]);
  });

  test('shows local files without id and what Spotify does not name any more as null', async () => {
    const uri = 'spotify:local:The+Band:100%25:One+%26+Two:123';
    await client.standIn.user.addPlays([
      { played_at: iso(at(1)), uri },
      { played_at: iso(at(0)), uri: null },
    ]);
    const [gone, local] = (await shown()).items;
    expect(gone).toEqual({ track: null, played_at: iso(now), context: null });
    expect(local).toMatchObject({
      track: {
        id: null,
        uri,
        is_local: true,
        name: 'One & Two',
        duration_ms: 123_000,
        artists: [{ id: null, name: 'The Band' }],
        album: { id: null, name: '100%' },
      },
      context: null,
    });
  });
});

describe('the listening that is made up', () => {
  const history = async (options: Partial<StandInOptions>) => {
    await start({ user: {}, ...options });
    const { plays } = await client.standIn.user.state();
    return plays.map(({ played_at, uri }) => ({ time: Date.parse(played_at), uri }));
  };

  test.each([
    ['the sample', catalogue],
    ['a catalogue without plays', { ...catalogue, plays: [] }],
    ['a catalogue without lengths', smallCatalogue(3, 2)],
  ])('of %s: two weeks, a new session now and then, songs on repeat, the same each time', async (_, of) => {
    const plays = await history({ catalogue: of });
    const past = plays.filter(({ time }) => time <= now);
    expect(past[0]?.time).toBeLessThan(now - 13 * 24 * HOUR);
    expect(past.at(-1)?.time).toBeGreaterThan(now - 24 * HOUR);
    expect(plays.map(({ time }) => time)).toEqual(plays.map(({ time }) => time).toSorted((a, b) => a - b));
    const gaps = plays.slice(1).map(({ time }, i) => time - (plays[i]?.time ?? 0));
    expect(gaps.filter((gap) => gap > 4 * HOUR).length).toBeGreaterThan(12);
    expect(plays.slice(1).filter(({ uri }, i) => uri === plays[i]?.uri).length).toBeGreaterThan(3);
    expect(await history({ catalogue: of })).toEqual(plays);
    expect((await shown()).items).toHaveLength(50);
  });

  test('goes on day by day, and nothing shows before its time', async () => {
    await history({});
    const first = await shown();
    now += HOUR;
    await client.renew();
    expect((await shown()).items).toEqual(first.items);
    now += 23 * HOUR;
    await client.renew();
    const later = (await shown()).items;
    const added = later.filter(({ played_at }) => Date.parse(played_at) > now - 24 * HOUR);
    expect(added.length).toBeGreaterThan(15);
    expect(added.every(({ played_at }) => Date.parse(played_at) < now)).toBe(true);
    now += 10 * 24 * HOUR;
    await client.renew();
    const days = (await client.standIn.user.state()).plays.map(({ played_at }) => played_at.slice(0, 10));
    expect(new Set(days).size).toBeGreaterThan(24);
  });

  test('is none where the catalogue has no tracks', async () => {
    expect(await history({ catalogue: smallCatalogue(0) })).toEqual([]);
  });
});

describe('who may ask', () => {
  test('nobody without the scope', async () => {
    const own = await userClient({}, ['user-read-private']);
    const answer = await own.get(PATH);
    expect([answer.status, answer.json]).toEqual([
      403,
      { error: { status: 403, message: 'Insufficient client scope' } },
    ]);
    await own.standIn.close();
  });

  test('the profile has what the mode and the scopes allow', async () => {
    const profile = async (mode: 'extended' | 'development', scopes: string[]) => {
      const own = await userClient({ mode }, scopes);
      const { json } = await own.get<object>('/v1/me');
      await own.standIn.close();
      return Object.keys(json).sort();
    };
    const least = ['account_id', 'display_name', 'external_urls', 'href', 'id', 'images', 'type', 'uri'];
    const scopes = ['user-read-private', 'user-read-email'];
    expect(await profile('development', scopes)).toEqual(least);
    expect(await profile('extended', [])).toEqual([...least, 'followers'].sort());
    expect(await profile('extended', scopes)).toEqual(
      [...least, 'followers', 'country', 'email', 'explicit_content', 'product'].sort(),
    );
  });
});
