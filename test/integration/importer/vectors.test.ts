import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, LeaseHeldError, LeaseLostError } from '../../../core/errors.ts';
import { writeVectors } from '../../../core/vectors/formats.ts';
import { importDataset } from '../../../lambdas/importer/import.ts';
import { importDeps } from '../../support/import.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';
import { putPlaylists } from '../../support/playlist-groups.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(machine.folder, name);
  await writeFile(path, bytes);
  return path;
}
const importFile = async (name: string, bytes: Uint8Array | string) =>
  importDataset(importDeps(machine), { paths: [await put(name, bytes)] });
const models = () => machine.lake.days('track_vectors');
const statuses = async () => (await machine.runs.ofDay(TODAY)).map(({ status }) => status);

/** So many tracks, whose ids are not in order, with two numbers each. */
const tracks = (count: number) => ({
  ids: Array.from({ length: count }, (_, i) => `track-${(i * 7) % count}`),
  size: 2,
  vectors: Float32Array.from({ length: 2 * count }, (_, i) => Math.fround(i + 0.1)),
});

test.each(['text', 'binary'] as const)(
  'a %s file becomes the newest model, whatever it is called',
  async (format) => {
    await putPlaylists(machine, 'one', { p: ['track-1', 'x'] });
    const result = await importFile('My Vectors.v2.DAT', writeVectors(tracks(100), format));
    const model = 'file-my-vectors-v2';
    expect(result).toEqual({
      ...{ date: TODAY, run: expect.stringMatching(/^training-/), artists: 0, tracks: 0, features: 0 },
      files: [{ path: expect.stringContaining('My Vectors'), layout: `word2vec-${format}`, rows: 100 }],
      ...{ playlists: 0, entries: 0, notSongs: 0, datasets: [], rejected: [], rejectedCount: 0 },
      models: [{ name: model, rows: 100, size: 2 }],
    });
    const rows = (await machine.lake.read('track_vectors', model)) ?? [];
    expect(rows.map(({ track_id }) => track_id)).toEqual(tracks(100).ids.toSorted());
    const { ids, vectors } = tracks(100);
    for (const { track_id, vector } of rows) {
      expect(vector).toEqual(vectors.slice(2 * ids.indexOf(track_id), 2 * ids.indexOf(track_id) + 2));
    }
    expect(rows.filter(({ name }) => name !== null)).toMatchObject([
      { track_id: 'track-1', name: 'Song track-1' },
    ]);
    const [run] = await machine.runs.done('training');
    expect(run).toMatchObject({ id: result.run, status: 'done' });
    expect(JSON.parse(run?.summary ?? '')).toEqual({ ...result, model, imported: true });
  },
);

test('vectors of length 0, and of names that are no ids of tracks, are left out and told', async () => {
  const { ids, vectors } = tracks(60);
  const lines = ids.map((id, i) => `${id} ${vectors[2 * i]} ${vectors[2 * i + 1]}`);
  lines[3] = 'null 0 0.0';
  lines[50] = `${'x'.repeat(65)} 1 2`;
  const { rejected, rejectedCount, models } = await importFile('v.vec', `60 2\n${lines.join('\n')}\n`);
  expect(models).toMatchObject([{ rows: 58 }]);
  expect(rejectedCount).toBe(2);
  expect(rejected).toMatchObject([
    { file: 'v.vec', line: 5, reason: expect.stringContaining('got one of length 0') },
    { file: 'v.vec', line: 52, reason: expect.stringContaining('expected a track id of 1 to 64') },
  ]);
});

const binary = Buffer.from(writeVectors(tracks(10), 'binary'));
const text = Buffer.from(writeVectors(tracks(10), 'text')).toString();
const changed = (from: string, to: string) => text.replace(from, to);
const withNumber = (value: number) => {
  const bytes = Buffer.from(binary);
  bytes.writeFloatLE(value, bytes.length - 4);
  return bytes;
};

test.each<[string, Uint8Array | string, string]>([
  ['cut short, binary', binary.subarray(0, -3), '2 numbers of 4 bytes in vector 10, got 5 bytes'],
  ['cut short, text', text.slice(0, -30), 'expected'],
  ['a row of another width', changed(' 0.1', ''), '2 numbers in vector 1, got 1'],
  ['a header with more rows', changed('10 2', '11 2'), '11 vectors as the header tells, got only 10'],
  [
    'a header with more rows, binary',
    Buffer.concat([Buffer.from('11 2\n'), binary.subarray(5)]),
    'got only 10',
  ],
  ['a header with fewer rows', changed('10 2', '9 2'), 'nothing after 9 vectors'],
  ['a header of another width', changed('10 2', '10 3'), '3 numbers in vector 1, got 2'],
  [
    'a header of another width, binary',
    Buffer.concat([Buffer.from('10 3\n'), binary.subarray(5)]),
    'word2vec',
  ],
  [
    'a header that promises the world',
    changed('10 2', '9999999999 300'),
    'as the header tells, got a file of',
  ],
  ['a header of no rows', '0 5\n', 'expected vectors in'],
  ['NaN', withNumber(Number.NaN), 'finite numbers in vector 10, got NaN'],
  ['NaN, text', '2 1\na 1\nb nan\n', 'numbers in vector 2, got "nan"'],
  ['infinite', withNumber(Number.POSITIVE_INFINITY), 'got Infinity'],
  ['an id twice', changed('track-7', 'track-0'), 'each name once, got "track-0" again as vector 2'],
  ['too many of length 0', '2 2\na 1 1\nb 0 0\n', 'expected at least 95 % of the rows'],
  ['an empty file', '', 'of a known layout'],
  ['a pickle', Buffer.from([0x80, 0x04, 0x95, 1, 2, 3]), "a file of Python's own form"],
  ['an array of numpy', Buffer.from('\x93NUMPY\x01', 'latin1'), "a file of Python's own form"],
])('%s: refused, and nothing is written', async (_, file, message) => {
  const failed = importFile('vectors.bin', file);
  await expect(failed).rejects.toThrow(DatasetError);
  await expect(failed).rejects.toThrow(message);
  expect(await models()).toEqual([]);
  expect((await statuses()).filter((status) => status !== 'failed')).toEqual([]);
});

test('how a file of gensim is written again is told', async () => {
  const failed = importFile('a.kv', Buffer.from([0x80, 0x03, 0x63]));
  await expect(failed).rejects.toMatchObject({
    hint: expect.stringContaining("KeyedVectors.load('a.kv').save_word2vec_format"),
  });
});

test('a failed import leaves the model of the same name as it was', async () => {
  await importFile('vectors.bin', binary);
  const before = await machine.lake.read('track_vectors', 'file-vectors');
  await expect(importFile('vectors.bin', binary.subarray(0, -1))).rejects.toThrow(DatasetError);
  expect(await machine.lake.read('track_vectors', 'file-vectors')).toEqual(before);
});

test('vectors are imported by themselves', async () => {
  const paths = [await put('a.bin', binary), await put('b.bin', binary)];
  await expect(importDataset(importDeps(machine), { paths })).rejects.toThrow('got 2 paths, of which');
  expect([await models(), await statuses()]).toEqual([[], []]);
});

test('not while a training is under way, nor after another has taken the run over', async () => {
  await machine.runs.insert(runRow({ kind: 'training', status: 'running' }));
  await expect(importFile('vectors.bin', binary)).rejects.toThrow(LeaseHeldError);
  machine.clock.advance(120_000);
  const deps = importDeps(machine);
  deps.lake.days = async () => {
    const [run] = await machine.runs.unfinished(['training']);
    if (run) await machine.runs.take({ ...run, owner: 'another', epoch: run.epoch + 1 }, run.epoch);
    return [];
  };
  const failed = importDataset(deps, { paths: [await put('vectors.bin', binary)] });
  await expect(failed).rejects.toThrow(LeaseLostError);
  expect(await models()).toEqual([]);
});
