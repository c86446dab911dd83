import { rmdir } from 'node:fs/promises';
import { filesToImport, isTable } from '../../adapters/dataset/files.ts';
import { workspaceFolderOf } from '../../adapters/dataset/workspace.ts';
import { ImportRequest, type ImportResult, parseInput } from '../../core/events.ts';
import type { StagedObject } from '../../core/ports.ts';
import { EXCLUDED, type ReplaceDeps, refuseDayOf, repair } from '../../core/run/replace.ts';
import { importStaged, NO_DAY } from './day.ts';
import { type ImportVectorsDeps, importVectors } from './import-vectors.ts';
import { type ReadDatasetDeps, readDataset } from './read-dataset.ts';

/** What importing needs. */
export interface ImportDeps extends ReplaceDeps, ReadDatasetDeps {
  lake: ReplaceDeps['lake'] & ImportVectorsDeps['lake'];
  /** A folder for the workspaces of imports. */
  workspaceFolder: string;
}

/**
 * Makes a dataset the lake's day: its artists, all its tracks and their audio features; and its playlists those of the
 * lake's datasets that have the names of their files. Playlists alone need no day and own none. A file of vectors
 * becomes a model, as `importVectors` tells. Memory is bounded,
 * whatever the size. Imported artists become known, but are not followed.
 *
 * Throws `DatasetError` where a file is of no known layout or more than 5 % of its rows cannot be read; then the day
 * and the playlists stay as they were.
 */
export async function importDataset(deps: ImportDeps, input: ImportRequest): Promise<ImportResult> {
  const request = parseInput(ImportRequest, input, 'import');
  const date = request.date ?? new Date(deps.clock.now()).toISOString().slice(0, 10);
  const files = await filesToImport(request.paths, deps.say);
  if (!Array.isArray(files)) return await importVectors(deps, files, date);
  await repair(deps, EXCLUDED.day);
  const dt = files.some(isTable) ? date : NO_DAY;
  if (dt !== NO_DAY) await refuseDayOf('collection', deps, dt);
  return await importStaged(deps, dt, async (run) => {
    const objects: StagedObject[] = [];
    const workspaceFolder = await workspaceFolderOf(deps.workspaceFolder, run.epoch);
    const read = await readDataset({ ...deps, workspaceFolder }, files, async (table, file, dataset = dt) => {
      objects.push(await deps.lake.stageTableFile(run.staging, table, dataset, file));
    }).finally(() => rmdir(deps.workspaceFolder).catch(() => {})); // Another's may be in it.
    return { result: { date, run: run.id, models: [], ...read }, objects };
  });
}
