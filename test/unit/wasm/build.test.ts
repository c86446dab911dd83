import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** The modules that are made, below the folders that have some. */
const made = async (root: string): Promise<string[]> => {
  const folders = ['core', 'adapters/threads'];
  const paths = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true })).map((path) => join(folder, path)),
    ),
  );
  return paths
    .flat()
    .filter((path) => /\.(wasm|bundle)\.ts$/.test(path))
    .sort();
};

test('the kernels and the workers that are committed are what their sources give', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-wasm-'));
  try {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'wasm/build.ts'), folder], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    const paths = await made(folder);
    expect(paths).toEqual(
      expect.arrayContaining([
        'core/similarity/nearest.wasm.ts',
        'adapters/threads/nearest-worker.bundle.ts',
      ]),
    );
    expect(await made(ROOT)).toEqual(paths);
    for (const path of paths) {
      expect(await readFile(join(ROOT, path), 'utf8')).toBe(await readFile(join(folder, path), 'utf8'));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
