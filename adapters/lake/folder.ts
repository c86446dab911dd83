import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { StorageError } from '../../core/errors.ts';
import type { ObjectStore } from './lake.ts';

/** A folder that behaves like a bucket: a put is whole or not there, whenever the process dies. */
export class FolderStore implements ObjectStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#root, key);
    const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeThrough(unfinished, bytes);
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw storageError(path, error);
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = join(this.#root, key);
    try {
      return await readFile(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw storageError(path, error);
    }
  }

  async list(prefix: string): Promise<string[]> {
    const folder = join(this.#root, prefix);
    try {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
        .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw storageError(folder, error);
    }
  }

  async removeAll(prefix: string): Promise<void> {
    await rm(join(this.#root, prefix), { recursive: true, force: true });
  }
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

const HINTS: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space and run the command again, it goes on where it stopped',
  EDQUOT: 'the quota is used up: free some space and run the command again, it goes on where it stopped',
  EFBIG: 'the file-size limit is reached: raise it (ulimit -f) and run the command again',
  EACCES: 'give this user the right to write there, or name another folder with --data',
  EROFS: 'the file system is read-only: name another folder with --data',
};

function storageError(path: string, error: unknown): StorageError {
  const code = codeOf(error) ?? 'unknown error';
  return new StorageError(
    `expected to read or write ${path}, got ${code}`,
    HINTS[code] ?? 'check the folder, or name another one with --data',
    { cause: error },
  );
}
