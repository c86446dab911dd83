import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { codeOf, storageError } from '../storage-error.ts';
import { isAlive } from '../system.ts';
import type { ObjectStore, OpenObject } from './lake.ts';
import type { Append } from './parquet.ts';

/** A folder that behaves like a bucket: a put is whole or not there, whenever the process dies. */
export class FolderStore implements ObjectStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#place(key, (unfinished) => writeFile(unfinished, bytes));
  }

  write(key: string, fill: (append: Append) => Promise<void>): Promise<void> {
    return this.#place(key, async (unfinished) => {
      const file = await open(unfinished, 'w');
      await fill(async (bytes) => void (await file.writeFile(bytes))).finally(() => file.close());
    });
  }

  putFile(key: string, file: string): Promise<void> {
    return this.#place(key, (unfinished) => copyFile(file, unfinished));
  }

  async copy(from: string, to: string): Promise<boolean> {
    const path = join(this.#root, from);
    if (!existsSync(path)) return false;
    await this.putFile(to, path);
    return true;
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

  async open(key: string): Promise<OpenObject | undefined> {
    const path = join(this.#root, key);
    try {
      const file = await open(path);
      const { size } = await file.stat();
      return {
        byteLength: size,
        slice: async (start, end = size) => {
          const bytes = new Uint8Array(end - start);
          await file.read(bytes, 0, bytes.length, start);
          return bytes.buffer;
        },
        close: () => file.close(),
      };
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

  /** A folder keeps none. */
  async removeVersions(): Promise<void> {}

  async removeAll(prefix: string): Promise<void> {
    await rm(join(this.#root, prefix), { recursive: true, force: true });
  }

  /** Lets `write` make a file beside the object, then puts it in the object's place. */
  async #place(key: string, write: (unfinished: string) => Promise<void>): Promise<void> {
    const path = join(this.#root, key);
    const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await write(unfinished);
      await sync(unfinished);
      await rename(unfinished, path);
      await removeLeftovers(path);
    } catch (error) {
      // The first error is the one to tell.
      await rm(unfinished, { force: true }).catch(() => {});
      throw storageError(path, error);
    }
  }
}

/** Removes what processes that were killed had begun to write in the place of a file. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const [, of, pid] = /^\.(.*)\.(\d+)\.part$/.exec(name) ?? [];
    if (of === basename(path) && !isAlive(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

/** Waits until a file's bytes are on the disk, so that a rename never puts an empty file in the place of a whole one. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
