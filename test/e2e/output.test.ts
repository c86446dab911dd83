import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimilarResult } from '../../core/events.ts';
import { documentOf, type Ended, soundalike } from '../support/cli.ts';
import { writeDatasetFolder } from '../support/dataset-folder.ts';
import { artistId, smallCatalogue } from '../support/small-catalogue.ts';

/** Of each kind: C0, DEL, C1, an override, an isolate; and a line that would be the command's own. */
const NAME = 'A\u001b[2J\u0007B\u007f\u0085\u009b31mC\u202eD\u2066E\t F\nPushed to your playlist: x';
const SHOWN =
  'A\\u001b[2J\\u0007B\\u007f\\u0085\\u009b31mC\\u202eD\\u2066E\\u0009 F\\u000aPushed to your playlist: x';
const STEERING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-output-'));
  const catalogue = smallCatalogue(3, 4);
  for (const artist of catalogue.artists) artist.name = `${NAME} ${artist.id}`;
  await writeDatasetFolder(join(root, 'dataset'), catalogue);
});
afterAll(() => rm(root, { recursive: true }));

const cli = (...args: string[]): Promise<Ended> => soundalike([...args, '--data', join(root, 'data')]);
const lines = ({ stdout, stderr }: Ended): string[] => `${stdout}${stderr}`.split('\n');

test('names that steer a terminal are printed escaped, and stay as they are in data and JSON', async () => {
  const followed = ['--mode', 'extended', '--catalogue', join(root, 'dataset')];
  const printed = [
    await cli('run', ...followed),
    await cli('artists', 'list'),
    await cli('similar', artistId(1)),
    await cli('similar', NAME),
    await cli('artists', 'add', NAME, ...followed),
  ];
  expect(printed.map(({ status }) => status)).toEqual([0, 0, 0, 1, 1]);
  for (const ended of printed) {
    expect(lines(ended).filter((line) => STEERING.test(line))).toEqual([]);
    expect(ended.stdout + ended.stderr).toContain(SHOWN);
    expect(lines(ended).filter((line) => line.startsWith('Pushed'))).toEqual([]);
  }
  const document = documentOf<SimilarResult>(await cli('similar', artistId(1), '--json'));
  expect(document.artist.name).toBe(`${NAME} ${artistId(1)}`);
  expect(document.neighbours.every(({ name }) => name?.startsWith(NAME))).toBe(true);
});

test('the value of an unknown option is not repeated', async () => {
  const ended = await cli('collect', "--databse=mysql://root:it's sesame@localhost/d");
  expect(ended.status).toBe(2);
  expect(ended.stderr).toBe("error: unknown option '--databse=…'\n");
});

test('one file alone writes to the terminal', async () => {
  const folder = join(import.meta.dirname, '../../bin');
  const writers: string[] = [];
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    if (/\bstd(out|err)\.write|console\./.test(text)) writers.push(name);
  }
  // app.ts is the CDK's program, which says why it cannot synthesise.
  expect(writers.sort()).toEqual(['app.ts', 'output.ts']);
});
