import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StagedObject } from '../../core/ports.ts';
import { makePrivateFolder } from '../private-folder.ts';
import { codeOf, storageError } from '../storage-error.ts';
import { isAlive } from '../system.ts';
import { type Fill, fillFrom, type ObjectStore, type OpenObject, REMOVAL } from './objects.ts';

/** A folder that behaves like a bucket: a put is whole or not there, whenever the process dies. */
export class FolderStore implements ObjectStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#place(key, (unfinished) => writeFile(unfinished, bytes));
  }

  write(key: string, fill: Fill): Promise<void> {
    return this.#place(key, async (unfinished) => {
      const file = await open(unfinished, 'w');
      await fill(async (bytes) => void (await file.writeFile(bytes))).finally(() => file.close());
    });
  }

  putFile(key: string, file: string): Promise<void> {
    return this.#place(key, (unfinished) => copyFile(file, unfinished));
  }

  async stage(staged: string, _: string, fill: Fill): Promise<string> {
    const hash = createHash('sha256');
    await this.#do(staged, async (path) => {
      makePrivateFolder(dirname(path));
      const file = await open(path, 'w');
      try {
        await fill(async (bytes) => {
          hash.update(bytes);
          await file.writeFile(bytes);
        });
        await file.sync();
      } finally {
        await file.close();
      }
    });
    return hash.digest('hex');
  }

  async stageCopy(from: string, staged: string, target: string): Promise<string | undefined> {
    const path = join(this.#root, from);
    return existsSync(path) ? await this.stage(staged, target, fillFrom(path)) : undefined;
  }

  /** Makes the folder that the day is to be moved into: once it is gone, the day cannot be removed any more. */
  async stageRemoval(staged: string): Promise<string> {
    await this.put(`${staged}/${REMOVAL}`, new Uint8Array());
    return REMOVAL;
  }

  /** Renames the staged file itself, or moves the day's folder into the staged one: neither can be done twice. */
  place({ staged, target, mark }: StagedObject): Promise<boolean> {
    return this.#do(target, async (path) => {
      const place = join(this.#root, staged);
      if (mark !== REMOVAL) return (await moved(place, path)) || (await this.#hash(target)) === mark;
      const isMoved = await renamed(dirname(path), join(place, 'removed'));
      if (isMoved) await rm(place, { recursive: true, force: true });
      return isMoved || !existsSync(path);
    });
  }

  /** Renames first: a file that is being staged meanwhile cannot keep the folder in its place. */
  discard(prefix: string): Promise<void> {
    return this.#do(prefix, async (path) => {
      const discarded = join(dirname(path), `.${basename(path)}.discarded`);
      await rm(discarded, { recursive: true, force: true });
      if (await renamed(path, discarded)) await rm(discarded, { recursive: true, force: true });
    });
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
    const path = join(this.#root, prefix);
    await rm(path, { recursive: true, force: true });
    // An object store has no empty folder; what is not empty stays.
    await rmdir(dirname(path)).catch(() => {});
  }

  /** The hash of a file; undefined where there is none. */
  async #hash(key: string): Promise<string | undefined> {
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(join(this.#root, key)), hash);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
    return hash.digest('hex');
  }

  async #do<T>(key: string, work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#root, key);
    try {
      return await work(path);
    } catch (error) {
      throw storageError(path, error);
    }
  }

  /** This process is taken not to be writing there: one that was killed may have had its number. */
  removeLeftovers(prefix: string, { ofAnyone = false } = {}): Promise<void> {
    return this.#do(prefix, async (folder) => {
      const names = await readdir(folder, { recursive: true }).catch(orNone);
      for (const name of names) {
        const [, pid] = LEFTOVER.exec(basename(name))?.slice(1) ?? [];
        if (pid === undefined) continue;
        const isDead = Number(pid) === process.pid || !isAlive(Number(pid));
        if (ofAnyone || isDead) await rm(join(folder, name), { force: true });
      }
      // What is not empty stays.
      for (const name of ['', ...names.sort()].reverse()) await rmdir(join(folder, name)).catch(() => {});
    });
  }

  /** Lets `write` make a file beside the object, then puts it in the object's place. */
  async #place(key: string, write: (unfinished: string) => Promise<void>): Promise<void> {
    const path = join(this.#root, key);
    const unfinished = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    try {
      makePrivateFolder(dirname(path));
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

/** Of which object, and by which process. */
const LEFTOVER = /^\.(.*)\.(\d+)\.part$/;

/** Removes what processes that were killed had begun to write in the place of a file. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    const [, of, pid] = LEFTOVER.exec(name) ?? [];
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

/** Renames a file or folder; returns false where it, or the folder that it is to be in, is not there. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  // Otherwise a power cut could undo the rename and keep what was written after it.
  for (const folder of new Set([dirname(from), dirname(to)])) await syncFolder(folder);
  return true;
}

/** As `renamed`; makes the new folder only where there is a file to move. */
async function moved(from: string, to: string): Promise<boolean> {
  let isRenamed = false;
  // Whoever removes empty folders may come in between.
  while (!isRenamed && existsSync(from)) {
    makePrivateFolder(dirname(to));
    isRenamed = await renamed(from, to);
  }
  return isRenamed;
}

function orNone(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}

async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle;
  try {
    folder = await open(path, 'r');
  } catch (error) {
    // Whoever discards what was staged may have removed it meanwhile.
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
