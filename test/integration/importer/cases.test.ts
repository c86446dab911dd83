import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ImportResult } from '../../../core/events.ts';
import { importDataset } from '../../../lambdas/importer/import.ts';
import { FEATURE_COLUMNS, featureValues, importDeps, importFiles } from '../../support/import.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';
import { playlistRows } from '../../support/playlists-in-lake.ts';

const CASES = join(import.meta.dirname, '../../../../shared/cases');
/** Small inputs that people have; where they are absent, these tests are skipped. */
const withCases = existsSync(CASES) ? describe : describe.skip;

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const importing = (...paths: string[]): Promise<ImportResult> =>
  importDataset(importDeps(machine), { paths });
const names = async () => (await machine.lake.read('artists', TODAY))?.map(({ name }) => name) ?? [];
const tracks = async () => (await machine.lake.read('top_tracks', TODAY)) ?? [];

withCases('the cases', () => {
  const importCase = (name: string) => importing(join(CASES, name));

  test('a field that ends in a bare quote costs its row alone, named by its line', async () => {
    const result = await importCase('bare-quote.csv');
    expect(result).toMatchObject({ tracks: 8, features: 8, rejectedCount: 1 });
    expect(result.rejected).toMatchObject([{ file: 'bare-quote.csv', line: 7 }]);
  });

  test('Windows-1252 is decoded, and the result says so', async () => {
    expect(await importCase('latin1.csv')).toMatchObject({
      files: [{ encoding: 'windows-1252' }],
      tracks: 9,
      rejectedCount: 0,
    });
    expect((await names()).join()).not.toContain('\ufffd');
  });

  test("Exportify's layouts: tracks, genres, features, and a playlist by the name of its file", async () => {
    const folder = join(machine.folder, 'exportify');
    await mkdir(folder);
    await copyFile(join(CASES, 'exportify-with-features-My_Road_Trip.csv'), join(folder, 'My_Road_Trip.csv'));
    expect(await importing(folder)).toMatchObject({ artists: 6, tracks: 30, features: 30, entries: 30 });
    expect((await machine.lake.read('artists', TODAY))?.[0]?.genres).toEqual(['indie pop', 'dream pop']);
    expect((await playlistRows(machine, 'my-road-trip'))[0]).toMatchObject({ playlist_id: 'My Road Trip' });
    const liked = await importCase('exportify-with-uris-Liked.csv');
    expect(liked).toMatchObject({ artists: 7, tracks: 30, features: 0, entries: 30, rejectedCount: 0 });
    expect(await names()).toContain('Dué & Sons, Ltd.');
    expect((await tracks())[0]).toMatchObject({ isrc: expect.stringMatching(/^QZ/), duration_ms: 201_000 });
  });

  test.each([
    ['pipe-tracks.csv', 7],
    ['artist-name-first.csv', 6],
    ['artist-name-first.csv.gz', 6],
  ])('%s is read whole', async (name, artists) => {
    expect(await importCase(name)).toMatchObject({ artists, tracks: 60, features: 60, rejectedCount: 0 });
  });

  test('three tables: a header that stands again is none, ids tell artists apart, tracks have their names', async () => {
    expect(await importCase('three-tables')).toMatchObject({ artists: 7, tracks: 60, features: 59 });
    expect(await names()).toEqual(expect.arrayContaining(['RAINWALL', 'Rainwall']));
    expect((await tracks()).every(({ name }) => name?.startsWith('Invented Song'))).toBe(true);
  });
});

const HEADER = `track_id,track_name,artist,${FEATURE_COLUMNS}`;
const row = (id: string, artist: string) => `${id},Song,${artist},${featureValues(0.5)}`;
const csv = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`;

test('names that fold alike are one artist under the most frequent spelling, and the result says so', async () => {
  const text = csv(row('t1', 'RAINBOW'), row('t2', 'Rainbow'), row('t3', 'Rainbow'), row('t4', 'Other'));
  expect(await importFiles(machine, { 'a.csv': text })).toMatchObject({
    artists: 2,
    merged: { artists: 1, spellings: [['Rainbow', 'RAINBOW']] },
  });
  expect((await names()).sort()).toEqual(['Other', 'Rainbow']);
});

test('bytes that are no UTF-8 in a file that has UTF-8 are named by their line', async () => {
  const path = join(machine.folder, 'mixed.csv');
  const text = csv(row('t1', '한국어'), row('t2', 'Ann'), row('t3', 'Bob'), row('t4', 'Cy'));
  await writeFile(
    path,
    Buffer.from(text.replace('Bob', 'B\u0001b'), 'utf8').map((byte) => (byte === 1 ? 0xf6 : byte)),
  );
  const result = await importing(path);
  expect(result.rejected).toEqual([
    { file: 'mixed.csv', line: 4, reason: 'expected UTF-8, got other bytes' },
  ]);
  expect(await names()).toHaveLength(3);
});

test('gzip and UTF-16 are read, and a broken gzip is named', async () => {
  const path = join(machine.folder, 'songs.csv.gz');
  const text = csv(...Array.from({ length: 500 }, (_, i) => row(`t${i}`, `Artist ${i % 7}`)));
  await writeFile(path, gzipSync(text));
  expect(await importing(path)).toMatchObject({ artists: 7, tracks: 500 });
  await writeFile(path, gzipSync(text).subarray(0, -20));
  await expect(importing(path)).rejects.toThrow('to be a whole gzip file');
  const wide = join(machine.folder, 'wide.csv');
  await writeFile(wide, Buffer.from(`\ufeff${csv(row('t1', '한국어'))}`, 'utf16le'));
  expect(await importing(wide)).toMatchObject({ files: [{ encoding: 'utf-16le' }], tracks: 1 });
});

test('a table that is not understood is answered with its columns and what the nearest layout needs', async () => {
  const error = await importFiles(machine, { 'what.csv': 'song,singer\na,b\n' }).catch(
    (cause: Error) => cause,
  );
  expect((error as Error).message).toMatch(
    /what\.csv: its columns \(song, singer\) suit no layout; the nearest is tracks, which needs track_uri or track_id/,
  );
});

test('of a folder one line is said for each kind of file that is left out', async () => {
  const folder = join(machine.folder, 'mine');
  await mkdir(folder);
  await writeFile(join(folder, 'songs.csv'), csv(row('t1', 'Ann')));
  for (const i of [1, 2, 3]) await writeFile(join(folder, `${i}.jpg`), Buffer.from([0xff, 0xd8, i]));
  await writeFile(join(folder, 'model.npy'), Buffer.from('\x93NUMPY', 'latin1'));
  const said: string[] = [];
  await importDataset({ ...importDeps(machine), say: (line) => said.push(line) }, { paths: [folder] });
  expect(said[1]).toBe(`Left out ${join(folder, 'model.npy')}: its layout is not known.`);
  expect(said.slice(0, 1)).toEqual([
    `Left out 3 files like ${join(folder, '1.jpg')}: its layout is not known.`,
  ]);
});

test('local files of a playlist are no songs, and are counted', async () => {
  const text = `Track URI,Track Name,Artist Name(s),Added At
spotify:track:t1,One,"Tyler, The Creator",2024-01-01
spotify:local:Somebody:::1,Mine,Somebody,2024-01-01
`;
  const result = await importFiles(machine, { 'Evening_Songs.csv': text });
  expect(result).toMatchObject({ tracks: 1, notSongs: 1, rejectedCount: 0, entries: 1 });
  expect(await names()).toEqual(['Tyler, The Creator']);
});

test('the line of a row that cannot be read is right behind blank lines and breaks in quotes', async () => {
  const text = csv(
    row('t1', '"An\nn"'),
    '',
    row('t2', 'Bo"b'),
    row('t 3', 'Cy'),
    row('t4', 'Di'),
    row('t5', 'Ed'),
  );
  const result = await importFiles(machine, { 'a.csv': text });
  expect(result.rejected).toMatchObject([{ line: 6, reason: expect.stringContaining('column track_id') }]);
});
