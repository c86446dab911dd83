import { mkdtempSync, watch } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportResult, SimilarityResult } from '../../core/events.ts';
import { mulberry32 } from '../../sample/random.ts';
import { type CliOptions, documentOf, type Ended, soundalike } from '../support/cli.ts';
import { writeDatasetFolder } from '../support/dataset-folder.ts';
import { times } from '../support/long.ts';
import { filesBelow, hashesOfDay, TODAY } from '../support/pipeline.ts';
import { smallCatalogue } from '../support/small-catalogue.ts';

/** Changes of files that a whole import makes below its data folder, about; a kill comes at one of them. */
const CHANGES = 60;
const [FEWER, ALL] = [20, 30];

let root: string;
let before: Record<string, string>;
let after: Record<string, string>;

const command = (folder: string, args: string[], options?: CliOptions): Promise<Ended> =>
  soundalike([...args, '--data', folder, '--date', TODAY, '--json'], options);
const importing = (folder: string, artists: number, options?: CliOptions) =>
  command(folder, ['import', join(root, `dataset-${artists}`)], options);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'soundalike-killed-import-'));
  for (const artists of [FEWER, ALL]) {
    await mkdir(join(root, `dataset-${artists}`));
    await writeDatasetFolder(join(root, `dataset-${artists}`), smallCatalogue(artists));
  }
  const first = join(root, 'first');
  expect((await importing(first, FEWER)).status).toBe(0);
  expect((await command(first, ['similarity'])).status).toBe(0);
  before = await hashesOfDay(first);
  await cp(first, join(root, 'second'), { recursive: true });
  expect((await importing(join(root, 'second'), ALL)).status).toBe(0);
  after = await hashesOfDay(join(root, 'second'));
});
afterAll(() => rm(root, { recursive: true }));

/** Kills an import at the n-th change below its folder; tells whether it came to that. */
async function killAt(folder: string, n: number): Promise<boolean> {
  let changes = 0;
  let watcher: ReturnType<typeof watch> | undefined;
  const { status } = await importing(folder, ALL, {
    started: (child) => {
      watcher = watch(folder, { recursive: true }, () => {
        changes += 1;
        if (changes === n) child.kill('SIGKILL');
      });
    },
  });
  watcher?.close();
  return status === null;
}

const random = mulberry32(20_261_122);
const moments = Array.from({ length: times(4, 40) }, (_, i) => [1 + random.int(CHANGES), i]);

test.each(moments)('an import killed at change %d (moment %d)', async (n, i) => {
  const folder = join(root, `killed-${i}`);
  await cp(join(root, 'first'), folder, { recursive: true });
  await killAt(folder, n as number);
  const left = await hashesOfDay(folder);
  for (const table of Object.keys(before)) expect([before[table], after[table]]).toContain(left[table]);
  const next = await importing(folder, ALL);
  expect(next.status).toBe(0);
  expect(documentOf<ImportResult>(next)).toMatchObject({ artists: ALL, rejectedCount: 0 });
  expect(await hashesOfDay(folder)).toEqual(after);
  expect(await filesBelow(join(folder, 'lake/staging'))).toEqual([]);
  expect(await filesBelow(join(folder, 'import'))).toEqual([]);
  expect(documentOf<SimilarityResult>(await command(folder, ['similarity']))).toMatchObject({ artists: ALL });
});
