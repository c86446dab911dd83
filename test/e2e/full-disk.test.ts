import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, expectGolden, soundalike } from '../support/cli.ts';
import { filesBelow, hashesOfDay, TODAY } from '../support/pipeline.ts';

let root: string;
let whole: Record<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-full-'));
  expect((await run(join(root, 'whole'))).status).toBe(0);
  whole = await hashesOfDay(join(root, 'whole'));
});
afterAll(() => rm(root, { recursive: true }));

const run = (folder: string, limits?: string) =>
  soundalike(['run', '--data', folder, '--date', TODAY, '--json'], { limits });

/** The run that had no space failed with a clear line; with space again the next one is right. */
async function expectCleanFailure(
  folder: string,
  limits: string | undefined,
  makeSpace: () => void,
): Promise<void> {
  const error = errorOf(await run(folder, limits), 1);
  expect(error).toMatchObject({ code: 'storage', message: expect.stringContaining(folder) });
  expect(error.hint).toMatch(/full|limit/);
  // A day is there whole or not at all.
  expect([{}, whole]).toContainEqual(await hashesOfDay(folder));
  expect((await filesBelow(folder)).filter((path) => path.endsWith('.part'))).toEqual([]);
  makeSpace();
  const next = await run(folder);
  expect(next.status).toBe(0);
  expect(await hashesOfDay(folder)).toEqual(whole);
  expect(await filesBelow(join(folder, 'lake/staging'))).toEqual([]);
  const asked = ['similar', 'Velindel', '--limit', '3', '--data', folder, '--date', TODAY, '--json'];
  expectGolden('similar', await soundalike(asked));
}

/** Whether a small file system can be mounted at a folder (root in a container that may). */
function mounts(folder: string, kilobytes: number): boolean {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
  return status === 0;
}

// In the order of a run: making the database, marking the folder, a slice, the staged day, publishing.
test.each([40, 180, 600, 2000, 3000])('a disk of %d kB', async (kilobytes) => {
  const folder = join(root, `disk-${kilobytes}`);
  await mkdir(folder);
  if (!mounts(folder, kilobytes)) {
    process.stdout.write('skipped: no small file system can be mounted here\n');
    return;
  }
  try {
    await expectCleanFailure(join(folder, 'data'), undefined, () => {
      spawnSync('mount', ['-o', 'remount,size=64m', folder]);
    });
  } finally {
    spawnSync('umount', [folder]);
  }
});

test.each([20, 150, 400, 1500])('a limit of %d kB a file', (kilobytes) =>
  expectCleanFailure(join(root, `limit-${kilobytes}`), `ulimit -f ${kilobytes}`, () => {}),
);
