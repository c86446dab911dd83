import { datasetFiles } from '../../adapters/dataset/files.ts';
import { ImportRequest, type ImportResult, parseInput } from '../../core/events.ts';
import { type ReplaceDeps, refuseDayOf, rollForward } from '../../core/run/replace.ts';
import { importDay } from './day.ts';
import { type ReadDatasetDeps, readDataset } from './read-dataset.ts';

/** What importing needs. */
export interface ImportDeps extends ReplaceDeps, ReadDatasetDeps {
  say: (line: string) => void;
}

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
  const files = await datasetFiles(request.paths, sayLeftOut(deps.say));
  return await importDay(deps, dt, async (run) => ({
    date: dt,
    run: run.id,
    ...(await readDataset(deps, files, (table, file) => deps.lake.stageDayFile(run.id, table, file))),
  }));
}

/** Tells which files of a folder are left out. */
export const sayLeftOut =
  (say: (line: string) => void) =>
  (path: string, why: string): void =>
    say(`Left out ${path}: ${why}.`);
