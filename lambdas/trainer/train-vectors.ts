import { DatasetError } from '../../core/errors.ts';
import { type LongWork, yieldToEventLoop } from '../../core/long-work.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../core/vectors/checkpoint.ts';
import { buildCorpus, buildVocabulary, type Corpus, type Vocabulary } from '../../core/vectors/corpus.ts';
import type { Playlists } from '../../core/vectors/playlists.ts';
import type { Word2VecSettings } from '../../core/vectors/settings.ts';
import { trainEpochShared } from '../../core/vectors/sgns.ts';
import type { TrackVectors } from '../../core/vectors/track-vectors.ts';
import { beginTraining, type Training, trainEpoch } from '../../core/vectors/word2vec.ts';

/** Where a training is kept between its epochs. */
export interface Kept {
  last(): Promise<Uint8Array | undefined>;
  keep(bytes: Uint8Array): Promise<void>;
  say: (line: string) => void;
}

/** What training needs. */
export interface TrainingWork extends LongWork {
  /** Threads to train on; one by default. */
  threads?: number;
  /** Passes over a corpus once on so many threads, telling how many words are done; absent where there is but one. */
  trainEpochOn?: (threads: number, training: Training, corpus: Corpus) => AsyncIterable<number>;
}

/** On how many threads settings are trained. */
export const threadsOf = ({ threads = 1, trainEpochOn }: TrainingWork, { architecture }: Word2VecSettings) =>
  trainEpochOn && architecture === 'skip-gram' ? threads : 1;

/** Until so much of an epoch is done it cannot be told how long the rest will take. */
const TELLING_SHARE = 0.02;

/**
 * Vectors of the tracks of these playlists; undefined where no playlist has two tracks that are frequent enough, so
 * that there is nothing to learn from. `what` names the work for the progress.
 *
 * With `kept` it goes on with the last epoch that was kept of this same training; on one thread to the same bytes. Throws
 * `BudgetSpentError` where an epoch would not end before the deadline.
 */
export async function trainVectors(
  work: TrainingWork,
  playlists: Playlists,
  settings: Word2VecSettings,
  what: string,
  kept?: Kept,
): Promise<TrackVectors | undefined> {
  const vocabulary = buildVocabulary(playlists, settings.minCount);
  const corpus = buildCorpus(playlists, vocabulary);
  if (corpus.tokens.length === 0) return undefined;
  const training = (await resumed(kept, vocabulary, settings)) ?? beginTraining(vocabulary, settings);
  let lastEpoch = 0;
  while (training.epoch < settings.epochs) {
    await yieldToEventLoop(work, lastEpoch);
    lastEpoch = await passOver(work, training, corpus, what);
    await kept?.keep(encodeCheckpoint(training));
  }
  const words = settings.epochs * corpus.tokens.length;
  work.progress(what, words, words);
  return { ids: vocabulary.ids, size: settings.size, vectors: training.inputs, counts: vocabulary.counts };
}

/** Trains one epoch; how many milliseconds it took. */
async function passOver(
  work: TrainingWork,
  training: Training,
  corpus: Corpus,
  what: string,
): Promise<number> {
  const { clock, progress } = work;
  const { epoch, settings } = training;
  const words = corpus.tokens.length;
  const began = clock.now();
  for await (const done of epochOf(work, training, corpus)) {
    if (done === words) continue;
    progress(what, epoch * words + done, settings.epochs * words);
    const left = ((clock.now() - began) / done) * (words - done);
    await yieldToEventLoop(work, done / words < TELLING_SHARE ? 0 : left);
  }
  return clock.now() - began;
}

function epochOf(work: TrainingWork, training: Training, corpus: Corpus) {
  const { settings } = training;
  const threads = threadsOf(work, settings);
  if (threads > 1 && work.trainEpochOn) return work.trainEpochOn(threads, training, corpus);
  return settings.architecture === 'cbow' ? trainEpoch(training, corpus) : trainEpochShared(training, corpus);
}

/** The training that was kept, if it is this one: of the same settings, and of playlists with the same counts. */
async function resumed(
  kept: Kept | undefined,
  { ids, counts }: Vocabulary,
  settings: Word2VecSettings,
): Promise<Training | undefined> {
  const bytes = await kept?.last();
  if (!bytes) return undefined;
  try {
    const training = decodeCheckpoint(bytes);
    const { vocabulary } = training;
    const isThis =
      JSON.stringify(training.settings) === JSON.stringify(settings) &&
      vocabulary.ids.length === ids.length &&
      vocabulary.ids.every((id, word) => id === ids[word] && vocabulary.counts[word] === counts[word]);
    return isThis ? training : undefined;
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    kept?.say(`The training begins anew: ${error.message}`);
    return undefined;
  }
}
