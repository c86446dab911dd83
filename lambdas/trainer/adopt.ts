import { AdoptModelRequest, parseInput, type TrainResult } from '../../core/events.ts';
import { type ReplaceDeps, repair } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';

/**
 * Makes vectors that the command line has uploaded the lake's newest model, as the run of a training that is done. The
 * run has the upload's id, so that one whose answer was lost can be asked for again: it is done once. Gives what the
 * upload told, with this run.
 *
 * Throws `NoDataError` where the upload is not there, and `LeaseHeldError` where a training is under way.
 */
export async function adoptModel(
  deps: ReplaceDeps,
  input: AdoptModelRequest,
): Promise<Pick<TrainResult, 'run' | 'model'>> {
  const { upload, date, result } = parseInput(AdoptModelRequest, input, 'adopt');
  await repair(deps, ['training']);
  const earlier = await deps.runs.byId(`training-${date}-${upload}`);
  const adopted =
    earlier?.status === 'done' && earlier.summary
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
  deps: ReplaceDeps,
  { upload, date, result }: AdoptModelRequest,
  earlier: string | undefined,
): Promise<AdoptModelRequest['result'] & { run: string }> {
  const alone = ['training'] as const;
  return await withRun(
    deps,
    { kind: 'training', dt: date, alone, resumes: ({ id }) => id === earlier, progress: '{}' },
    async (run) => ({
      result: { ...result, run: run.id },
      replaces: {
        objects: [await deps.lake.stageUpload(run.staging, 'track_vectors', result.model, upload)],
      },
    }),
  );
}
