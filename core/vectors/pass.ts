import { InvalidInputError } from '../errors.ts';
import type { Corpus } from './corpus.ts';
import type { Training } from './word2vec.ts';

/** Throws `InvalidInputError` where a training has no epochs left, or a corpus tracks that it does not know. */
export function checkPass({ settings, epoch, vocabulary }: Training, { tokens }: Corpus): void {
  if (epoch >= settings.epochs) {
    throw new InvalidInputError(
      `expected a training with epochs left of its ${settings.epochs}, got one with ${epoch} done`,
      'begin a new training',
    );
  }
  if (tokens.some((row) => row >= vocabulary.ids.length)) {
    throw new InvalidInputError(
      `expected a corpus of the training's ${vocabulary.ids.length} tracks, got one with others`,
      'go on with the playlists that the training began with',
    );
  }
}

/** Tracks in the longest list. */
export function longestList({ starts }: Corpus): number {
  let longest = 0;
  for (let p = 0; p + 1 < starts.length; p++) {
    longest = Math.max(longest, (starts[p + 1] as number) - (starts[p] as number));
  }
  return longest;
}

/** Chance of each row to be kept, in 2^32. As word2vec.c: a word of frequency f is kept by the chance √(t/f) + t/f. */
export function keptOf(counts: Float64Array, subsample: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => {
    const ratio = subsample / (count / total);
    return Math.min(1, Math.sqrt(ratio) + ratio) * 2 ** 32;
  });
}
