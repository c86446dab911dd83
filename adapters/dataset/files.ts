import { open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { DatasetError } from '../../core/errors.ts';
import { codeOf, storageError } from '../storage-error.ts';
import { LAYOUTS, layoutOfHeader, looksOf, nearestLayout } from './layouts.ts';
import { PLAYLISTS_LAYOUTS, type PlaylistsLayout, playlistsLayoutOf } from './playlists-layouts.ts';
import { isGzip } from './table-bytes.ts';
import { VECTORS_LOOKS, type VectorsFile, vectorsFileOf } from './vectors-file.ts';
import type { MappedTable } from './workspace.ts';

/** A table of a dataset, which tells of a day's artists, tracks or features. */
export interface TableFile extends MappedTable {
  kind: 'table';
  /** Size in bytes. */
  size: number;
}

/** A file with playlists whose layout is known. */
export interface PlaylistsFile {
  kind: 'playlists';
  path: string;
  layout: PlaylistsLayout;
  /** Size in bytes. */
  size: number;
  isPacked: boolean;
}

/** A file of a dataset. */
export type DatasetFile = TableFile | PlaylistsFile;

/** Whether a file is a table. */
export const isTable = (file: DatasetFile): file is TableFile => file.kind === 'table';

/** So much of a file tells what it is, in bytes. */
const HEAD = 1 << 16;
const DELIMITERS = [',', ';', '|', '\t'];
/** Columns that a message names. */
const SHOWN = 20;

/** What a file is: one of a known layout, or the reason why it is none. */
type Recognised = DatasetFile | VectorsFile | { kind: 'unknown'; why: string };

/**
 * Finds the files of a dataset in files and folders, or the one file of vectors that is named. A named file of unknown
 * layout throws `DatasetError`, which says what it lacks and lists the layouts, and so does one of vectors beside others
 * or of gensim's own form; those of a folder are left out, and `say` gets a line for each kind of them.
 */
export async function filesToImport(
  paths: readonly string[],
  say: (line: string) => void,
): Promise<DatasetFile[] | VectorsFile> {
  const files: DatasetFile[] = [];
  const leftOut = new Map<string, { path: string; why: string; count: number }>();
  for (const path of paths) {
    const isFolder = (await statOf(path)).isDirectory();
    for (const each of isFolder ? await filesIn(path) : [path]) {
      const file = await recognise(each, !isFolder);
      if (file.kind === 'table' || file.kind === 'playlists') files.push(file);
      else if (file.kind === 'vectors') {
        if (paths.length === 1) return file;
        throw new DatasetError(
          `expected a file of vectors alone, got ${paths.length} paths, of which ${path} is one`,
          'import each file of vectors in a call of its own',
        );
      } else {
        const { why } = file;
        if (!isFolder) throw unknown(each, why);
        const kind = `${extname(each)}: ${why}`;
        const count = (leftOut.get(kind)?.count ?? 0) + 1;
        leftOut.set(kind, { path: leftOut.get(kind)?.path ?? each, why, count });
      }
    }
  }
  for (const { path, why, count } of leftOut.values()) {
    say(`Left out ${count > 1 ? `${count} files like ` : ''}${path}: ${why}.`);
  }
  if (files.length > 0) return files;
  throw new DatasetError(
    `expected a dataset in ${paths.join(', ')}, got no file of a known layout`,
    LAYOUT_HINT,
  );
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw storageError(folder, error);
  });
  return entries
    .filter((entry) => !entry.name.startsWith('.') && !entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .sort();
}

/**
 * What a file is, by its beginning; it is opened once. Vectors are only what is named as such. Throws `DatasetError` where
 * it is named and of gensim's own form.
 */
async function recognise(path: string, isNamed: boolean): Promise<Recognised> {
  const { packed, size } = await beginningOf(path);
  const isPacked = isGzip(packed);
  const head = isPacked ? unpackedHead(packed) : packed;
  const vectors = isNamed && !isPacked ? vectorsFileOf(path, head, size) : undefined;
  if (vectors) return vectors;
  const text = textOf(head);
  const layout = playlistsLayoutOf(path, text);
  if (layout) return { kind: 'playlists', path, layout, size, isPacked };
  const headers = DELIMITERS.map((delimiter) => ({ delimiter, header: headerOf(text, delimiter) }));
  for (const { delimiter, header } of headers) {
    const mapped = layoutOfHeader(header);
    if (mapped) return { kind: 'table', path, delimiter, isPacked, header, mapped, size };
  }
  return { kind: 'unknown', why: whyUnknown(headers.map(({ header }) => header)) };
}

function whyUnknown(headers: readonly (readonly string[])[]): string {
  const header = headers.reduce((most, next) => (next.length > most.length ? next : most));
  if (header.length < 2 || header.some((name) => /[\p{Cc}\ufffd]/u.test(name)))
    return 'its layout is not known';
  const { name, missing } = nearestLayout(header);
  const seen = header.slice(0, SHOWN).join(', ') + (header.length > SHOWN ? ', …' : '');
  return `its columns (${seen}) suit no layout; the nearest is ${name}, which needs ${missing.join(', and ')}`;
}

async function beginningOf(path: string): Promise<{ packed: Buffer; size: number }> {
  try {
    await using file = await open(path);
    const stats = await file.stat();
    const { buffer, bytesRead } = stats.isFile()
      ? await file.read({ buffer: Buffer.alloc(HEAD) })
      : { buffer: Buffer.alloc(0), bytesRead: 0 };
    return { packed: buffer.subarray(0, bytesRead), size: stats.size };
  } catch (error) {
    throw storageError(path, error);
  }
}

/** What is unpacked of a gzipped file that is cut; nothing where it is broken. */
function unpackedHead(packed: Buffer): Buffer {
  try {
    return gunzipSync(packed, { finishFlush: zlib.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}

function textOf(head: Buffer): string {
  const encoding = head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(head);
}

/** The first record that is not blank; none where there is no CSV. */
function headerOf(text: string, delimiter: string): string[] {
  try {
    const records: string[][] = parse(text.replace(/^[\s,;|]*\n/, ''), {
      delimiter,
      to: 1,
      record_delimiter: ['\r\n', '\n'],
      relax_quotes: true,
      relax_column_count: true,
    });
    return (records[0] ?? []).map((name) => name.trim());
  } catch {
    return [];
  }
}

async function statOf(path: string) {
  return await stat(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw storageError(path, error);
    throw new DatasetError(`expected a file or folder at ${path}, got none`, 'correct the path', {
      cause: error,
    });
  });
}

const LAYOUT_HINT = `the layouts are ${[
  ...LAYOUTS.map(looksOf),
  ...PLAYLISTS_LAYOUTS.map(({ name, looks }) => `${name} (${looks})`),
  `word2vec-text, word2vec-binary (${VECTORS_LOOKS})`,
].join('; ')}`;

const unknown = (path: string, why: string): DatasetError =>
  new DatasetError(`expected a dataset of a known layout, got ${path}: ${why}`, LAYOUT_HINT);
