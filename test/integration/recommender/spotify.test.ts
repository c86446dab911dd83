import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ParquetLake } from '../../../adapters/lake/lake.ts';
import { known } from '../../../adapters/spotify/app.ts';
import { ConsentNeededError, RateLimitedError } from '../../../core/errors.ts';
import type { RecommendRequest } from '../../../core/events.ts';
import { userConnector } from '../../../lambdas/login/connect.ts';
import { type RecommendDeps, recommend } from '../../../lambdas/recommender/recommend.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { playOf } from '../../support/listener-in-database.ts';
import { type Pipeline, TODAY, withPipeline } from '../../support/pipeline.ts';
import { smallCatalogue, trackId } from '../../support/small-catalogue.ts';
import { StoredGrant } from '../spotify-user/account.ts';

/** What asks the stand-in in the place of Spotify, and pushes to its user. */
function depsOf({ main, standIn, clock, provider }: Pipeline, refresh_token: string): RecommendDeps {
  const { accounts, api } = standIn.urls;
  const grant = new StoredGrant({ refresh_token, authorized_at: new Date(clock.now()).toISOString() });
  const connectUser = userConnector({
    ...{ settings: { accountsUrl: accounts, apiUrl: api, dailyRequests: 1000 }, provider, clock },
    ...{ apiState: main.database.apiState, random: () => 0.5, grant: grant.view() },
    app: known({ client_id: 'test', client_secret: 'test' }),
  });
  const push = { ...main, connectUser, random: () => 0.5, playlistPushes: main.database.playlistPushes };
  return { ...main, lake: lakeOf(main), history: main.database.history, progress: () => {}, push };
}

/** The pipeline's lake is that of a folder. */
const lakeOf = ({ lake }: Pipeline['main']): ParquetLake => lake as ParquetLake;

/** How many of the day's requests are left. */
async function left({ folder, provider }: Pipeline, budget: number): Promise<number> {
  const database = new DatabaseSync(join(folder, 'soundalike.db'));
  const row = database.prepare('SELECT requests FROM api_state WHERE provider = ?').get(provider);
  database.close();
  return budget - Number(row?.requests);
}

/** Runs a test after three songs were heard, of a lake with 180; those that the stand-in has are those of `has`. */
const trial = (
  test: (
    pipeline: Pipeline,
    ask: (request?: RecommendRequest) => ReturnType<typeof recommend>,
  ) => Promise<void>,
  {
    refreshToken = STAND_IN_USER.refreshToken,
    ...options
  }: Parameters<typeof withPipeline>[0] & { refreshToken?: string } = {},
) =>
  withPipeline(options, async (pipeline) => {
    await pipeline.collect();
    pipeline.standIn.requests.clear();
    const now = pipeline.clock.now();
    const plays = [1, 2, 3].map((n) =>
      playOf({ id: trackId(n, 1), name: `Track 1 of ${n}`, artist: null }, n, now),
    );
    await pipeline.main.database.history.replace([], plays);
    await test(pipeline, (request = {}) =>
      recommend(depsOf(pipeline, refreshToken), { size: 6, ...request }),
    );
  });

const asked = ({ standIn }: Pipeline): string[] =>
  standIn.requests.entries.flatMap(({ path }) => (path.startsWith('/v1/tracks/') ? [path.slice(11)] : []));
const idsOf = ({ songs }: { songs: { id: string }[] }): string[] => songs.map(({ id }) => id);
const GONE = {
  kind: 'status',
  status: 404,
  body: { error: { status: 404, message: 'Resource not found' } },
} as const;

test('the songs of the list are asked for one by one, and nothing of a dry run', () =>
  trial(async (pipeline, ask) => {
    const dry = await ask({ dryRun: true });
    expect(asked(pipeline)).toEqual([]);
    const list = await ask();
    expect(asked(pipeline)).toEqual(idsOf(list));
    expect(list).toMatchObject({ songs: dry.songs, gone: [], requests: 7, warnings: [] });
  }));

test('a gone song gives its place to the next, which is asked for too', () =>
  trial(async (pipeline, ask) => {
    const usual = await ask({ size: 7 });
    const [first, , third] = idsOf(usual) as [string, string, string];
    pipeline.standIn.requests.clear();
    for (const id of [first, third]) pipeline.standIn.faults.add({ match: `/v1/tracks/${id}`, ...GONE });
    const list = await ask();
    expect(list.gone.map(({ id }) => id)).toEqual([first, third]);
    expect(idsOf(list)).toHaveLength(6);
    expect([first, third].filter((id) => idsOf(list).includes(id))).toEqual([]);
    // Each once.
    expect([...asked(pipeline)].sort()).toEqual([...new Set([...idsOf(list), first, third])].sort());
    expect(await pipeline.main.lake.read('recommendations', TODAY)).toMatchObject(
      idsOf(list).map((id) => ({ id })),
    );
  }));

test('where the lake has no other songs the list is shorter; where all are gone it is empty, and not pushed', () =>
  trial(
    async (pipeline, ask) => {
      const [first, ...others] = idsOf(await ask());
      pipeline.standIn.faults.add({ match: `/v1/tracks/${first}`, ...GONE });
      expect(idsOf(await ask())).toEqual(others);
      pipeline.standIn.faults.add({ match: '/v1/tracks/', ...GONE });
      const list = await ask({ push: true });
      expect([list.songs, list.playlist, list.gone.length]).toEqual([[], null, others.length + 1]);
    },
    { catalogue: smallCatalogue(4, 2) },
  ));

test('where most are gone the asking ends', () =>
  trial(async (pipeline, ask) => {
    pipeline.standIn.faults.add({ match: '/v1/tracks/', ...GONE });
    const list = await ask();
    expect([list.songs.length, list.gone.length, asked(pipeline).length]).toEqual([6, 18, 18]);
    expect(list.warnings).toEqual([expect.stringContaining('18 of 18 are gone')]);
  }));

test('songs that turn out to be the same recording are not both there', () =>
  trial(async (pipeline, ask) => {
    await pipeline.main.lake.write(
      'top_tracks',
      TODAY,
      ((await pipeline.main.lake.read('top_tracks', TODAY)) ?? []).map((row) => ({ ...row, isrc: null })),
    );
    const [first, second] = idsOf(await ask()) as [string, string];
    const heardsCode = smallCatalogue().tracks.find(({ id }) => id === trackId(1, 1))?.isrc;
    const same = (id: string, isrc: unknown) =>
      pipeline.standIn.faults.add({
        ...{ match: `/v1/tracks/${id}`, kind: 'status', status: 200 },
        body: { id, name: 'Same', external_ids: { isrc } },
      });
    same(first, 'ONE');
    same(second, 'ONE');
    const list = idsOf(await ask());
    expect([list.includes(first), list.includes(second), list.length]).toEqual([true, false, 6]);
    const now = pipeline.clock.now();
    const play = playOf({ id: trackId(1, 1), name: 'x', artist: 'x', isrc: 'ONE' }, 1, now);
    await pipeline.main.database.history.replace([play], [play]);
    expect(heardsCode).not.toBeNull();
    expect(idsOf(await ask())).not.toEqual(expect.arrayContaining([first]));
  }));

test.each<[string, object, RegExp]>([
  [
    'asks to wait',
    { status: 429, headers: { 'retry-after': '4000' } },
    /for the others: Spotify asks to wait until/,
  ],
  [
    'is down',
    { status: 503 },
    /^Spotify answered for 2 songs whether it still has them, not for the others: Spotify failed/,
  ],
  [
    'may not be asked',
    { status: 403, body: { error: { status: 403, message: 'Forbidden' } } },
    /may not call spotify:tracks/,
  ],
])('where Spotify %s, the list is what it is so far, with a warning', (_, fault, words) =>
  trial(async (pipeline, ask) => {
    const usual = await ask();
    const [first] = idsOf(usual);
    pipeline.standIn.faults.add({ match: `/v1/tracks/${first}`, ...GONE });
    pipeline.standIn.faults.add({ match: '/v1/tracks/', kind: 'status', after: 2, ...fault } as never);
    const list = await ask();
    expect(list.gone.map(({ id }) => id)).toEqual([first]);
    expect(list.songs).toHaveLength(6);
    expect(list.warnings).toEqual([expect.stringMatching(words)]);
    expect(list.warnings[0]).toContain('answered for 2 songs');
  }),
);

test.each([500, 400])('one song for which Spotify answers %i stays, and the others are asked for', (status) =>
  trial(async (pipeline, ask) => {
    const usual = idsOf(await ask());
    const [first, second] = usual;
    pipeline.standIn.faults.add({ match: `/v1/tracks/${first}`, kind: 'status', status });
    pipeline.standIn.faults.add({ match: `/v1/tracks/${second}`, ...GONE });
    const list = await ask();
    expect(list.gone.map(({ id }) => id)).toEqual([second]);
    expect([idsOf(list).includes(first as string), list.warnings]).toEqual([true, []]);
  }),
);

test('where the budget of the day is used up', () =>
  trial(
    async (pipeline, ask) => {
      const { main, provider, clock } = pipeline;
      // The token, and two songs.
      while ((await left(pipeline, 200)) > 3) await main.database.apiState.admit(provider, clock.now(), 200);
      expect(await ask()).toMatchObject({ warnings: [expect.stringContaining('answered for 2 songs')] });
      expect(asked(pipeline)).toHaveLength(2);
    },
    { dailyRequests: 200 },
  ));

test('a push writes the list, in its order, to the standing playlist', () =>
  trial(async (pipeline, ask) => {
    const first = await ask({ push: true });
    const { playlists } = await pipeline.standIn.user.state();
    const pushed = playlists.find(({ id }) => id === first.playlist?.id);
    expect(pushed?.items.map(({ uri }) => uri)).toEqual(first.songs.map(({ uri }) => uri));
    expect(pushed).toMatchObject({
      name: 'AI Generated Playlist - 22/11/2026',
      description: 'What to hear next, by what was heard until 2026-11-22. Made by Soundalike',
    });
    expect(first.playlist).toEqual({ id: pushed?.id, url: expect.any(String), snapshot: expect.any(String) });
    const second = await ask({ push: true, size: 3 });
    expect(second.playlist?.id).toBe(first.playlist?.id);
  }));

test('a push that fails fails the run; the list stays, and the same may be asked again', () =>
  trial(async (pipeline, ask) => {
    const match = '/v1/playlists/*/items';
    pipeline.standIn.faults.add({
      ...{ match, method: 'PUT', kind: 'status', status: 429, times: 1 },
      headers: { 'retry-after': '4000' },
    });
    await expect(ask({ push: true })).rejects.toThrow(RateLimitedError);
    const rows = await pipeline.main.lake.read('recommendations', TODAY);
    const failed = (await pipeline.main.runs.ofDay(TODAY)).at(-1);
    expect([rows?.length, failed?.kind, failed?.status]).toEqual([6, 'recommendation', 'failed']);
    pipeline.clock.advance(4_001_000);
    const again = await ask({ push: true });
    expect(again.songs.map(({ id }) => id)).toEqual(rows?.map(({ id }) => id));
    expect(again.playlist).not.toBeNull();
  }));

test('a push in the name of nobody', () =>
  trial(
    async (pipeline, ask) => {
      await expect(ask({ push: true })).rejects.toThrow(ConsentNeededError);
      expect(await lakeOf(pipeline.main).days('recommendations')).toEqual([TODAY]);
    },
    { refreshToken: 'none' },
  ));
