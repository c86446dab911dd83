import { readdir } from 'node:fs/promises';
import { LeaseHeldError, NoDataError } from '../../../core/errors.ts';
import type { RecommendRequest } from '../../../core/events.ts';
import { SOUND_FEATURES } from '../../../core/features.ts';
import type { Row } from '../../../core/tables.ts';
import { forget } from '../../../lambdas/listening/forget.ts';
import { recommend } from '../../../lambdas/recommender/recommend.ts';
import { removeDay } from '../../support/lake.ts';
import { playOf } from '../../support/listener-in-database.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';
import { putPlaylists } from '../../support/playlist-groups.ts';
import { featuresRow, trackRow } from '../../support/rows.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** As long as Spotify's, and named by its first letters. */
const id = (name: string): string => `${name}${'0'.repeat(22 - name.length)}`;
const song = (name: string, more: { artist?: string; isrc?: string } = {}) => ({
  ...{ id: id(name), name, artist: `Artist ${name}`, ...more },
});
const ask = (request: RecommendRequest = {}) => recommend({ ...machine, progress: () => {} }, request);
const named = async (request: RecommendRequest = {}) => (await ask(request)).songs.map(({ name }) => name);
const hear = (...plays: [string, number][]) =>
  machine.history.replace(
    [],
    plays.map(([name, daysAgo]) => playOf(song(name), daysAgo, machine.clock.now())),
  );

/** Songs by sound: each name's value is where it stands between two extremes. */
async function sounds(songs: Record<string, number>): Promise<void> {
  const features = Object.entries(songs).map(([name, x]) =>
    featuresRow(
      id(name),
      Object.fromEntries(SOUND_FEATURES.map((feature, f) => [feature, x * (f % 2 ? 1 : 2)])),
    ),
  );
  await machine.lake.write('audio_features', TODAY, features);
  const tracks = Object.keys(songs).map((name) => trackRow(`of${name}`, id(name), { name }));
  await machine.lake.write('top_tracks', TODAY, tracks);
}

const lists = (all: Record<string, string>) =>
  Object.fromEntries(Object.entries(all).map(([list, names]) => [list, [...names].map(id)]));
const stand = (all: Record<string, string>) => putPlaylists(machine, 'some', lists(all));
/** A model of vectors in the plane, by their angle in degrees; null has the length 0. */
const model = (name: string, angles: Record<string, number | null>) =>
  machine.lake.write(
    'track_vectors',
    name,
    Object.entries(angles).map(([track, angle]): Row<'track_vectors'> => {
      const at = ((angle ?? 0) * Math.PI) / 180;
      const vector = Float32Array.from(angle === null ? [0, 0] : [2 * Math.cos(at), 2 * Math.sin(at)]);
      return { track_id: id(track), name: track, artist_name: `Artist ${track}`, vector, count: null };
    }),
  );

const rightAngle = () =>
  machine.lake.write(
    'track_vectors',
    'm',
    [id('a'), id('b')].map((track_id, n) => ({
      ...{ track_id, name: track_id, artist_name: null, count: null },
      vector: Float32Array.from([n, 1 - n]),
    })),
  );

describe('what was heard', () => {
  beforeEach(() => stand({ p: 'ab', q: 'cd', r: 'ef', s: 'gh' }));

  test('counts from after so many days ago to now', async () => {
    await hear(['a', 7], ['c', 7 - 1e-8], ['e', 0], ['g', -0.001]);
    const result = await ask();
    expect(result).toMatchObject({
      plays: 2,
      heard: 2,
      from: `2026-11-15T12:00:00.000Z`,
      to: `2026-11-22T12:00:00.000Z`,
    });
    expect(result.songs.map(({ id: found }) => found)).toEqual([id('f'), id('d')]);
  });

  test('counts to the end of the day that is asked for', async () => {
    await hear(['a', 1.4], ['c', 1.6], ['e', 2.6]);
    const result = await ask({ date: '2026-11-20', days: 1 });
    expect(result).toMatchObject({ date: '2026-11-20', heard: 1, to: '2026-11-21T00:00:00.000Z' });
    expect(result.songs.map(({ because }) => because.id)).toEqual([id('c')]);
    expect(await machine.lake.days('recommendations')).toEqual(['2026-11-20']);
  });

  test('is never recommended, whenever it was, in no version, known by id or by name', async () => {
    await stand({ p: 'abcdef' });
    await hear(['a', 1], ['b', 300]);
    const now = machine.clock.now();
    const other = { id: id('zz'), name: `Song ${id('c')} - Live`, artist: 'ARTIST C' };
    const nobodys = { id: 'unknown:1', name: `Song ${id('d')} (Remastered)`, artist: 'Artist d' };
    const told = {
      ...playOf({ id: id('yy'), name: null, artist: null }, 400, now),
      song: `artist e\nsong ${id('e')}`,
    };
    await machine.history.replace([], [playOf(other, 200, now), playOf(nobodys, 200, now), told]);
    expect((await ask({ maxPerArtist: 9 })).songs.map(({ id: found }) => found)).toEqual([id('f')]);
  });
});

describe('the way', () => {
  test('is shared playlists where one of the heard songs stands in any, else sound', async () => {
    await sounds({ a: 1, b: 1.1, c: -3 });
    await stand({ p: 'xy' });
    await hear(['a', 1]);
    expect(await ask()).toMatchObject({
      method: 'sound',
      model: null,
      songs: [{ name: 'b', method: 'sound' }],
    });
    await stand({ p: 'xy', q: 'ac' });
    expect(await ask()).toMatchObject({ method: 'items', songs: [{ id: id('c'), nearness: 1 }] });
  });

  test('by vectors is that of the model trained last, or of the one that is named', async () => {
    await hear(['a', 1]);
    await model('old', { a: 0, b: 10, c: 50 });
    await model('new', { a: 0, b: 50, c: 10 });
    await model('zzz', { a: 0, d: 10 });
    const training = (name: string, hour: string, values = {}) =>
      machine.runs.insert(
        runRow({
          ...{ id: name, kind: 'training', summary: JSON.stringify({ model: name }) },
          ...{ finished_at: `${TODAY}T${hour}:00:00.000Z`, ...values },
        }),
      );
    expect(await ask({ method: 'playlists', dryRun: true })).toMatchObject({ model: 'zzz' });
    await training('old', '09');
    await training('new', '10');
    await training('removed', '11');
    await training('zzz', '12', { status: 'failed' });
    const result = await ask({ method: 'playlists' });
    expect(result).toMatchObject({ method: 'playlists', model: 'new' });
    expect(result.songs.map(({ name, nearness }) => [name, nearness])).toEqual([
      ['c', expect.closeTo(Math.cos(Math.PI / 18), 6)],
      ['b', expect.closeTo(Math.cos((Math.PI * 5) / 18), 6)],
    ]);
    expect(await ask({ method: 'playlists', model: 'old' })).toMatchObject({
      songs: [{ name: 'b' }, { name: 'c' }],
    });
  });

  test('by both is by the one that there is, with a warning', async () => {
    await hear(['a', 1]);
    await sounds({ a: 1, b: 1.1, c: -3 });
    expect(await ask({ method: 'both' })).toMatchObject({
      ...{ method: 'sound', songs: [{ name: 'b' }] },
      warnings: ['by sound alone: expected a model of vectors, got none; train one: soundalike train'],
    });
    await expect(ask({ method: 'both', model: 'none' })).rejects.toThrow('expected the model none, got none');
    await model('m', { a: 0, c: 5, b: 180 });
    const both = await ask({ method: 'both' });
    expect(both).toMatchObject({ method: 'both', model: 'm', warnings: [] });
    expect(both.songs.map(({ name, method, score }) => [name, method, score])).toEqual([
      ['b', 'sound', expect.closeTo(0.5 ** (1 / 3) / 61, 12)],
      ['c', 'playlists', expect.closeTo(0.5 ** (1 / 3) / 61, 12)],
    ]);
    await removeDay(machine.lake, 'audio_features', TODAY);
    expect(await ask({ method: 'both' })).toMatchObject({
      ...{ method: 'playlists', model: 'm', songs: [{ name: 'c' }] },
      warnings: [expect.stringMatching(/^by playlists alone: expected songs with audio features/)],
    });
  });

  test.each<[RecommendRequest, RegExp, string]>([
    [{}, /^expected playlists or songs with audio features in the lake, got neither$/, 'collect some'],
    [{ method: 'sound' }, /^expected songs with audio features in the lake, got none$/, 'collect some'],
    [{ method: 'items' }, /^expected playlists in the lake, got none$/, 'import some first'],
    [{ method: 'playlists' }, /^expected a model of vectors, got none$/, 'train one: soundalike train'],
    [{ method: 'both' }, /^expected a model of vectors, got none$/, 'train one'],
    [{ method: 'both', model: 'm' }, /^expected the model m, got none of that name$/, 'train one'],
  ])('%j without its data: what to do is said', async (request, message, hint) => {
    await hear(['a', 1]);
    const error = await ask(request).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoDataError);
    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringContaining(hint),
    });
    expect(await machine.lake.days('recommendations')).toEqual([]);
    expect(await machine.runs.ofDay(TODAY)).toMatchObject([{ kind: 'recommendation', status: 'failed' }]);
  });
});

describe('the list', () => {
  beforeEach(async () => {
    await stand({ p: 'abc', q: 'ad', r: 'xyz', s: 'fg' });
    await hear(['a', 1], ['x', 2], ['unknown', 3]);
  });

  test('is written as the day of the lake, and is the summary of its run', async () => {
    const result = await ask();
    expect(result).toMatchObject({
      heard: 3,
      plays: 3,
      unknownCount: 1,
      playlist: null,
      requests: 0,
      gone: [],
    });
    expect(result.unknown).toEqual([{ id: id('unknown'), name: 'unknown' }]);
    const rows = await machine.lake.read('recommendations', TODAY);
    expect(rows).toEqual(
      result.songs.map(({ because, artist, uri, ...rest }, place) => ({
        ...{ ...rest, rank: place + 1, artist_name: artist, run: result.run },
        ...{ because_id: because.id, because_name: because.name },
      })),
    );
    expect(result.songs[0]).toEqual({
      ...{ id: id('y'), name: `Song ${id('y')}`, artist: 'Artist y', uri: `spotify:track:${id('y')}` },
      ...{ score: 0.5 ** (2 / 3), nearness: 1, method: 'items' },
      because: { id: id('x'), name: 'x' },
    });
    const run = await machine.runs.byId(result.run ?? '');
    expect(run).toMatchObject({ kind: 'recommendation', status: 'done', dt: TODAY });
    expect(JSON.parse(run?.summary ?? '')).toEqual(result);
    const shorter = await ask({ size: 1 });
    expect(await machine.lake.read('recommendations', TODAY)).toMatchObject([
      { id: id('y'), run: shorter.run },
    ]);
  });

  test('of a dry run is the same, and nothing at all is written', async () => {
    const before = await readdir(machine.folder, { recursive: true });
    const dry = await ask({ dryRun: true, push: true });
    expect([dry.run, dry.playlist, await machine.runs.ofDay(TODAY)]).toEqual([null, null, []]);
    expect(await readdir(machine.folder, { recursive: true })).toEqual(before);
    expect((await ask()).songs).toEqual(dry.songs);
  });

  test('is forgotten with the user, but not while it is being made', async () => {
    await ask();
    const running = runRow({ id: 'other', kind: 'recommendation', status: 'running' });
    await machine.runs.insert(running);
    await expect(forget(machine)).rejects.toThrow(LeaseHeldError);
    expect(await machine.lake.days('recommendations')).toEqual([TODAY]);
    await machine.runs.update({ ...running, status: 'failed' }, running.epoch);
    expect(await forget(machine)).toMatchObject({ plays: 3, days: 1 });
    expect([await machine.lake.days('recommendations'), await machine.runs.ofDay(TODAY)]).toEqual([[], []]);
  });

  test('of two at once is that of the first; the other is refused and changes nothing', async () => {
    const both = await Promise.allSettled([ask(), ask({ size: 1 })]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((both[1] as PromiseRejectedResult).reason).toBeInstanceOf(LeaseHeldError);
    expect(await machine.lake.read('recommendations', TODAY)).toHaveLength(5);
  });

  test('has nothing that Spotify has not: local files have other ids', async () => {
    await putPlaylists(machine, 'own', { p: [id('a'), 'spotify:local:b:c:d:1', 'short', id('w')] });
    expect(await named({ size: 1, maxPerArtist: 1 })).toHaveLength(1);
    expect((await ask()).songs.map((found) => found.id)).toEqual(expect.arrayContaining([id('w')]));
    expect((await ask()).songs.every((found) => found.id.length === 22)).toBe(true);
  });
});

describe('bad days', () => {
  test('nothing heard: what to do is said, and nothing is written', async () => {
    await stand({ p: 'ab' });
    const error = await ask().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NoDataError);
    expect(error).toMatchObject({
      message: 'expected plays between 2026-11-15T12:00:00.000Z and 2026-11-22T12:00:00.000Z, got none',
      hint: expect.stringContaining('soundalike listen'),
    });
    expect(await machine.lake.days('recommendations')).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>, RecommendRequest]>([
    ['in no playlist', () => stand({ p: 'xy' }), { method: 'items' }],
    ['alone in its playlist', () => stand({ p: 'a', q: 'xy' }), {}],
    ['in no model', () => model('m', { x: 1 }), { method: 'playlists' }],
    ['the whole vocabulary', () => model('m', { a: 1 }), { method: 'playlists' }],
    ['without a direction', () => model('m', { a: null, b: 1 }), { method: 'playlists' }],
    ['at right angles to the only other', () => rightAngle(), { method: 'playlists' }],
    ['among vectors without any direction', () => model('m', { a: null, b: null }), { method: 'playlists' }],
    ['the only one that sounds', () => sounds({ a: 1 }), {}],
    ['like all others', () => sounds({ a: 1, b: 1, c: 1 }), { method: 'sound' }],
    ['unlike all others', () => sounds({ a: 1, b: -1 }), { method: 'sound' }],
  ])('a song that is %s: an empty list, which is said, and no push', async (_, put, request) => {
    await hear(['a', 1]);
    await put();
    const result = await ask({ ...request, push: true });
    expect(result).toMatchObject({ songs: [], unknown: [{ id: id('a') }], unknownCount: 1, playlist: null });
    expect(result.warnings).toEqual([expect.stringMatching(/^beside the 1 heard songs the lake has none /)]);
    expect(await machine.lake.read('recommendations', TODAY)).toEqual([]);
  });

  test('a song in every playlist is near all, and hides nothing', async () => {
    await stand({ p: 'abe', q: 'ce', r: 'de', s: 'abe' });
    await hear(['a', 1]);
    const { songs } = await ask();
    expect(songs.map(({ id: found, nearness }) => [found, nearness])).toEqual([
      [id('b'), 1],
      [id('e'), expect.closeTo(Math.SQRT1_2, 12)],
    ]);
    await hear(['e', 1]);
    expect(await named()).toEqual(['b', 'c', 'd'].map((name) => `Song ${id(name)}`));
  });

  test('a model of no vectors, or of vectors of several lengths, is none', async () => {
    await hear(['a', 1]);
    const row = (track_id: string, vector: number[] | null) => ({
      ...{ track_id, name: null, artist_name: null, count: null },
      vector: vector && Float32Array.from(vector),
    });
    for (const vectors of [
      [[1, 2], [1]],
      [[1, 2], null],
      [[], []],
    ]) {
      const rows = vectors.map((vector, i) => row(`t${i}`, vector));
      await machine.lake.write('track_vectors', 'm', rows);
      await expect(ask({ method: 'playlists' })).rejects.toThrow(NoDataError);
    }
    await machine.lake.write('track_vectors', 'm', []);
    await expect(ask({ method: 'playlists' })).rejects.toThrow('expected in the model m songs, got none');
  });

  test('more heard songs than are looked at', async () => {
    await stand({ p: 'ab' });
    const now = machine.clock.now();
    const many = Array.from({ length: 1001 }, (_, n) => playOf(song(`many${n}x`), 1 + n / 1e6, now));
    await machine.history.replace([], many);
    await hear(['a', 0]);
    const result = await ask();
    expect(result).toMatchObject({ heard: 1002, unknownCount: 999 });
    expect(result.unknown).toHaveLength(100);
    expect(result.songs.map((found) => found.id)).toEqual([id('b')]);
    expect(result.warnings).toEqual(['of 1002 heard songs the 1000 that weigh the most were looked at']);
  });

  test.each<[RecommendRequest, string]>([
    [{ days: 0 }, 'field days'],
    [{ halfLife: 0 }, 'field halfLife'],
    [{ perSong: 101 }, 'field perSong'],
    [{ size: 1.5 }, 'field size'],
    [{ maxPerArtist: 0 }, 'field maxPerArtist'],
    [{ method: 'other' as 'both' }, 'field method'],
    [{ model: '../x' }, 'field model'],
    [{ date: '2026-02-30' }, 'field date'],
  ])('%j is refused', async (request, message) => {
    await expect(ask(request)).rejects.toThrow(message);
    expect(await machine.runs.ofDay(TODAY)).toEqual([]);
  });
});
