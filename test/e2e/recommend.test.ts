import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserGrant } from '../../adapters/spotify/user-grant.ts';
import type { RecommendResult, RunResult, TrainResult } from '../../core/events.ts';
import { sampleCatalogue } from '../../sample/generate.ts';
import { type StandIn, startStandIn } from '../../sample/stand-in/server.ts';
import { STAND_IN_USER, userStateSchema } from '../../sample/stand-in/user-state.ts';
import { type CliOptions, complaints, documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';

const SAMPLE = sampleCatalogue();
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-recommend-'));
});
afterEach(() => rm(root, { recursive: true }));

const data = (): string => join(root, 'data');
const cli = (args: string[], options?: CliOptions): Promise<Ended> =>
  soundalike([...args, '--data', data()], options);
const done = async <T = RecommendResult>(args: string[], options?: CliOptions): Promise<T> => {
  const ended = await cli([...args, '--json'], options);
  expect([ended.status, complaints(ended)]).toEqual([0, []]);
  return documentOf<T>(ended);
};

/** The sample's playlists as a file, of which there are enough to train on. */
async function playlistsFile(): Promise<string> {
  const tracks = new Map(SAMPLE.tracks.map((track) => [track.id, track]));
  const artists = new Map(SAMPLE.artists.map((artist) => [artist.id, artist]));
  const lines = SAMPLE.playlists.map(({ id, name, track_ids }) =>
    JSON.stringify({
      ...{ playlist_id: id, name },
      tracks: track_ids.map((track) => {
        const { name: title, artist_ids } = tracks.get(track) as (typeof SAMPLE.tracks)[number];
        const named = artist_ids.map((artist) => ({ id: artist, name: artists.get(artist)?.name }));
        return { id: track, name: title, artists: named, duration_s: 200 };
      }),
    }),
  );
  const path = join(root, 'sample.jsonl');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

test('a run on the sample ends with a recommended list, and recommends again what it did', async () => {
  const { recommended } = await done<RunResult>(['run']);
  expect(recommended?.songs).toHaveLength(10);
  const list = await done(['recommend']);
  expect(list).toMatchObject({ heard: recommended?.heard, method: 'sound', playlist: null, requests: 0 });
  expect(list.songs).toHaveLength(30);
  expect(list.songs.slice(0, 10).map(({ score: _, ...song }) => song)).toEqual(recommended?.songs);
  const known = new Set(SAMPLE.tracks.map(({ id }) => id));
  expect(list.songs.every(({ id, uri }) => known.has(id) && uri === `spotify:track:${id}`)).toBe(true);

  const { stdout } = await cli(['recommend', '--size', '2']);
  const [first, second] = list.songs as [RecommendResult['songs'][number], RecommendResult['songs'][number]];
  expect(stdout.split('\n').slice(1, 3)).toEqual(
    [first, second].map(
      ({ name, artist, because, nearness }, i) =>
        `   ${i + 1}  ${name} by ${artist}: because of ${because.name} (${nearness.toFixed(2)} by sound)`,
    ),
  );
  expect(stdout).toMatch(
    /^What to hear next, by sound, from 50 plays of \d+ songs \(\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\):\n/,
  );
  expect(stdout).toMatch(/\n {2}nothing near is known of \d+ of them: \w/);
});

test('who is logged out gets no list with a run, and no note', async () => {
  await cli(['listen']);
  await cli(['forget', '--yes']);
  expect((await done<RunResult>(['run'])).recommended).toBeNull();
});

test('a run is done although nothing can be recommended: a note says why', async () => {
  await cli(['listen']);
  await writeFile(join(data(), 'stand-in-user.json'), 'no JSON', { mode: 0o600 });
  const ended = await cli(['run', '--json']);
  expect([ended.status, complaints(ended)]).toEqual([
    0,
    [expect.stringMatching(/^Note: no songs were recommended: .*stand-in-user\.json/)],
  ]);
  expect(documentOf(ended)).toMatchObject({ published: true, recommended: null });
});

test('without data it says what to do, and makes no folder', async () => {
  const error = errorOf(await cli(['recommend', '--json']), 1);
  expect(error).toMatchObject({ code: 'no-data', hint: expect.stringContaining('soundalike listen') });
  expect(existsSync(data())).toBe(false);
});

test('by playlists, by a model and by both, once there are any; pushed, and not by a dry run', async () => {
  await done(['listen']);
  const nothing = await cli(['recommend', '--push']);
  expect([nothing.status, complaints(nothing)]).toEqual([
    0,
    [
      expect.stringMatching(
        /^Note: beside the \d+ heard songs the lake has none that sounds near one of them/,
      ),
    ],
  ]);
  expect(nothing.stdout).toMatch(/:\n {2}nothing\n {2}nothing near is known of \d+ of them/);
  await done(['import', await playlistsFile(), '--mode', 'extended']);
  const alone = await cli(['recommend', '--method', 'both', '--json']);
  expect(complaints(alone)[0]).toBe(
    'Note: by sound alone: expected a model of vectors, got none; train one: soundalike train.',
  );
  const items = await done(['recommend']);
  expect(items).toMatchObject({ method: 'items', model: null });
  expect(items.songs).toHaveLength(30);
  const { model } = await done<TrainResult>(['train', '--size', '8', '--epochs', '5', '--min-count', '1']);
  const playlists = await done(['recommend', '--method', 'playlists', '--size', '7', '--per-song', '1']);
  expect(playlists).toMatchObject({ method: 'playlists', model });
  expect(playlists.songs).toHaveLength(7);
  expect(
    await done(['recommend', '--method', 'playlists', '--model', model, '--size', '7', '--per-song', '1']),
  ).toMatchObject({ songs: playlists.songs.map(({ id }) => ({ id })) });
  await done(['run']);
  const both = await done(['recommend', '--method', 'both']);
  expect(both).toMatchObject({ method: 'both', model });
  expect(new Set(both.songs.map(({ method }) => method))).toEqual(new Set(['sound', 'playlists']));

  const dry = await done(['recommend', '--push', '--dry-run']);
  expect([dry.run, dry.playlist]).toEqual([null, null]);
  const pushed = await done(['recommend', '--push', '--size', '5']);
  const state = userStateSchema.parse(JSON.parse(await readFile(join(data(), 'stand-in.json'), 'utf8')));
  const playlist = state.playlists.find(({ id }) => id === pushed.playlist?.id);
  expect(playlist?.items.map(({ uri }) => uri)).toEqual(pushed.songs.map(({ uri }) => uri));
  expect((await cli(['recommend', '--push'])).stdout).toContain(
    `Pushed to your playlist: ${pushed.playlist?.url}`,
  );
});

test('what cannot be is bad usage and named', async () => {
  expect(errorOf(await cli(['recommend', '--method', 'magic', '--json']), 2).message).toContain(
    'field method',
  );
  expect(errorOf(await cli(['recommend', '--half-life', '0', '--json']), 2).message).toContain(
    'field halfLife',
  );
});

describe('with Spotify itself', () => {
  let standIn: StandIn;
  let environment: Record<string, string>;
  beforeEach(async () => {
    standIn = await startStandIn({ catalogue: SAMPLE, mode: 'development' });
    const { accounts, api, reccobeats } = standIn.urls;
    environment = {
      ...{ SPOTIFY_ACCOUNTS_URL: accounts, SPOTIFY_API_URL: api, RECCOBEATS_API_URL: reccobeats },
      ...{ SPOTIFY_CLIENT_ID: 'test', SPOTIFY_CLIENT_SECRET: 'sesame-3141' },
    };
    await done(['import', await playlistsFile()]);
    const grant = UserGrant.parse({
      ...{ refresh_token: STAND_IN_USER.refreshToken, account: STAND_IN_USER.id },
      ...{ scopes: STAND_IN_USER.scopes.join(' '), authorized_at: new Date().toISOString() },
    });
    await writeFile(join(data(), 'spotify-user.json'), JSON.stringify(grant), { mode: 0o600 });
    await done(['listen'], { environment });
    standIn.requests.clear();
  });
  afterEach(() => standIn.close());

  const asked = () => standIn.requests.entries.filter(({ path }) => path.startsWith('/v1/tracks/'));

  test('it is asked whether it still has the songs; those that are gone are named and replaced', async () => {
    const usual = await done(['recommend', '--dry-run'], { environment });
    expect(asked()).toEqual([]);
    const [first] = usual.songs;
    standIn.faults.add({ match: `/v1/tracks/${first?.id}`, kind: 'status', status: 404 });
    const list = await done(['recommend'], { environment });
    expect(list.gone).toEqual([{ id: first?.id, name: first?.name }]);
    expect([list.songs.length, asked().length, list.requests]).toEqual([30, 31, 32]);
    expect((await cli(['recommend'], { environment })).stdout).toContain(
      `left out, since Spotify no longer has them: ${first?.name}`,
    );
  });

  test('killed between the list and the push: the list is there, and the next command pushes it', async () => {
    standIn.faults.add({ match: '/v1/me/playlists', kind: 'slow', delayMs: 60_000 });
    const killed = await cli(['recommend', '--push'], {
      environment,
      started: (child) => {
        const add = standIn.requests.add.bind(standIn.requests);
        standIn.requests.add = (entry) => {
          add(entry);
          if (entry.path === '/v1/me') child.kill('SIGKILL');
        };
      },
    });
    expect(killed.status).toBeNull();
    const written = await readdir(join(data(), 'lake/recommendations'));
    expect(written).toHaveLength(1);
    standIn.faults.clear();
    const list = await done(['recommend', '--push'], { environment });
    const { playlists } = await standIn.user.state();
    const pushed = playlists.filter(({ name }) => name.startsWith('AI Generated'));
    expect(pushed.map(({ items }) => items.map(({ uri }) => uri))).toEqual([
      list.songs.map(({ uri }) => uri),
    ]);
    const database = new DatabaseSync(join(data(), 'soundalike.db'));
    const states = database
      .prepare("SELECT status FROM runs WHERE kind = 'recommendation' ORDER BY started_at")
      .all();
    database.close();
    expect(states).toEqual([{ status: 'failed' }, { status: 'done' }]);
  });

  test('a push needs a login, a list does not', async () => {
    await rm(join(data(), 'spotify-user.json'));
    expect((await done(['recommend'], { environment })).songs).toHaveLength(30);
    expect(errorOf(await cli(['recommend', '--push', '--json'], { environment }), 1).code).toBe(
      'consent-needed',
    );
  });
});
