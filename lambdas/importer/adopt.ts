import { AdoptRequest, type ImportResult, parseInput } from '../../core/events.ts';
import type { Run } from '../../core/ports.ts';
import { type ReplaceDeps, refuseDayOf, rollForward } from '../../core/run/replace.ts';
import { IMPORTED_TABLES, importDay } from './day.ts';

/**
 * Makes a dataset that the command line has read and uploaded the lake's day. The run has the upload's id, so that one
 * whose answer was lost can be asked for again: it is done once.
 *
 * Throws what an import throws: `DayTakenError`, `LeaseHeldError`; `NoDataError` where the upload is not there.
 */
export async function adoptImport(deps: ReplaceDeps, input: AdoptRequest): Promise<ImportResult> {
  const request = parseInput(AdoptRequest, input, 'adopt');
  await rollForward(deps);
  const earlier = await deps.runs.byId(`import-${request.result.date}-${request.upload}`);
  const result = earlier?.summary
    ? (JSON.parse(earlier.summary) as ImportResult)
    : await adopt(deps, request, earlier);
  // The day is done: what is left of the upload is not worth an error, the bucket lets it expire.
  await deps.lake.removeUpload(request.upload).catch(() => {});
  return result;
}

async function adopt(
  deps: ReplaceDeps,
  { upload, result }: AdoptRequest,
  earlier: Run | undefined,
): Promise<ImportResult> {
  await refuseDayOf('collection', deps, result.date);
  return await importDay(
    { ...deps, newId: earlier ? deps.newId : () => upload },
    result.date,
    async (run) => {
      for (const table of IMPORTED_TABLES) await deps.lake.stageUpload(run.id, upload, table);
      return { ...result, run: run.id };
    },
    ({ id }) => id === earlier?.id,
  );
}
