import { TrainRequest, type TrainResult } from '../core/events.ts';
import { train } from '../lambdas/trainer/train.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import type { Words } from './print.ts';
import { progressBar } from './progress.ts';

/** `soundalike train`: vectors of songs from the lake's playlists. */
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
  ...options
}: CommonOptions & TrainRequest): Promise<void> {
  const settings = { size, window, negatives, exponent, epochs, minCount, subsample, rate, seed, cbow };
  const request = requestOf(TrainRequest, settings);
  await perform(options, {
    local: (local) => {
      const { progress, stop } = progressBar();
      return train({ ...local, progress }, request).finally(stop);
    },
    words: trainWords,
  });
}

const trainWords: Words<TrainResult> = ({ model, playlists, tracks, vocabulary, seconds, quality }) => [
  `Trained ${model} on ${playlists} playlists of ${tracks} tracks in ${Math.round(seconds)} s: vectors of ${vocabulary} tracks.`,
  ...(quality
    ? [
        `Of the next track of ${quality.heldOut} playlists that it had not seen, so many are among its first ten: ${percent(quality.hitRate10)}`,
        `  songs that share playlists: ${percent(quality.items.hitRate10)}, the most popular: ${percent(quality.popularity.hitRate10)}, by chance: ${percent(quality.random.hitRate10)}`,
      ]
    : ['Too few playlists to hold some out: how good it is cannot be told.']),
];

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
