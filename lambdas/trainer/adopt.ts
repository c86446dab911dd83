import { AdoptModelRequest, parseInput, type TrainResult } from '../../core/events.ts';
import type { UploadedModels } from '../../core/ports.ts';
import { type LeaseDeps, takeRun } from '../../core/run/lease.ts';

/** What adopting a model needs. */
export interface AdoptModelDeps extends LeaseDeps {
  lake: UploadedModels;
}

/**
 * Makes vectors that the command line has uploaded the lake's newest model, as the run of a training that is done. The
 * run has the upload's id, so that one whose answer was lost can be asked for again: it is done once. Gives what the
 * upload told, with this run.
 *
 * Throws `NoDataError` where the upload is not there, and `LeaseHeldError` where a training is under way.
 */
export async function adoptModel(
  deps: AdoptModelDeps,
  input: AdoptModelRequest,
): Promise<Pick<TrainResult, 'run' | 'model'>> {
  const { upload, date, result } = parseInput(AdoptModelRequest, input, 'adopt');
  const earlier = await deps.runs.byId(`training-${date}-${upload}`);
  const adopted = earlier?.summary
    ? (JSON.parse(earlier.summary) as typeof result & { run: string })
    : await adopt(
        { ...deps, newId: earlier ? deps.newId : () => upload },
        { upload, date, result },
        earlier?.id,
      );
  // The model is there: what is left of the upload is not worth an error, the bucket lets it expire.
  await deps.lake.removeUpload(upload).catch(() => {});
  return adopted;
}

async function adopt(
  deps: AdoptModelDeps,
  { upload, date, result }: AdoptModelRequest,
  earlier: string | undefined,
): Promise<AdoptModelRequest['result'] & { run: string }> {
  const run = await takeRun(deps, {
    ...{ kind: 'training', dt: date, alone: ['training'], progress: '{}' },
    resumes: ({ id }) => id === earlier,
  });
  try {
    await deps.lake.placeUpload(upload, 'track_vectors', result.model);
    const adopted = { ...result, run: run.id };
    await run.done(JSON.stringify(adopted));
    return adopted;
  } catch (error) {
    await run.fail();
    throw error;
  }
}
