import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openPromise, type ZipFile } from 'yauzl';
import { DatasetError } from '../../core/errors.ts';
import { codeOf, storageError } from '../storage-error.ts';

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

/** Real files have about 12 MB; what is much larger is none, and would not fit into memory. */
const LARGEST_BYTES = 64 << 20;
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

/** A file's text. Throws `DatasetError`, which tells why it cannot be read. */
export async function readHistoryFile({ path, archive, broken }: HistoryFile): Promise<string> {
  if (broken !== undefined) throw new DatasetError(broken, RETRY);
  const bytes = archive === undefined ? await readPlain(path) : await readZipped(path, archive);
  return new TextDecoder().decode(bytes);
}

const RETRY = 'unpack the archive again, or ask Spotify for the export once more';

async function readPlain(path: string): Promise<Buffer> {
  try {
    refuseLarge((await stat(path)).size);
    return await readFile(path);
  } catch (error) {
    throw codeOf(error) === undefined ? error : storageError(path, error);
  }
}

async function readZipped(path: string, archive: string): Promise<Buffer> {
  return await withZip(archive, async (zip) => {
    for await (const entry of zip.eachEntry()) {
      if (join(archive, entry.fileName) !== path) continue;
      refuseLarge(entry.uncompressedSize);
      const chunks: Buffer[] = [];
      let sum = 0;
      // The stream fails where it holds more than the entry said, but yauzl does not check the sum.
      for await (const chunk of await zip.openReadStreamPromise(entry)) {
        chunks.push(chunk as Buffer);
        sum = crc32(chunk as Buffer, sum);
      }
      if (sum === entry.crc32) return Buffer.concat(chunks);
      throw new DatasetError(
        `expected the file to have the CRC-32 ${hex(entry.crc32)} that the archive names, got ${hex(sum)}: it is corrupt`,
        RETRY,
      );
    }
    throw new DatasetError('expected the file to stay in the archive, got an archive without it', RETRY);
  });
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0');

function refuseLarge(bytes: number): void {
  if (bytes <= LARGEST_BYTES) return;
  throw new DatasetError(`expected at most ${LARGEST_BYTES} bytes, got ${bytes}`, RETRY);
}

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
  try {
    return await withZip(archive, async (zip) => {
      const files: HistoryFile[] = [];
      for await (const { fileName } of zip.eachEntry()) {
        if (isNamed(fileName)) files.push({ path: join(archive, fileName), archive });
      }
      return files;
    });
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    return [{ path: archive, broken: error.message }];
  }
}

/** What yauzl finds wrong with an archive tells nothing of its content. */
async function withZip<T>(archive: string, work: (zip: ZipFile) => Promise<T>): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(archive, { autoClose: false });
    return await work(zip);
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`expected a whole archive, got: ${(error as Error).message}`, RETRY, {
      cause: error,
    });
  } finally {
    zip?.close();
  }
}

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
