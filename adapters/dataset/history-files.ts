import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openPromise, type ZipFile } from 'yauzl';
import { DatasetError } from '../../core/errors.ts';
import { codeOf, storageError } from '../storage-error.ts';
import { RETRY } from './history-json.ts';

/** A file of a privacy export, or what stands where one should be and cannot be read. */
export interface HistoryFile {
  /** For one in an archive, that of the archive and its own in it. */
  path: string;
  /** The archive that it is in. */
  archive?: string;
  /** Why it cannot be read. */
  broken?: string;
}

/** What Spotify calls the files with the music that was played: the extended form, its older name, the short form. */
const NAMES = [
  /^Streaming_History_Audio_.*\.json$/i,
  /^endsong.*\.json$/i,
  /^StreamingHistory(?!_?(podcast|audiobook|video)).*\.json$/i,
];

/** How much is read of a file at a time. */
const CHUNK_BYTES = 1 << 20;
/** Folders are looked through so deep. */
const DEPTH = 4;

/** Whether a path is a privacy export of Spotify or has one in it, zipped or not; false where there is nothing. */
export async function isHistory(path: string): Promise<boolean> {
  return (await filesAt(path).catch(() => [])).length > 0;
}

/** The files of privacy exports in files, archives and folders. Throws `DatasetError` where there is none in one. */
export async function historyFiles(paths: readonly string[]): Promise<HistoryFile[]> {
  const files: HistoryFile[] = [];
  for (const path of paths) {
    const found = await filesAt(path);
    if (found.length === 0) {
      throw new DatasetError(
        `expected a privacy export of Spotify at ${path}, got no file with a name or content of one`,
        'name the archive that Spotify sent, or the folder with its Streaming_History_Audio_*.json or StreamingHistory*.json',
      );
    }
    files.push(...found);
  }
  return files;
}

/** A file's bytes as they come, of any number. Throws `DatasetError`, which says why it cannot be read. */
export async function* readHistoryFile({ path, archive, broken }: HistoryFile): AsyncGenerator<Buffer> {
  if (broken !== undefined) throw new DatasetError(broken, RETRY);
  if (archive === undefined) yield* readPlain(path);
  else yield* readZipped(path, archive);
}

async function* readPlain(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
  } catch (error) {
    throw codeOf(error) === undefined ? error : storageError(path, error);
  }
}

async function* readZipped(path: string, archive: string): AsyncGenerator<Buffer> {
  const zip = await openZip(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      if (join(archive, entry.fileName) !== path) continue;
      let sum = 0;
      // The stream fails where it holds more than the entry said, but yauzl does not check the sum.
      for await (const chunk of await zip.openReadStreamPromise(entry)) {
        sum = crc32(chunk as Buffer, sum);
        yield chunk as Buffer;
      }
      if (sum === entry.crc32) return;
      throw new DatasetError(
        `expected the file to have the CRC-32 ${hex(entry.crc32)} that the archive names, got ${hex(sum)}: it is corrupt`,
        RETRY,
      );
    }
  } catch (error) {
    throw notWhole(error);
  } finally {
    zip.close();
  }
  throw new DatasetError('expected the file to stay in the archive, got an archive without it', RETRY);
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0');

async function filesAt(path: string, depth = 0): Promise<HistoryFile[]> {
  const stats = await stat(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw storageError(path, error);
    throw new DatasetError(`expected a file or folder at ${path}, got none`, 'correct the path', {
      cause: error,
    });
  });
  if (stats.isDirectory()) return await filesBelow(path, depth);
  if (!stats.isFile()) return [];
  if (isNamed(path)) return [{ path }];
  const head = await headOf(path);
  if (/\.zip$/i.test(path) || head.startsWith('PK\x03\x04')) return await filesInZip(path);
  return depth === 0 && /"(ms_played|msPlayed)"/.test(head) ? [{ path }] : [];
}

async function filesBelow(folder: string, depth: number): Promise<HistoryFile[]> {
  if (depth >= DEPTH) return [];
  const files: HistoryFile[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw storageError(folder, error);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const isWanted = entry.isDirectory() || isNamed(entry.name) || /\.zip$/i.test(entry.name);
    if (isWanted && !entry.name.startsWith('.')) {
      files.push(...(await filesAt(join(folder, entry.name), depth + 1)));
    }
  }
  return files;
}

async function filesInZip(archive: string): Promise<HistoryFile[]> {
  const files: HistoryFile[] = [];
  let zip: ZipFile | undefined;
  try {
    zip = await openZip(archive);
    for await (const { fileName } of zip.eachEntry()) {
      if (isNamed(fileName)) files.push({ path: join(archive, fileName), archive });
    }
    return files;
  } catch (error) {
    return [{ path: archive, broken: notWhole(error).message }];
  } finally {
    zip?.close();
  }
}

const openZip = (archive: string): Promise<ZipFile> =>
  openPromise(archive, { autoClose: false }).catch((error: unknown) => {
    throw notWhole(error);
  });

/** What yauzl finds wrong with an archive says nothing of its content. */
const notWhole = (error: unknown): DatasetError =>
  error instanceof DatasetError
    ? error
    : new DatasetError(`expected a whole archive, got: ${(error as Error).message}`, RETRY, { cause: error });

const isNamed = (path: string): boolean => NAMES.some((name) => name.test(basename(path)));

async function headOf(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw storageError(path, error);
  });
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4096), length: 4096 });
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
