import { basename } from 'node:path';
import { type DatasetFile, readRows } from '../../adapters/dataset/files.ts';
import { Workspace } from '../../adapters/dataset/workspace.ts';
import { DatasetError } from '../../core/errors.ts';
import { type ImportResult, NAMED } from '../../core/events.ts';
import type { Progress } from '../../core/ports.ts';
import { IMPORTED_TABLES } from './day.ts';

/** What reading a dataset needs. */
export interface ReadDatasetDeps {
  /** A folder for what is gathered; it is emptied before and removed after. */
  workspaceFolder: string;
  progress: Progress;
}

/** More of a file's rows than this share must not be unreadable. */
const MOST_REJECTED = 0.05;
/** Bytes between two reports of progress. */
const REPORT_EVERY = 1 << 20;

/**
 * Reads all files into the tables of a day, each of which `keep` is given as a Parquet file that goes afterwards. Memory
 * is bounded, whatever the size.
 *
 * Throws `DatasetError` where more than 5 % of a file's rows cannot be read or no track has an artist; then nothing was
 * kept.
 */
export async function readDataset(
  deps: ReadDatasetDeps,
  files: readonly DatasetFile[],
  keep: (table: (typeof IMPORTED_TABLES)[number], file: string) => Promise<void>,
): Promise<Omit<ImportResult, 'date' | 'run'>> {
  const workspace = await Workspace.open(deps.workspaceFolder);
  try {
    const rejected: ImportResult['rejected'] = [];
    const read: ImportResult['files'] = [];
    let rejectedCount = 0;
    for (const file of files) {
      const counted = await gatherFile(deps, workspace, file, rejected);
      read.push({ path: file.path, layout: file.layout.name, rows: counted.rows });
      rejectedCount += counted.rejected;
    }
    const tables = await workspace.finish();
    if (tables.top_tracks.rows === 0) {
      throw new DatasetError(
        'expected at least one track with an artist, got none',
        'import the file that tells which track is whose together with the others',
      );
    }
    for (const table of IMPORTED_TABLES) await keep(table, tables[table].path);
    return {
      files: read,
      artists: tables.artists.rows,
      tracks: tables.top_tracks.rows,
      features: tables.audio_features.rows,
      rejected,
      rejectedCount,
    };
  } finally {
    await workspace.close();
  }
}

async function gatherFile(
  { progress }: ReadDatasetDeps,
  workspace: Workspace,
  file: DatasetFile,
  named: ImportResult['rejected'],
): Promise<{ rows: number; rejected: number }> {
  workspace.beginFile(`dataset:${basename(file.path)}`);
  const first = named.length;
  let rows = 0;
  let rejected = 0;
  let reported = 0;
  for await (const read of readRows(file)) {
    if ('row' in read) {
      rows += 1;
      workspace.add(read.row);
      if (workspace.isFull) await workspace.drain();
    } else {
      rejected += read.lines;
      if (named.length < NAMED) named.push(read.rejected);
    }
    if (read.bytes - reported >= REPORT_EVERY) {
      reported = read.bytes;
      progress(basename(file.path), read.bytes, file.size);
    }
  }
  if (rejected > MOST_REJECTED * (rows + rejected)) {
    const example = named[first];
    throw new DatasetError(
      `expected at least ${100 - MOST_REJECTED * 100} % of the rows of ${file.path} to be readable, got ${rows} of ${rows + rejected}${example ? `; line ${example.line}: ${example.reason}` : ''}`,
      'nothing was imported: correct the file, or see whether it is of the layout that its header tells',
    );
  }
  return { rows, rejected };
}
