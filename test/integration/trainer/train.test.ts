import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainEpochOn } from '../../../adapters/threads/train-epoch.ts';
import { InvalidInputError, LeaseHeldError, LeaseLostError, NoDataError } from '../../../core/errors.ts';
import { SOUND_FEATURES } from '../../../core/features.ts';
import { partitionKey } from '../../../core/names.ts';
import type { AudioFeatures } from '../../../core/ports.ts';
import type { Quality } from '../../../core/recommend/quality.ts';
import { settingsOf } from '../../../core/vectors/settings.ts';
import { type TrainDeps, train } from '../../../lambdas/trainer/train.ts';
import { trainVectors } from '../../../lambdas/trainer/train-vectors.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';
import { groups, putPlaylists as putListed } from '../../support/playlist-groups.ts';
import { playlistsOf } from '../../support/playlists.ts';
import { featuresRow } from '../../support/rows.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const deps = (changes: Partial<TrainDeps> = {}): TrainDeps => ({
  ...machine,
  progress: () => {},
  say: () => {},
  ...changes,
});

const putPlaylists = (dataset: string, lists: Record<string, (string | null)[]>) =>
  putListed(machine, dataset, lists);

const bytesOf = (model: string) => readFile(join(machine.lakeFolder, partitionKey('track_vectors', model)));

test('vectors of every dataset, measured on playlists that were held out', async () => {
  await putPlaylists('one', groups(1));
  await putPlaylists('two', groups(2));
  const steps: string[] = [];
  const progress = (what: string, done: number, total: number) => {
    expect(done).toBeLessThanOrEqual(total);
    if (done === total) steps.push(what);
  };
  const result = await train(deps({ progress }), { size: 8, seed: 3, minCount: 1, epochs: 30, rate: 0.05 });
  expect(result).toMatchObject({ playlists: 120, tracks: 30, vocabulary: 30, seconds: 0 });
  expect(result.model).toMatch(/^sgs-d8-w\d+-n\d+-x[-.\d]+-e30-m1-t0-r0.05-s3$/);
  const { quality } = result;
  expect(quality).toMatchObject({ heldOut: 24 });
  const hits = [quality, quality?.items, quality?.random].map(
    (of) => of?.intervals.hitRate10 as [number, number],
  );
  const [vectors, items, random] = hits as [[number, number], [number, number], [number, number]];
  expect(vectors[0]).toBeGreaterThan(random[1]);
  expect(items[0]).toBeGreaterThan(random[1]);
  expect(steps).toEqual([
    'training to measure',
    'measuring vectors',
    'measuring items',
    'measuring popularity',
    'measuring chance',
    'training',
  ]);

  const rows = (await machine.lake.read('track_vectors', result.model)) ?? [];
  expect(rows).toHaveLength(30);
  expect(rows[0]).toMatchObject({ track_id: 'x0', name: 'Song x0', artist_name: 'Artist x' });
  const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  for (const a of rows) {
    const [near, far] = [true, false].map((same) =>
      rows
        .filter((b) => a !== b && (a.track_id[0] === b.track_id[0]) === same)
        .map((b) => cosine(a.vector as Float32Array, b.vector as Float32Array)),
    );
    expect(Math.min(...(near ?? []))).toBeGreaterThan(Math.max(...(far ?? [])));
  }
  const [run] = await machine.runs.ofDay(TODAY);
  expect(run).toMatchObject({
    id: result.run,
    kind: 'training',
    status: 'done',
    summary: JSON.stringify(result),
  });
});

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

test('nothing is learnt from the playlists that are asked of: songs that stand nowhere else are never found', async () => {
  const lists = Array.from({ length: 20 }, (_, p) => Array.from({ length: 6 }, (_, i) => `t${p}-${i}`));
  await putPlaylists('one', Object.fromEntries(lists.map((list, p) => [`p${p}`, list])));
  const { quality } = await train(deps(), { minCount: 1, size: 4 });
  const none = { hitRate10: 0, ndcg10: 0, rPrecision: 0, ndcg500: 0 };
  expect(quality).toMatchObject({ ...none, heldOut: 4, items: none, popularity: none, random: none });
});

test.each([
  ['skip-gram', false, 2100],
  ['continuous bag of words', true, 210],
])('it lets others go on while it trains: %s', async (_, cbow, lists) => {
  const playlists = Array.from({ length: lists }, (_, p) =>
    Array.from({ length: 100 }, (_, i) => `t${(p + i) % 7}`),
  );
  const work = { clock: machine.clock, progress: () => {} };
  await trainVectors(work, playlistsOf(playlists), settingsOf({ size: 1, epochs: 2, cbow }), '');
  expect(machine.clock.waits.length).toBeGreaterThanOrEqual(2 * 2);
});

test('on more threads it is another model, kept between epochs as well; the other architecture has one', async () => {
  await putPlaylists('one', groups(1));
  const asked: number[] = [];
  const work = deps({
    trainEpochOn: (threads, training, corpus) => {
      asked.push(threads);
      return trainEpochOn(threads, training, corpus);
    },
  });
  const settings = { size: 8, epochs: 30, minCount: 1, rate: 0.05 };
  const result = await train(work, { ...settings, threads: 2 });
  expect(asked).toEqual(Array(60).fill(2));
  expect(result.model).toMatch(/-s1-p2$/);
  expect(result.settings).toEqual(settingsOf(settings));
  const bounds = (of: Quality | null | undefined) => of?.intervals.hitRate10 as [number, number];
  expect(bounds(result.quality)[0]).toBeGreaterThan(bounds(result.quality?.random)[1]);
  const cbow = await train(work, { ...settings, cbow: true, threads: 2 });
  const plain = await train(deps(), { ...settings, threads: 2 });
  expect([asked.length, cbow.model, plain.model]).toEqual([
    60,
    expect.stringMatching(/^cbow-.*-s1$/),
    expect.stringMatching(/-s1$/),
  ]);
});

test('a model tells how often each song stands in the playlists', async () => {
  await putPlaylists('one', { p1: ['a', 'b', 'c', 'b'], p2: ['b', 'c'] });
  const { model } = await train(deps(), { minCount: 1, size: 2 });
  const rows = (await machine.lake.read('track_vectors', model)) ?? [];
  expect(rows.map(({ track_id, count }) => [track_id, count])).toEqual([
    ['a', 1],
    ['b', 3],
    ['c', 2],
  ]);
});

test('trained again, a model has the same bytes; other settings are another model', async () => {
  await putPlaylists('one', groups(1));
  const settings = { size: 5, epochs: 2 };
  const { model } = await train(deps(), settings);
  const bytes = await bytesOf(model);
  expect((await train(deps(), settings)).model).toBe(model);
  expect(await bytesOf(model)).toEqual(bytes);
  const other = await train(deps(), { ...settings, cbow: true, exponent: -0.5 });
  expect(other.model).not.toBe(model);
  expect((await machine.lake.days('track_vectors')).sort()).toEqual([other.model, model].sort());
});

test('too few playlists to hold any out: trained, not measured', async () => {
  await putPlaylists('one', { p1: ['a', 'b', null, 'c', 'b'] });
  const result = await train(deps(), { minCount: 1, size: 3 });
  expect(result).toMatchObject({ playlists: 1, tracks: 3, vocabulary: 3, quality: null });
  // Held out, the only long one would leave nothing to learn from.
  await putPlaylists('one', { p1: ['a', 'b', 'c', 'd', 'e'] });
  expect(await train(deps(), { minCount: 1, size: 3 })).toMatchObject({ vocabulary: 5, quality: null });
});

test.each<[string, Record<string, (string | null)[]> | undefined, string]>([
  ['no playlists', undefined, 'expected playlists in the lake, got none'],
  ['playlists of one song', { p1: ['a'], p2: ['a'] }, 'got none among 2 playlists'],
  ['only rare songs', { p1: ['a', 'b', 'c'], p2: ['d', 'e'] }, 'two tracks that stand 2 times or more'],
  ['no songs of Spotify', { p1: [null, null] }, 'expected playlists in the lake, got none'],
])('%s: nothing is written, and what to do is said', async (_, lists, message) => {
  if (lists) await putPlaylists('one', lists);
  const failed = train(deps(), { minCount: 2 });
  await expect(failed).rejects.toThrow(NoDataError);
  await expect(failed).rejects.toThrow(message);
  expect(await machine.lake.days('track_vectors')).toEqual([]);
  // Nothing to train on at all is no run that failed.
  const statuses = (await machine.runs.ofDay(TODAY)).map(({ status }) => status);
  expect(statuses).toEqual(lists ? ['failed'] : []);
});

test('one training at a time', async () => {
  await putPlaylists('one', groups(1));
  await machine.runs.insert(runRow({ kind: 'training', status: 'running' }));
  await expect(train(deps(), {})).rejects.toThrow(LeaseHeldError);
});

test('the lease is renewed while it trains', async () => {
  await putPlaylists('one', groups(1));
  const ends = new Set<string | undefined>();
  let looking = Promise.resolve();
  const progress = () => {
    machine.clock.advance(5000);
    looking = looking.then(async () => {
      ends.add((await machine.runs.ofDay(TODAY))[0]?.lease_until);
    });
  };
  await train(deps({ progress }), { size: 4 });
  await looking;
  expect(ends.size).toBeGreaterThan(3);
});

test('a training that was taken over meanwhile writes nothing', async () => {
  await putPlaylists('one', groups(1));
  let taking = Promise.resolve();
  const progress = (what: string) => {
    if (what !== 'measuring chance') return;
    taking = taking.then(async () => {
      const [run] = await machine.runs.ofDay(TODAY);
      if (run?.owner !== 'this test') return;
      await machine.runs.take({ ...run, owner: 'another', epoch: run.epoch + 1 }, run.epoch);
    });
  };
  await expect(train(deps({ progress }), { size: 4 })).rejects.toThrow(LeaseLostError);
  await taking;
  expect(await machine.lake.days('track_vectors')).toEqual([]);
});

test.each([
  [{ size: 0 }, 'train, field size'],
  [{ window: 1.5 }, 'train, field window'],
  [{ rate: 0 }, 'train, field rate'],
  [{ threads: 65 }, 'train, field threads'],
])('%j is refused', async (request, message) => {
  await expect(train(deps(), request as object)).rejects.toThrow(InvalidInputError);
  await expect(train(deps(), request as object)).rejects.toThrow(message);
});

describe('playlists that teach little', () => {
  const trained = async (lists: Record<string, string[]>, request: object) => {
    await putPlaylists('one', lists);
    const result = await train(deps(), { minCount: 1, size: 3, ...request });
    const rows = (await machine.lake.read('track_vectors', result.model)) ?? [];
    for (const { vector } of rows) expect(vector?.every(Number.isFinite)).toBe(true);
    expect(rows).toHaveLength(result.vocabulary);
    return result;
  };
  const longer = (p: number) => Array.from({ length: 6 }, (_, i) => `t${p}-${i}`);
  const twenty = Array.from({ length: 20 }, (_, p) => p);

  test.each([{}, { cbow: true }, { subsample: 0.001 }])('a vocabulary of one, %j', async (request) => {
    expect(await trained({ p: ['a', 'a', 'a'] }, request)).toMatchObject({ vocabulary: 1, quality: null });
  });

  test.each([{}, { cbow: true }])('a song in every playlist, and playlists of one, %j', async (request) => {
    const lists = twenty.map((p) => [`p${p}`, ['everywhere', ...longer(p), 'everywhere']] as const);
    const ones = twenty.map((p) => [`q${p}`, [`only-${p}`]] as const);
    const { quality, tracks, vocabulary } = await trained(Object.fromEntries([...lists, ...ones]), request);
    expect([tracks, vocabulary]).toEqual([141, 141]);
    for (const figures of [quality, quality?.items, quality?.popularity]) {
      expect(figures?.hitRate10).toBeGreaterThanOrEqual(0);
      expect(figures?.hitRate10).toBeLessThanOrEqual(1);
    }
  });
});

test('by sound, and by both, where the lake has audio features of the songs', async () => {
  await putPlaylists('one', groups(1));
  // Songs of a group sound alike.
  const ids = ['x', 'y'].flatMap((group) => Array.from({ length: 15 }, (_, i) => `${group}${i}`));
  const features = ids.map((id, i) => {
    const level = (id[0] === 'x' ? 0.1 : 0.9) + i / 1000;
    return featuresRow(id, Object.fromEntries(SOUND_FEATURES.map((feature) => [feature, level])));
  });
  await machine.lake.write('audio_features', TODAY, features);
  const { quality } = await train(deps(), { size: 4 });
  const bounds = (of: Quality | null | undefined) => of?.intervals.hitRate10 as [number, number];
  expect(bounds(quality?.sound)[0]).toBeGreaterThan(bounds(quality?.random)[1]);
  expect(bounds(quality?.both)[0]).toBeGreaterThan(bounds(quality?.random)[1]);
});

test.each<[string, AudioFeatures[]]>([
  ['none', []],
  [
    'those of other songs alone',
    [featuresRow('other', { energy: 0.4 }), featuresRow('another', { energy: 1 })],
  ],
])('where the lake has of audio features %s, nothing is told of sound', async (_, features) => {
  await putPlaylists('one', groups(1));
  if (features.length > 0) await machine.lake.write('audio_features', TODAY, features);
  expect((await train(deps(), { size: 4 })).quality).toMatchObject({ sound: null, both: null });
});
