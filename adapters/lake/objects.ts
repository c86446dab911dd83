import { createReadStream } from 'node:fs';
import type { StagedObject } from '../../core/ports.ts';
import { storageError } from '../storage-error.ts';
import type { Append, Pieces } from './parquet.ts';

/** Appends an object's bytes, one piece after the other. */
export type Fill = (append: Append) => Promise<void>;

/** What the lake needs of a bucket or a folder. Keys have `/` between their parts. */
export interface ObjectStore {
  /** Puts an object whole, or leaves what was there. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** As `put`, of bytes that may be many. */
  write(key: string, fill: Fill): Promise<void>;
  /** As `put`, of a local file's bytes. */
  putFile(key: string, file: string): Promise<void>;
  /** The object, or undefined where there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** The object to be read in pieces, as it is now, or undefined where there is none. It is to be closed. */
  open(key: string): Promise<OpenObject | undefined>;
  /** Keys below a prefix that ends in `/`, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Removes everything below a prefix that ends in `/`. */
  removeAll(prefix: string): Promise<void>;
  /**
   * Removes for good the earlier versions that are kept of what lies, or lay, below a prefix; what lies there now stays.
   * Nothing to do where none are kept.
   */
  removeVersions(prefix: string): Promise<void>;
  /**
   * Removes what killed processes had begun to put below a prefix, or all that `ofAnyone` has begun there, in a store where
   * they leave something.
   */
  removeLeftovers?(prefix: string, options?: { ofAnyone: boolean }): Promise<void>;
  /** Stages an object at `staged` that is to become `target`; returns its mark. */
  stage(staged: string, target: string, fill: Fill): Promise<string>;
  /** As `stage`, of another object's bytes; undefined where there is no such object. */
  stageCopy(from: string, staged: string, target: string): Promise<string | undefined>;
  /** Stages the removal of `target`; `fill` gives an object without content, of the same form. Returns its mark. */
  stageRemoval(staged: string, target: string, fill: Fill): Promise<string>;
  /** Moves what is staged to its target; returns false where it is neither staged any more nor there. */
  place(object: StagedObject): Promise<boolean>;
  /** Makes it impossible to place whatever is staged at a key, or below it; then removes it. */
  discard(key: string): Promise<void>;
}

/** An object that is read in pieces. */
export interface OpenObject extends Pieces {
  close(): Promise<void>;
}

/** The marks of removals begin with this. */
export const REMOVAL = 'removal';

/** Bytes of a local file that are held at a time. */
const PIECE = 8 * 1024 * 1024;

/** Fills an object with a local file's bytes. Throws `StorageError` where the file cannot be read. */
export const fillFrom =
  (file: string): Fill =>
  async (append) => {
    const stream = createReadStream(file, { highWaterMark: PIECE });
    try {
      for await (const bytes of stream) await append(bytes as Buffer);
    } catch (error) {
      throw stream.errored ? storageError(file, stream.errored) : error;
    }
  };
