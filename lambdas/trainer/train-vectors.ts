import type { Clock, Progress } from '../../core/ports.ts';
import { buildCorpus, buildVocabulary } from '../../core/vectors/corpus.ts';
import type { Word2VecSettings } from '../../core/vectors/settings.ts';
import type { TrackVectors } from '../../core/vectors/track-vectors.ts';
import { beginTraining, trainEpoch } from '../../core/vectors/word2vec.ts';

/** What long computations need: they rest now and then, so that the run's lease is renewed. */
export interface LongWork {
  clock: Clock;
  progress: Progress;
}

/**
 * Vectors of the tracks of these playlists; undefined where no playlist has two tracks that are frequent enough, so
 * that there is nothing to learn from. `what` names the work for the progress.
 */
export async function trainVectors(
  { clock, progress }: LongWork,
  lists: readonly (readonly string[])[],
  settings: Word2VecSettings,
  what: string,
): Promise<TrackVectors | undefined> {
  const vocabulary = buildVocabulary(lists, settings.minCount);
  const corpus = buildCorpus(lists, vocabulary);
  const words = corpus.tokens.length;
  if (words === 0) return undefined;
  const training = beginTraining(vocabulary, settings);
  while (training.epoch < settings.epochs) {
    for (const done of trainEpoch(training, corpus)) {
      progress(what, training.epoch * words + done, settings.epochs * words);
      await clock.sleep(0);
    }
  }
  progress(what, settings.epochs * words, settings.epochs * words);
  return { ids: vocabulary.ids, size: settings.size, vectors: training.inputs };
}
