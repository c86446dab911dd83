import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { InvalidInputError, StorageError } from '../../../core/errors.ts';

const KEY = 'artists/dt=2026-11-22/part-00000.parquet';

let folder: string;
let store: FolderStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-folder-'));
  store = new FolderStore(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const stored = async (key = KEY) => Buffer.from((await store.get(key)) ?? 'nothing').toString();
/** Every file below the folder, those too that `list` does not show. */
const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

test('an object comes back as it was put, and the next put replaces it', async () => {
  expect(await store.get(KEY)).toBeUndefined();
  await store.put(KEY, bytes('old'));
  expect(await stored()).toBe('old');
  await store.put(KEY, bytes(''));
  expect(await stored()).toBe('');
  expect(await files()).toEqual(['part-00000.parquet']);
});

test('keys are listed by prefix, sorted, in every depth', async () => {
  const keys = ['b/2.json', 'b/10.json', 'a/x/y.json', 'b/c/1.json', 'bc/1.json'];
  for (const key of keys) await store.put(key, bytes('x'));
  expect(await store.list('b/')).toEqual(['b/10.json', 'b/2.json', 'b/c/1.json']);
  expect(await store.list('')).toEqual([...keys].sort());
  expect(await store.list('nothing/')).toEqual([]);
  await store.removeAll('b/');
  await store.removeAll('nothing/');
  expect(await store.list('')).toEqual(['a/x/y.json', 'bc/1.json']);
});

test('what a process left that died in a put is neither listed nor in the way', async () => {
  await store.put(KEY, bytes('old'));
  const day = join(folder, 'artists/dt=2026-11-22');
  await writeFile(join(day, `.part-00000.parquet.${process.pid}.part`), 'more than the next put writes');
  // No process has so high an id; process 1 goes on, and may be writing.
  await writeFile(join(day, '.part-00000.parquet.999999999.part'), 'left');
  await writeFile(join(day, '.part-00000.parquet.1.part'), 'being written');
  expect(await store.list('artists/')).toEqual([KEY]);
  // Ids of processes come again; in a container they are always the same.
  await store.put(KEY, bytes('new'));
  expect(await stored()).toBe('new');
  expect(await files()).toEqual(['.part-00000.parquet.1.part', 'part-00000.parquet']);
});

test('an object is written piece by piece, and nothing is in its place before the last', async () => {
  await store.put(KEY, bytes('old'));
  await store.write(KEY, async (append) => {
    await append(bytes('n'));
    expect(await stored()).toBe('old');
    await append(bytes('ew'));
  });
  expect(await stored()).toBe('new');
  await store.write(KEY, async () => {});
  expect(await stored()).toBe('');
  expect(await files()).toEqual(['part-00000.parquet']);
});

test('what cannot be made to its end is told as it is, and what was there stays', async () => {
  await store.put(KEY, bytes('old'));
  const wrong = new InvalidInputError('expected rows in order, got others', 'sort them');
  const written = store.write(KEY, async (append) => {
    await append(bytes('new'));
    throw wrong;
  });
  await expect(written).rejects.toBe(wrong);
  expect(await stored()).toBe('old');
  expect(await files()).toEqual(['part-00000.parquet']);
});

describe('a put that fails', () => {
  /** Expects the put to fail as a user can understand, and nothing else to have changed. */
  async function expectRefused(key: string): Promise<void> {
    const before = await files();
    const error: unknown = await store.put(key, bytes('new')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageError);
    expect((error as StorageError).message).toContain(join(folder, key));
    expect((error as StorageError).hint).toContain('--data');
    expect(await files()).toEqual(before);
  }

  test('since a file stands where its folder should be', async () => {
    await store.put('artists', bytes('in the way'));
    await expectRefused(KEY);
    await expectRefused('artists/part-00000.parquet');
    expect(await stored('artists')).toBe('in the way');
  });

  test('since a folder stands where it should be', async () => {
    await store.put(`${KEY}/old`, bytes('old'));
    await expectRefused(KEY);
    expect(await stored(`${KEY}/old`)).toBe('old');
    await mkdir(join(folder, 'empty'));
    await expectRefused('empty');
  });

  test('for want of space leaves the old object whole and nothing beside it', async () => {
    await store.put(KEY, bytes('old'));
    const root = join(import.meta.dirname, '../../..');
    const program = `
      import { FolderStore } from ${JSON.stringify(`${root}/adapters/lake/folder.ts`)};
      await new FolderStore(${JSON.stringify(folder)}).put(${JSON.stringify(KEY)}, Buffer.alloc(100_000)).then(
        () => process.stdout.write('no error'),
        ({ name, code, message, hint }) => process.stdout.write([name, code, message, hint].join('|')),
      );
    `;
    // Files of this process are cut at 8 blocks of 512 or 1,024 bytes, so that a write fails half way.
    const limited = [
      '-c',
      'ulimit -f 8 && exec "$0" --input-type=module --eval "$1"',
      process.execPath,
      program,
    ];
    const [name, code, message, hint] = execFileSync('sh', limited, { encoding: 'utf8' }).split('|');
    expect([name, code, hint]).toEqual([
      'StorageError',
      'storage',
      expect.stringContaining('file-size limit'),
    ]);
    expect(message).toBe(`expected to read or write ${join(folder, KEY)}, got EFBIG`);
    expect(await stored()).toBe('old');
    expect(await store.list('')).toEqual([KEY]);
    expect(await files()).toEqual(['part-00000.parquet']);
  });
});

test('what cannot be read is told', async () => {
  await store.put('artists', bytes('in the way'));
  await expect(store.get(KEY)).rejects.toThrow(StorageError);
  await expect(store.list('artists/')).rejects.toThrow(StorageError);
});
