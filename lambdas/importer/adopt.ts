import { AdoptRequest, type ImportResult, parseInput } from '../../core/events.ts';
import type { Run, StagedObject } from '../../core/ports.ts';
import { EXCLUDED, type ReplaceDeps, refuseDayOf, repair } from '../../core/run/replace.ts';
import { IMPORTED_TABLES, importStaged, NO_DAY, ofDataset } from './day.ts';

/**
 * Makes a dataset that the command line has read and uploaded the lake's day, and its playlists the lake's. The run has
 * the upload's id, so that one whose answer was lost can be asked for again: it is done once.
 *
 * Throws what an import throws: `DayTakenError`, `LeaseHeldError`; `NoDataError` where the upload is not there.
 */
export async function adoptImport(deps: ReplaceDeps, input: AdoptRequest): Promise<ImportResult> {
  const request = parseInput(AdoptRequest, input, 'adopt');
  // Whoever has read tables has found a track in them.
  const dt = request.result.tracks > 0 ? request.result.date : NO_DAY;
  await repair(deps, EXCLUDED.day);
  const earlier = await deps.runs.byId(`import-${dt}-${request.upload}`);
  const result =
    earlier?.status === 'done' && earlier.summary
      ? (JSON.parse(earlier.summary) as ImportResult)
      : await adopt(deps, dt, request, earlier);
  // The day is done: what is left of the upload is not worth an error, the bucket lets it expire.
  await deps.lake.removeUpload(request.upload).catch(() => {});
  return result;
}

async function adopt(
  deps: ReplaceDeps,
  dt: string,
  { upload, result }: AdoptRequest,
  earlier: Run | undefined,
): Promise<ImportResult> {
  if (dt !== NO_DAY) await refuseDayOf('collection', deps, dt);
  return await importStaged(
    { ...deps, newId: earlier ? deps.newId : () => upload },
    dt,
    async (run) => {
      const objects: StagedObject[] = [];
      for (const { name } of result.datasets) {
        objects.push(await deps.lake.stageUpload(run.staging, 'playlists', name, ofDataset(upload, name)));
      }
      for (const table of dt === NO_DAY ? [] : IMPORTED_TABLES) {
        objects.push(await deps.lake.stageUpload(run.staging, table, dt, upload));
      }
      return { result: { ...result, models: [], run: run.id }, objects };
    },
    ({ id }) => id === earlier?.id,
  );
}
