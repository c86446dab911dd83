import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, errorOf, expectGolden, soundalike } from '../support/cli.ts';
import { writeDatasetFolder } from '../support/dataset-folder.ts';
import { filesBelow } from '../support/pipeline.ts';
import { artistId, smallCatalogue } from '../support/small-catalogue.ts';

let root: string;
let dataset: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-refused-'));
  dataset = join(root, 'dataset');
  await writeDatasetFolder(dataset, smallCatalogue(6));
  expect((await on('good', 'run', '--catalogue', dataset)).status).toBe(0);
});
afterAll(() => rm(root, { recursive: true }));

const on = (folder: string, ...args: string[]): Promise<Ended> =>
  soundalike([...args, '--data', join(root, folder), '--json']);

test.each([
  [['similarity', '--date', '2026-02-30'], 'field date: expected a day as yyyy-mm-dd; got "2026-02-30"'],
  [['run', '--date', 'yesterday'], 'got "yesterday"'],
  [['similar', 'x', '--date', '22.11.2026'], 'field date'],
  [['similarity', '--features', 'energy,warmth'], 'field features.1'],
  [['similarity', '--neighbours', '0'], 'field neighbours'],
  [['similarity', '--min-coverage', '2'], 'field minCoverage'],
  [['collect', '--budget', '1.5'], 'field budget'],
  [['collect', '--tracks', '301'], 'field tracks'],
  [['collect', '--artists', 'a,,b'], 'field artists.1'],
  [['similar', 'x', '--limit', '0'], 'field limit'],
])('%j is bad usage: status 2, the field named', async (args, words) => {
  const error = errorOf(await on('nowhere', ...args), 2);
  expect([error.code, error.message]).toEqual(['usage', expect.stringContaining(words)]);
  // Not even a folder was made.
  expect(await filesBelow(join(root, 'nowhere'))).toEqual([]);
});

test.each([
  [['collect', '--warp'], "unknown option '--warp'"],
  [['colect'], "unknown command 'colect'"],
  [['similar'], "missing required argument 'artist'"],
  [['run', '--mode', 'premium'], 'Allowed choices are extended, development'],
  [['collect', '--budget', 'many'], 'expected a number'],
])('%j is no command: status 2, nothing on stdout', async (args, words) => {
  const { status, stdout, stderr } = await soundalike([...args, '--data', join(root, 'nowhere')]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
  expect(stderr).not.toContain('\n    at ');
  expect(await filesBelow(join(root, 'nowhere'))).toEqual([]);
});

test('--help is no error', async () => {
  const { status, stdout, stderr } = await soundalike(['run', '--help']);
  expect([status, stderr, stdout.includes('--min-coverage')]).toEqual([0, '', true]);
});

test('an unknown artist gets suggestions, a day without data what to do, an empty folder where to begin', async () => {
  const unknown = await on('good', 'similar', 'Artist 06');
  expect(errorOf(unknown, 1)).toMatchObject({
    code: 'unknown-artist',
    hint: expect.stringContaining('Artist 006'),
  });
  expectGolden('error-unknown-artist', unknown);
  const noData = await on('good', 'similarity', '--date', '2020-02-29');
  expect(errorOf(noData, 1)).toMatchObject({ code: 'no-data' });
  expectGolden('error-no-data', noData);
  expect(errorOf(await on('good', 'similar', artistId(1), '--date', '2020-02-29'), 1).code).toBe('no-data');
  for (const args of [['similar', 'Artist 006'], ['similarity']]) {
    const error = errorOf(await on('empty', ...args), 1);
    expect([error.code, error.hint]).toEqual(['no-data', expect.stringContaining('npm start')]);
  }
  expect(await filesBelow(join(root, 'empty'))).toEqual([]);
});

test('a folder of another provider is refused, naming --data, and not touched', async () => {
  const before = await filesBelow(join(root, 'good'));
  for (const args of [['run'], ['collect', '--mode', 'development'], ['artists', 'add', 'Velindel']]) {
    const error = errorOf(await on('good', ...args), 1);
    expect([error.code, error.hint]).toEqual(['other-provider', expect.stringContaining('--data')]);
    expect(error.message).toContain(`it holds data of the catalogue ${dataset}`);
  }
  const spotify = {
    SPOTIFY_API_URL: 'http://127.0.0.1:9',
    SPOTIFY_CLIENT_ID: 'id',
    SPOTIFY_CLIENT_SECRET: 'sesame-3141',
  };
  const asUser = await soundalike(['collect', '--data', join(root, 'good'), '--json'], {
    environment: spotify,
  });
  expect(errorOf(asUser, 1).code).toBe('other-provider');
  expect(await filesBelow(join(root, 'good'))).toEqual(before);
  expect((await on('good', 'similar', artistId(1))).status).toBe(0);
});

test('a catalogue without a file, without a column or with a wrong value is refused; the folder stays free', async () => {
  const broken = join(root, 'broken');
  await writeDatasetFolder(broken, smallCatalogue(6));
  await appendFile(join(broken, 'track.csv'), 'Track1,x,Artist1,,1,much,False,\n');
  const refusal = async () => errorOf(await on('free', 'run', '--catalogue', broken), 1);
  expect((await refusal()).message).toMatch(
    /track\.csv, row 20, column track_popularity: expected a number, got "much"/,
  );
  const audio = await readFile(join(broken, 'audio.csv'), 'utf8');
  await writeDatasetFolder(broken, smallCatalogue(6));
  await writeFile(join(broken, 'audio.csv'), audio.replace(',energy,', ',vigour,'));
  expect((await refusal()).message).toMatch(/audio\.csv: column energy is missing/);
  await rm(join(broken, 'audio.csv'));
  expect(await refusal()).toMatchObject({
    code: 'catalogue',
    message: expect.stringContaining('no such file'),
  });
  expect((await on('free', 'run', '--catalogue', dataset)).status).toBe(0);
});
