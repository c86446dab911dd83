import { join } from 'node:path';
import { trainEpochOn } from '../adapters/threads/train-epoch.ts';
import { NotDoneError } from '../core/errors.ts';
import { TrainRequest, type TrainResult } from '../core/events.ts';
import { partitionKey } from '../core/names.ts';
import { train } from '../lambdas/trainer/train.ts';
import type { Local } from './local.ts';
import { type CommonOptions, perform, requestOf, resultHere } from './perform.ts';
import type { Words } from './print.ts';
import { progressBar } from './progress.ts';

/** Options of `train`. */
type TrainOptions = CommonOptions &
  Omit<TrainRequest, 'run' | 'adopt' | 'tune'> & {
    /** Seconds; true where they are not told. */
    tune?: number | true;
  };

/** How long is searched for settings where nothing is said. */
const TUNE_SECONDS = 600;

/** `soundalike train`: vectors of songs from the lake's playlists; for a stack they are trained here and uploaded. */
export async function trainModel({
  size,
  window,
  negatives,
  exponent,
  epochs,
  minCount,
  subsample,
  rate,
  seed,
  cbow,
  threads,
  tune,
  ...options
}: TrainOptions): Promise<void> {
  const settings = {
    size,
    window,
    negatives,
    exponent,
    epochs,
    minCount,
    subsample,
    rate,
    seed,
    cbow,
    threads,
  };
  const request = requestOf(TrainRequest, { ...settings, tune: tune === true ? TUNE_SECONDS : tune });
  await perform(options, {
    local: (local) => trainHere(local, request),
    stack: async (stack) => {
      const { folder, result } = await resultHere(options, {
        local: async (local) => ({ folder: local.folder, result: await trainHere(local, request) }),
      });
      const file = join(folder, 'lake', partitionKey('track_vectors', result.model));
      return await stack.adoptModel(file, result);
    },
    words: trainWords,
    lack: ({ done, stopped }) =>
      done
        ? undefined
        : new NotDoneError(`expected a model, got none yet: ${stopped}`, 'run the same command again'),
  });
}

async function trainHere(local: Local, request: TrainRequest): Promise<TrainResult> {
  const { progress, stop } = progressBar();
  return await train({ ...local, trainEpochOn, progress }, request).finally(stop);
}

const trainWords: Words<TrainResult> = (
  { model, playlists, tracks, vocabulary, seconds, quality, tuned },
  stack,
) => [
  ...(tuned
    ? [
        `Of ${tuned.tried} settings that were tried in ${Math.round(tuned.seconds)} s these are the best: ${tuned.measure} ${tuned.reached.toFixed(3)}, before ${tuned.before.toFixed(3)}.`,
      ]
    : []),
  `Trained ${model} on ${playlists} playlists of ${tracks} tracks in ${Math.round(seconds)} s: vectors of ${vocabulary} tracks.`,
  ...(quality
    ? [
        `Of the next track of ${quality.heldOut} playlists that it had not seen, so many are among its first ten: ${percent(quality.hitRate10)}`,
        `  songs that share playlists: ${percent(quality.items.hitRate10)}, the most popular: ${percent(quality.popularity.hitRate10)}, by chance: ${percent(quality.random.hitRate10)}`,
        ...(quality.sound && quality.both
          ? [
              `  by sound: ${percent(quality.sound.hitRate10)}, by sound and playlists: ${percent(quality.both.hitRate10)}`,
            ]
          : []),
      ]
    : ['Too few playlists to hold some out: how good it is cannot be told.']),
  ...(stack === undefined ? [] : [`It is the newest model of ${stack}.`]),
];

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
