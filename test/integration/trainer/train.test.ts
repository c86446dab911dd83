import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError, LeaseHeldError, LeaseLostError, NoDataError } from '../../../core/errors.ts';
import { partitionKey } from '../../../core/names.ts';
import type { Row } from '../../../core/tables.ts';
import { xoshiro128 } from '../../../core/vectors/random.ts';
import { settingsOf } from '../../../core/vectors/settings.ts';
import { type TrainDeps, train } from '../../../lambdas/trainer/train.ts';
import { trainVectors } from '../../../lambdas/trainer/train-vectors.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const deps = (changes: Partial<TrainDeps> = {}): TrainDeps => ({
  ...machine,
  progress: () => {},
  ...changes,
});

/** Puts a dataset of playlists into the lake, named by their tracks, whose artists are the letter they begin with. */
async function putPlaylists(dataset: string, lists: Record<string, (string | null)[]>): Promise<void> {
  const rows = Object.entries(lists).flatMap(([playlist_id, ids]) =>
    ids.map((id, position): Row<'playlists'> => {
      const names = { name: id && `Song ${id}`, artist_id: null, artist_name: id && `Artist ${id[0]}` };
      return { playlist_id, position, track_id: id, ...names };
    }),
  );
  await machine.lake.write('playlists', dataset, rows);
}

/** Two groups of songs that never share a playlist, ten songs a playlist. */
function groups(seed: number): Record<string, string[]> {
  const random = xoshiro128(seed);
  return Object.fromEntries(
    Array.from({ length: 60 }, (_, p) => [
      `p${seed}-${String(p).padStart(2, '0')}`,
      Array.from({ length: 10 }, () => `${p % 2 ? 'x' : 'y'}${random.int(15)}`),
    ]),
  );
}

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
  expect(result.model).toMatch(/^sg-d8-w\d+-n\d+-x[-.\d]+-e30-m1-t0-r0.05-s3$/);
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

test('it lets others go on while it trains', async () => {
  const lists = Array.from({ length: 210 }, (_, p) =>
    Array.from({ length: 100 }, (_, i) => `t${(p + i) % 7}`),
  );
  await trainVectors(
    { clock: machine.clock, progress: () => {} },
    lists,
    settingsOf({ size: 1, epochs: 2 }),
    '',
  );
  expect(machine.clock.waits).toEqual([0, 0, 0, 0]);
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
  expect((await machine.runs.ofDay(TODAY)).map(({ status }) => status)).toEqual(['failed']);
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
      if (run?.owner === 'this test') await machine.runs.update({ ...run, owner: 'another' }, run.owner);
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
  [{ threads: 2 }, 'threads'],
])('%j is refused', async (request, message) => {
  await expect(train(deps(), request as object)).rejects.toThrow(InvalidInputError);
  await expect(train(deps(), request as object)).rejects.toThrow(message);
});
