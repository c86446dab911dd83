import { basename } from 'node:path';
import { type DatasetFile, datasetFiles, readRows } from '../../adapters/dataset/files.ts';
import { type ImportedTable, Workspace } from '../../adapters/dataset/workspace.ts';
import { DatasetError } from '../../core/errors.ts';
import { ImportRequest, type ImportResult, NAMED, parseInput } from '../../core/events.ts';
import type { Progress } from '../../core/ports.ts';
import { type HeldRun, takeRun } from '../../core/run/lease.ts';
import { DAY_KINDS, type ReplaceDeps, refuseDayOf, replaceDay, rollForward } from '../../core/run/replace.ts';

/** What importing needs. */
export interface ImportDeps extends ReplaceDeps {
  /** A folder for what is gathered; it is emptied before and removed after. */
  workspaceFolder: string;
  progress: Progress;
  say: (line: string) => void;
}

/** More of a file's rows than this share must not be unreadable. */
const MOST_REJECTED = 0.05;
/** Bytes between two reports of progress. */
const REPORT_EVERY = 1 << 20;

/**
 * Makes a dataset the lake's day: its artists, all its tracks and their audio features. Memory is bounded, whatever
 * the size. Imported artists become known, but are not followed.
 *
 * Throws `DatasetError` where a file is of no known layout or more than 5 % of its rows cannot be read; then the day
 * stays as it was.
 */
export async function importDataset(deps: ImportDeps, input: ImportRequest): Promise<ImportResult> {
  const request = parseInput(ImportRequest, input, 'import');
  await rollForward(deps);
  const dt = request.date ?? new Date(deps.clock.now()).toISOString().slice(0, 10);
  await refuseDayOf('collection', deps, dt);
  const files = await datasetFiles(request.paths, (path, why) => deps.say(`Left out ${path}: ${why}.`));
  const run = await takeRun(deps, {
    kind: 'import',
    dt,
    alone: DAY_KINDS,
    resumes: () => false,
    progress: '{}',
  });
  let result: ImportResult;
  try {
    result = await gather(deps, run, files);
  } catch (error) {
    await run.fail();
    throw error;
  }
  await replaceDay(deps, run, ['artists', 'top_tracks', 'audio_features'], JSON.stringify(result));
  return result;
}

/** Reads all files into a workspace and stages the day that comes of them. */
async function gather(deps: ImportDeps, run: HeldRun, files: readonly DatasetFile[]): Promise<ImportResult> {
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
    for (const [table, { path }] of Object.entries(tables)) {
      await deps.lake.stageDayFile(run.id, table as ImportedTable, path);
    }
    return {
      date: run.dt,
      run: run.id,
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
  { progress }: ImportDeps,
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
