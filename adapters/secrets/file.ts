import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type * as z from 'zod';
import { SecretError } from '../../core/errors.ts';
import type { WritableSecret } from '../../core/ports.ts';
import { makePrivateFolder } from '../private-folder.ts';
import { codeOf, storageError } from '../storage-error.ts';
import { JsonSecret } from './json-secret.ts';

/** Read and written by its owner, by nobody else. */
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** A JSON secret in a file of mode 0600; one that others may read is refused (Windows knows no such modes). */
export class FileSecret<T> extends JsonSecret<T> implements WritableSecret<T> {
  protected readonly where: string;
  readonly #path: string;
  readonly #absent: T | undefined;

  /** `absent`: what it holds where there is no file; without it that is an error. */
  constructor(path: string, schema: z.ZodType<T>, absent?: T) {
    super(schema);
    this.#path = path;
    this.#absent = absent;
    this.where = path;
  }

  /** Replaces the file, whole. */
  async write(value: T): Promise<void> {
    const unfinished = join(dirname(this.#path), `.${basename(this.#path)}.${process.pid}.part`);
    try {
      makePrivateFolder(dirname(this.#path));
      // What a process of the same number left may have another mode.
      await rm(unfinished, { force: true });
      const file = await open(unfinished, 'wx', OWNER_ONLY);
      await withFile(file, async () => {
        await file.writeFile(JSON.stringify(value, null, 2));
        await file.sync();
      });
      await rename(unfinished, this.#path);
    } catch (error) {
      // The first error is the one to tell.
      await rm(unfinished, { force: true }).catch(() => {});
      throw storageError(this.#path, error);
    }
    this.forget();
  }

  protected async load(): Promise<string> {
    const file = await open(this.#path, 'r').catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw storageError(this.#path, error);
      if (this.#absent !== undefined) return undefined;
      throw new SecretError(`expected a secret in ${this.where}, got no such file`, 'run soundalike login', {
        cause: error,
      });
    });
    if (!file) return JSON.stringify(this.#absent);
    return withFile(file, async () => {
      const { mode } = await file.stat();
      if (process.platform === 'win32' || (mode & OTHERS) === 0) return file.readFile('utf8');
      const came = (mode & 0o777).toString(8);
      throw new SecretError(
        `expected ${this.where} to be readable by its owner alone (600), got mode ${came}`,
        `chmod 600 ${this.#path}, and change the secret if others could have read it`,
      );
    });
  }
}

async function withFile<T>(file: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await file.close();
  }
}
