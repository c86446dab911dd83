import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError } from '../../core/errors.ts';
import { codeOf, storageError } from '../storage-error.ts';
import { csvRecords } from './csv-records.ts';
import { CsvRow, RowError } from './csv-row.ts';
import { type DatasetRow, LAYOUTS, type Layout } from './layouts.ts';
import { PLAYLISTS_LAYOUTS, type PlaylistsLayout, playlistsLayoutOf } from './playlists-layouts.ts';
import { VECTORS_LOOKS, type VectorsFile, vectorsFileOf } from './vectors-file.ts';

/** A table of a dataset whose layout is known. */
export interface TableFile {
  path: string;
  layout: Layout;
  delimiter: string;
  /** Size in bytes. */
  size: number;
}

/** A file with playlists whose layout is known. */
export interface PlaylistsFile {
  path: string;
  layout: PlaylistsLayout;
  /** Size in bytes. */
  size: number;
}

/** A file of a dataset. */
export type DatasetFile = TableFile | PlaylistsFile;

/**
 * The file of vectors that is named; undefined where none is. Throws `DatasetError` where others are named beside, and
 * where one is of gensim's own form.
 */
export async function vectorsAmong(paths: readonly string[]): Promise<VectorsFile | undefined> {
  for (const path of paths) {
    const stats = await statOf(path);
    const vectors = stats.isFile() ? await vectorsFileOf(path, stats.size) : undefined;
    if (vectors && paths.length === 1) return vectors;
    if (!vectors) continue;
    throw new DatasetError(
      `expected a file of vectors alone, got ${paths.length} paths, of which ${path} is one`,
      'import each file of vectors in a call of its own',
    );
  }
  return undefined;
}

/** Whether a file is a table, which tells of a day's artists, tracks or features. */
export const isTable = (file: DatasetFile): file is TableFile => 'delimiter' in file;

/** A row that could be read, or why not. */
export type ReadRow =
  | { row: DatasetRow; bytes: number }
  | { rejected: { file: string; line: number; reason: string }; lines: number; bytes: number };

const DELIMITERS = [',', ';', '|', '\t'];

/**
 * Finds the files of a dataset in files and folders. A named file of unknown layout throws `DatasetError`, which lists
 * the layouts; in a folder it is left out, and `skipped` is told.
 */
export async function datasetFiles(
  paths: readonly string[],
  skipped: (path: string, why: string) => void,
): Promise<DatasetFile[]> {
  const files: DatasetFile[] = [];
  for (const path of paths) {
    if (!(await statOf(path)).isDirectory()) {
      files.push((await recognise(path)) ?? unknown(path));
      continue;
    }
    for (const name of (await readdir(path)).filter((name) => !name.startsWith('.')).sort()) {
      const file = await recognise(join(path, name));
      if (file) files.push(file);
      else skipped(join(path, name), 'its layout is not known');
    }
  }
  if (files.length > 0) return files;
  throw new DatasetError(
    `expected a dataset in ${paths.join(', ')}, got no file of a known layout`,
    LAYOUT_HINT,
  );
}

/** The rows of a file, one after the other. The header, where it stands again, and blank rows are left out. */
export async function* readRows({ path, layout, delimiter }: TableFile): AsyncGenerator<ReadRow> {
  const file = basename(path);
  let header: string[] | undefined;
  let columns: Map<string, number> = new Map();
  for await (const { line, lines, values, bytes } of csvRecords(path, delimiter)) {
    const isHeader = header !== undefined && values.every((value, i) => clean(value) === header?.[i]);
    if (isHeader || values.every((value) => value.trim() === '')) continue;
    if (header === undefined) {
      header = values.map(clean);
      columns = new Map(header.map((name, i) => [name, i]));
      continue;
    }
    try {
      if (values.length !== header.length) {
        throw new RowError(`expected ${header.length} values, got ${values.length}`);
      }
      yield { row: layout.read(new CsvRow(columns, values)), bytes };
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      yield { rejected: { file, line, reason: error.message }, lines, bytes };
    }
  }
}

const clean = (name: string): string => name.trim().toLowerCase();

/** The file with its layout, by its beginning or the first row that is not blank; undefined where none is known. */
async function recognise(path: string): Promise<DatasetFile | undefined> {
  const stats = await statOf(path);
  if (!stats.isFile()) return undefined;
  const playlists = await playlistsLayoutOf(path);
  if (playlists) return { path, layout: playlists, size: stats.size };
  for (const delimiter of DELIMITERS) {
    const names = await headerOf(path, delimiter);
    const has = (...columns: string[]) => columns.every((column) => names.has(column));
    const layout = LAYOUTS.find(({ matches }) => matches(has));
    if (layout) return { path, layout, delimiter, size: stats.size };
  }
  return undefined;
}

async function headerOf(path: string, delimiter: string): Promise<Set<string>> {
  try {
    for await (const { values } of csvRecords(path, delimiter)) {
      if (values.some((value) => value.trim() !== '')) return new Set(values.map(clean));
    }
  } catch (error) {
    if (codeOf(error) !== undefined) throw storageError(path, error);
  }
  return new Set();
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
  ...LAYOUTS.map(({ name, columns }) => `${name} (${columns.join(', ')})`),
  ...PLAYLISTS_LAYOUTS.map(({ name, looks }) => `${name} (${looks})`),
  `word2vec-text, word2vec-binary (${VECTORS_LOOKS})`,
].join('; ')}`;

function unknown(path: string): never {
  throw new DatasetError(
    `expected a dataset of a known layout, got ${path}, whose header is none of them`,
    LAYOUT_HINT,
  );
}
