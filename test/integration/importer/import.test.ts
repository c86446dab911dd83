import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError, DayTakenError, LeaseHeldError } from '../../../core/errors.ts';
import { importDataset } from '../../../lambdas/importer/import.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { FEATURE_COLUMNS, featureValues, importDeps, importFiles } from '../../support/import.ts';
import { type Machine, openMachine, putDay, runRow, TODAY, tempoDay } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const HEADER = `id,name,popularity,artists,id_artists,${FEATURE_COLUMNS}`;
const row = (id: string, danceability: number | string = 0.5, artist = 'a1') =>
  `${id},Song ${id},5,['Ann'],['${artist}'],${featureValues(danceability)}`;
const rows = (n: number, of: (i: number) => string = (i) => row(`t${i}`)) =>
  Array.from({ length: n }, (_, i) => of(i));
const csv = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`;

const lakeBytes = () =>
  readdirSync(join(machine.folder, 'lake'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.parquet') && !file.includes('runs'))
    .sort()
    .map((file) => [file, readFileSync(join(machine.folder, 'lake', file)).toString('base64')]);

const failed = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('nothing failed'),
    (error: Error) => error,
  );

describe('rows that cannot be read', () => {
  test.each([
    ['too few values', 'x,y', 'expected 16 values, got 2'],
    [
      'a feature that is no number',
      row('bad', 'high'),
      'column danceability: expected a number from 0 to 1, got "high"',
    ],
    [
      'an infinite feature',
      row('bad', '1e999'),
      'column danceability: expected a number from 0 to 1, got "1e999"',
    ],
    [
      'an id with a space',
      row('b d'),
      'column id: expected an id of 1 to 64 ASCII characters without spaces, got "b d"',
    ],
    [
      'an id outside ASCII',
      row('bäd'),
      'column id: expected an id of 1 to 64 ASCII characters without spaces, got "bäd"',
    ],
    [
      'an id of 65 characters',
      row('x'.repeat(65)),
      `column id: expected an id of 1 to 64 ASCII characters without spaces, got "${'x'.repeat(65)}"`,
    ],
    ['no id', row(''), 'column id: expected a value, got ""'],
    [
      'no artist',
      `bad,Song,5,[],[],${featureValues(0.5)}`,
      'column id_artists: expected ids of 1 to 64 ASCII characters, got "[]"',
    ],
    [
      'a list that is none',
      `bad,Song,5,['Ann'],a1,${featureValues(0.5)}`,
      "column id_artists: expected a list ['a', 'b'], got \"a1\"",
    ],
  ])('%s', async (_, line, reason) => {
    const result = await importFiles(machine, { 'songs.csv': csv(...rows(30), line, row('last')) });
    expect(result).toMatchObject({
      tracks: 31,
      rejected: [{ file: 'songs.csv', line: 32, reason }],
      rejectedCount: 1,
      files: [{ rows: 31 }],
    });
  });

  test('an id of 64 characters is one', async () => {
    expect(await importFiles(machine, { 'songs.csv': csv(row('x'.repeat(64))) })).toMatchObject({
      rejectedCount: 0,
    });
  });

  test('lines are counted through quotes with line breaks', async () => {
    const broken = row('t0').replace('Song t0', '"Song\nwith\nbreaks"');
    const result = await importFiles(machine, { 'songs.csv': csv(broken, ...rows(40), row('b d')) });
    expect(result.rejected).toMatchObject([{ line: 45 }]);
  });

  test('blank rows, a header that stands again and a BOM are normal', async () => {
    const blank = ','.repeat(15);
    const text = `\ufeff\r\n${HEADER}\r\n\r\n${row('t1')}\r\n${blank}\r\n${HEADER}\r\n  \r\n${row('t2')}`;
    expect(await importFiles(machine, { 'songs.csv': text })).toMatchObject({ tracks: 2, rejectedCount: 0 });
  });

  test('5 % of a file are rejected, and no more', async () => {
    const bad = (n: number) => rows(n, (i) => row(`b ${i}`));
    expect(await importFiles(machine, { 'a.csv': csv(...rows(95), ...bad(5)) })).toMatchObject({
      rejectedCount: 5,
    });
    const before = lakeBytes();
    const error = await failed(importFiles(machine, { 'b.csv': csv(...rows(94), ...bad(6)) }));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toContain('got 94 of 100; line 96: column id: expected an id');
    expect(lakeBytes()).toEqual(before);
    expect((await machine.runs.ofDay(TODAY)).map(({ status }) => status)).toEqual(['done', 'failed']);
    expect(readdirSync(machine.folder)).not.toContain('import');
  });

  test('of a short table three may be rejected, where more can be read', async () => {
    const bad = (n: number) => rows(n, (i) => row(`b ${i}`));
    const importing = (...lines: string[]) => importFiles(machine, { 'songs.csv': csv(...lines) });
    expect(await importing(...rows(4), ...bad(3))).toMatchObject({ tracks: 4, rejectedCount: 3 });
    expect((await failed(importing(...rows(3), ...bad(3)))).message).toContain('got 3 of 6');
    expect((await failed(importing(...rows(9), ...bad(4)))).message).toContain('got 9 of 13');
  });

  test('only the first hundred are named', async () => {
    const bad = rows(101, (i) => row(`b ${i}`));
    const result = await importFiles(machine, { 'songs.csv': csv(...rows(3000), ...bad) });
    expect(result).toMatchObject({ rejectedCount: 101, tracks: 3000 });
    expect(result.rejected).toHaveLength(100);
  });

  test('a quote that nothing closes costs its row alone', async () => {
    const open = row('t98').replace('Song', '"Song');
    const result = await importFiles(machine, {
      'songs.csv': csv(...rows(30), open, ...rows(5, (i) => row(`u${i}`))),
    });
    expect(result).toMatchObject({ tracks: 35, rejectedCount: 1 });
    expect(result.rejected).toMatchObject([
      { line: 32, reason: expect.stringContaining('a value that a quote opens') },
    ]);
  });

  test.each([
    ['loudness', '-7.5', '-70.5', 'a number from -70 to 10'],
    ['key', ',1,', ',12,', 'a whole number from -1 to 11'],
    ['mode', ',1,0.04', ',0.5,0.04', 'a whole number from 0 to 1'],
  ])('%s outside its bounds', async (feature, good, bad, expected) => {
    const result = await importFiles(machine, {
      'songs.csv': csv(...rows(30), row('bad', 0.25).replace(good, bad)),
    });
    expect(result.rejected).toEqual([
      {
        file: 'songs.csv',
        line: 32,
        reason: `column ${feature}: expected ${expected}, got "${bad.split(',')[1] ?? bad}"`,
      },
    ]);
  });
});

describe('files', () => {
  test('a named file of unknown layout fails and says which layouts exist', async () => {
    const error = await failed(importFiles(machine, { 'what.csv': 'a,b\n1,2\n' }));
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({
      hint: expect.stringContaining('kaggle-600k (id, artists, id_artists'),
    });
    expect(await machine.runs.ofDay(TODAY)).toEqual([]);
  });

  test('an empty file, a folder with nothing of use and a missing path each fail', async () => {
    await mkdir(join(machine.folder, 'empty'));
    await writeFile(join(machine.folder, 'empty', 'x.csv'), '');
    const importing = (name: string) =>
      failed(importDataset(importDeps(machine), { paths: [join(machine.folder, name)] }));
    expect((await importing('empty')).message).toContain('got no file of a known layout');
    expect((await importing('empty/x.csv')).message).toContain('its layout is not known');
    expect((await importing('nowhere')).message).toContain('expected a file or folder');
  });

  test('tracks of nobody fail', async () => {
    const error = await failed(
      importFiles(machine, { 'audio.csv': `track_id,${FEATURE_COLUMNS}\nt1,${featureValues(0.5)}\n` }),
    );
    expect(error.message).toContain('expected at least one track with an artist');
  });
});

describe('the day', () => {
  test('the same files give the same bytes, and other files replace the day whole', async () => {
    const files = { 'songs.csv': csv(...rows(50, (i) => row(`t${i}`, i / 50, `a${i % 7}`))) };
    await importFiles(machine, files);
    const before = lakeBytes();
    await importFiles(machine, files);
    expect(lakeBytes()).toEqual(before);
    await importFiles(machine, { 'other.csv': csv(row('u1', 0.1, 'b1')) });
    expect((await machine.lake.read('top_tracks', TODAY))?.map(({ id }) => id)).toEqual(['u1']);
  });

  test('a day of a collection is refused, and names its run', async () => {
    await putDay(machine, tempoDay(2));
    const error = await failed(importFiles(machine, { 'songs.csv': csv(row('t1')) }));
    expect(error).toBeInstanceOf(DayTakenError);
    expect(error.message).toContain(`run collection-${TODAY}`);
  });

  test('an import while a collection of another day is under way is refused', async () => {
    const lease_until = `${TODAY}T23:00:00.000Z`;
    await machine.runs.insert(runRow({ id: 'c', dt: '2026-11-21', status: 'running', lease_until }));
    expect(await failed(importFiles(machine, { 'songs.csv': csv(row('t1')) }))).toBeInstanceOf(
      LeaseHeldError,
    );
  });

  test('imported artists are known, not followed; those that are followed stay as they are', async () => {
    const own = {
      id: 'a1',
      name: 'My Ann',
      url: null,
      image_url: null,
      genres: ['x'],
      followers: 1,
      popularity: 2,
    };
    await machine.artists.follow([own], 'spotify', '2026-11-01T00:00:00.000Z');
    await importFiles(machine, { 'songs.csv': csv(row('t1', 0.1, 'a1'), row('t2', 0.2, 'a2')) });
    expect(await machine.artists.list()).toMatchObject([
      { ...own, followed: true },
      { id: 'a2', name: 'Ann', followed: false },
    ]);
    await importFiles(machine, {
      'songs.csv': csv(row('t1', 0.1, 'a1'), row('t2', 0.2, 'a2').replace('Ann', 'Bea')),
    });
    expect(await machine.artists.list()).toMatchObject([
      { name: 'My Ann' },
      { name: 'Bea', followed: false },
    ]);
  });

  test('similarity asks for the artists with a track', async () => {
    await importFiles(machine, {
      'songs.csv': csv(row('t1', 0.1, 'a1'), row('t2', 0.2, 'a2'), row('t3', '', 'a3')),
      'artists.csv': 'id,name\na1,Ann\nsilent,Nobody\n',
    });
    const result = await compare(machine, { minCoverage: 0.6 });
    expect(result).toMatchObject({
      artists: 2,
      pairs: 2,
      coverage: 2 / 3,
      published: true,
      dropped: [{ id: 'a3', name: 'Ann', reason: 'no-features:danceability' }],
    });
  });
});
