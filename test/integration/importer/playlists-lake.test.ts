import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LeaseHeldError } from '../../../core/errors.ts';
import { importDataset } from '../../../lambdas/importer/import.ts';
import { importDeps, importFiles } from '../../support/import.ts';
import { type Machine, openMachine, putDay, runRow, TODAY, tempoDay } from '../../support/machine.ts';
import { askDuckDb } from '../../support/parquet-readers.ts';
import { playlistLine, songs } from '../../support/playlist-files.ts';
import { playlistsFile, playlistTracks } from '../../support/playlists-in-lake.ts';

const REAL = join(import.meta.dirname, '../../../../shared/data/playlists');

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const fileOf = (dataset: string): Promise<Buffer> => playlistsFile(machine, dataset);
const datasets = (): Promise<string[]> => machine.lake.days('playlists');
const tracksOf = (dataset: string): Promise<Record<string, string[]>> => playlistTracks(machine, dataset);

const failed = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('nothing failed'),
    (error: Error) => error,
  );

describe('the lake', () => {
  const mine = (n: number) => ({ 'mine.jsonl': playlistLine('p', songs(n)) });

  test('the same again gives the same bytes; other songs replace the dataset whole, and others stay', async () => {
    await importFiles(machine, { ...mine(9), 'other.jsonl': playlistLine('o', songs(1)) });
    const before = await fileOf('mine');
    await importFiles(machine, mine(9));
    expect(await fileOf('mine')).toEqual(before);
    await importFiles(machine, mine(1));
    expect(await tracksOf('mine')).toEqual({ p: ['t0'] });
    expect(await datasets()).toEqual(['mine', 'other']);
    expect(await machine.lake.staging()).toEqual([]);
  });

  test('a day that belongs to a collection is neither needed nor touched', async () => {
    await putDay(machine, tempoDay(2));
    const result = await importFiles(machine, mine(2));
    expect(result.run).toMatch(/^import-playlists-/);
    expect((await machine.runs.ofDay(TODAY)).map(({ kind }) => kind)).toEqual(['collection']);
    const summary = JSON.stringify(result);
    expect(await machine.runs.byId(result.run)).toMatchObject({ kind: 'import', status: 'done', summary });
    expect(await machine.lake.read('runs', TODAY)).toBeUndefined();
  });

  test('while another import is under way it is refused', async () => {
    const lease_until = `${TODAY}T23:00:00.000Z`;
    await machine.runs.insert(runRow({ id: 'i', kind: 'import', status: 'running', lease_until }));
    expect(await failed(importFiles(machine, mine(1)))).toBeInstanceOf(LeaseHeldError);
    expect(await datasets()).toEqual([]);
  });

  test('a failure when one of several is staged leaves every old one', async () => {
    const both = (n: number) => ({ ...mine(n), 'b.jsonl': playlistLine('b', songs(n)) });
    await importFiles(machine, both(1));
    const deps = importDeps(machine);
    const stage = machine.lake.stageTableFile.bind(machine.lake);
    deps.lake.stageTableFile = (place, table, partition, file) => {
      if (partition === 'b') throw new Error('no space');
      return stage(place, table, partition, file);
    };
    const paths = await Promise.all(
      Object.entries(both(2)).map(async ([name, text]) => {
        await writeFile(join(machine.folder, name), text);
        return join(machine.folder, name);
      }),
    );
    expect((await failed(importDataset(deps, { paths }))).message).toBe('no space');
    expect([await tracksOf('mine'), await tracksOf('b')]).toEqual([{ p: ['t0'] }, { b: ['t0'] }]);
  });

  test('one that has lost its lease replaces nothing', async () => {
    const deps = importDeps(machine);
    const stage = machine.lake.stageTableFile.bind(machine.lake);
    deps.lake.stageTableFile = async (...values) => {
      const staged = await stage(...values);
      const [run] = await machine.runs.unfinished(['import']);
      if (run) await machine.runs.take({ ...run, owner: 'another', epoch: run.epoch + 1 }, run.epoch);
      return staged;
    };
    await writeFile(join(machine.folder, 'mine.jsonl'), mine(1)['mine.jsonl']);
    const error = await failed(importDataset(deps, { paths: [join(machine.folder, 'mine.jsonl')] }));
    expect(error).toMatchObject({ code: 'lease-lost' });
    expect(await datasets()).toEqual([]);
  });

  test('a dataset without a song fails, and replaces nothing', async () => {
    await importFiles(machine, mine(1));
    const error = await failed(importFiles(machine, mine(0)));
    expect(error.message).toBe('expected at least one playlist with a song in mine, got none');
    expect(await tracksOf('mine')).toEqual({ p: ['t0'] });
  });
});

test.each([
  ['Top 100 (2020).jsonl', 'top-100-2020'],
  ['Café_Été.jsonl', 'cafe-ete'],
  ['own.jsonl', /^own-[0-9a-f]{8}$/],
  ['mpd.jsonl', /^mpd-[0-9a-f]{8}$/],
  ['봄 2.jsonl', /^2-[0-9a-f]{8}$/],
  ['가을.jsonl', /^[0-9a-f]{8}$/],
  [`${'x'.repeat(90)}.jsonl`, /^x{48}-[0-9a-f]{8}$/],
])('the dataset of %s is called %s', async (file, name) => {
  await importFiles(machine, { [file]: playlistLine('p', songs(1)) });
  const [dataset] = await datasets();
  if (typeof name === 'string') expect(dataset).toBe(name);
  else expect(dataset).toMatch(name);
});

if (!existsSync(REAL)) console.log('skipped: there is no ../shared/data/playlists');
const withRealData = existsSync(REAL) ? test : test.skip;

withRealData('250 real playlists', async () => {
  const result = await importDataset(importDeps(machine), { paths: [REAL] });
  expect(result).toMatchObject({ playlists: 250, entries: 24_489, notSongs: 0, rejectedCount: 0 });
  const counted = await askDuckDb(
    await fileOf('playlists-250'),
    'SELECT count(*) AS entries, count(DISTINCT track_id) AS tracks, count(DISTINCT playlist_id) AS playlists FROM file',
  );
  expect(counted).toEqual([{ entries: 24_489, tracks: 19_235, playlists: 250 }]);
  const given = (await readFile(join(REAL, 'playlists-250.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { playlist_id: string; tracks: { id: string }[] });
  const expected = given.map(({ playlist_id, tracks }) => [playlist_id, tracks.map(({ id }) => id)]);
  expect(await tracksOf('playlists-250')).toEqual(Object.fromEntries(expected));
});
