import { type AliasTable, aliasTable, draw } from './alias.ts';
import type { Corpus, Vocabulary } from './corpus.ts';
import { learn, type Prediction } from './learn.ts';
import { checkPass, keptOf, longestList } from './pass.ts';
import { type Xoshiro128, xoshiro128 } from './random.ts';
import type { Word2VecSettings } from './settings.ts';

/** A training under way, whole between two epochs: kept (core/vectors/checkpoint.ts) and gone on with, it ends the same. */
export interface Training {
  readonly settings: Word2VecSettings;
  readonly vocabulary: Vocabulary;
  /** The vectors, row by row in the vocabulary's order. */
  readonly inputs: Float32Array;
  /** The other layer. */
  readonly outputs: Float32Array;
  readonly random: Xoshiro128;
  /** Epochs done. */
  epoch: number;
}

/** A training that has not begun: vectors are uniform in ±1 / size, as gensim's, the other layer is 0. */
export function beginTraining(vocabulary: Vocabulary, settings: Word2VecSettings): Training {
  const { size, seed } = settings;
  const random = xoshiro128(seed);
  const inputs = new Float32Array(vocabulary.ids.length * size);
  for (let i = 0; i < inputs.length; i++) inputs[i] = (2 * random.uniform() - 1) / size;
  return { settings, vocabulary, inputs, outputs: new Float32Array(inputs.length), random, epoch: 0 };
}

/** Words between two yields: some tenths of a second. */
const BETWEEN_YIELDS = 10_000;

/**
 * Passes over the corpus once: word2vec (Mikolov and others, 2013, arXiv 1301.3781 and 1310.4546) with negative
 * sampling, in one thread, every playlist a sentence. It allocates nothing by word. Yields now and then how
 * many words of the corpus are done, so that a lease can be renewed; the epoch is done when there is no more.
 *
 * Throws `InvalidInputError` where all epochs are done, or where the corpus has tracks that the vocabulary has not.
 */
export function* trainEpoch(training: Training, corpus: Corpus): Generator<number, void, void> {
  const { settings, epoch } = training;
  const words = corpus.tokens.length;
  checkPass(training, corpus);
  const pass = passOf(training, corpus);
  let yielded = 0;
  for (let p = 0; p + 1 < corpus.starts.length; p++) {
    const [start, end] = [corpus.starts[p] as number, corpus.starts[p + 1] as number];
    const done = (epoch * words + start) / (settings.epochs * words);
    pass.rate = settings.rate + (settings.lastRate - settings.rate) * done;
    trainList(pass, sampled(pass, corpus, start, end));
    if (end - yielded >= BETWEEN_YIELDS) {
      yielded = end;
      yield end;
    }
  }
  training.epoch = epoch + 1;
}

/** What a pass over the corpus works with. */
interface Pass {
  readonly training: Training;
  readonly negatives: AliasTable;
  /** Chance of each row to be kept, in 2^32; undefined where all are. */
  readonly kept: Float64Array | undefined;
  /** The list that is being learnt. */
  readonly list: Int32Array;
  readonly prediction: Prediction;
  rate: number;
}

function passOf(training: Training, corpus: Corpus): Pass {
  const { settings, vocabulary, inputs, outputs } = training;
  const { size, negatives, exponent, subsample, architecture } = settings;
  return {
    training,
    negatives: aliasTable(vocabulary.counts.map((count) => count ** exponent)),
    kept: subsample > 0 ? keptOf(vocabulary.counts, subsample) : undefined,
    list: new Int32Array(longestList(corpus)),
    prediction: {
      hidden: architecture === 'cbow' ? new Float32Array(size) : inputs,
      at: 0,
      outputs,
      targets: new Int32Array(1 + negatives),
      count: 1 + negatives,
      size,
      error: new Float64Array(size),
    },
    rate: 0,
  };
}

/** Puts the words of a playlist that are kept into the list; how many there are. */
function sampled({ kept, list, training }: Pass, { tokens }: Corpus, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const row = tokens[i] as number;
    if (!kept || training.random.next() < (kept[row] as number)) list[length++] = row;
  }
  return length;
}

function trainList(pass: Pass, length: number): void {
  const { architecture, window } = pass.training.settings;
  const trainWord = architecture === 'cbow' ? trainBag : trainPairs;
  for (let i = 0; i < length; i++) {
    const reach = 1 + pass.training.random.int(window);
    trainWord(pass, i, Math.max(0, i - reach), Math.min(length - 1, i + reach));
  }
}

/** Skip-gram: each neighbour's vector, by itself, is to tell the word. */
function trainPairs(pass: Pass, i: number, first: number, last: number): void {
  const { prediction, list, rate } = pass;
  const { inputs } = pass.training;
  const { size, error } = prediction;
  for (let j = first; j <= last; j++) {
    if (j === i) continue;
    const at = (list[j] as number) * size;
    prediction.at = at;
    drawTargets(pass, list[i] as number);
    learn(prediction, rate);
    for (let f = 0; f < size; f++) inputs[at + f] = (inputs[at + f] as number) + (error[f] as number);
  }
}

/** CBOW: the mean of the neighbours' vectors is to tell the word; each of them takes the whole error, as in word2vec.c. */
function trainBag(pass: Pass, i: number, first: number, last: number): void {
  const { prediction, list, rate } = pass;
  const { inputs } = pass.training;
  const { size, error, hidden } = prediction;
  if (first === last) return;
  hidden.fill(0);
  for (let j = first; j <= last; j++) {
    const at = (list[j] as number) * size;
    if (j !== i)
      for (let f = 0; f < size; f++) hidden[f] = (hidden[f] as number) + (inputs[at + f] as number);
  }
  for (let f = 0; f < size; f++) hidden[f] = (hidden[f] as number) / (last - first);
  drawTargets(pass, list[i] as number);
  learn(prediction, rate);
  for (let j = first; j <= last; j++) {
    const at = (list[j] as number) * size;
    if (j !== i)
      for (let f = 0; f < size; f++) inputs[at + f] = (inputs[at + f] as number) + (error[f] as number);
  }
}

function drawTargets({ prediction, negatives, training }: Pass, word: number): void {
  const { targets, count } = prediction;
  targets[0] = word;
  for (let t = 1; t < count; t++) targets[t] = draw(negatives, training.random);
}
