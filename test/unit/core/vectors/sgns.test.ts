import { InvalidInputError } from '../../../../core/errors.ts';
import { aliasTable, draw } from '../../../../core/vectors/alias.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../core/vectors/checkpoint.ts';
import { buildCorpus, buildVocabulary, type Corpus } from '../../../../core/vectors/corpus.ts';
import { mostSimilar, unitVectors } from '../../../../core/vectors/nearest.ts';
import { keptOf } from '../../../../core/vectors/pass.ts';
import { Xoshiro128, xoshiro128 } from '../../../../core/vectors/random.ts';
import { settingsOf, type Word2VecSettings } from '../../../../core/vectors/settings.ts';
import { beginEpoch, endEpoch, trainEpochShared, trainPart } from '../../../../core/vectors/sgns.ts';
import { beginTraining, type Training } from '../../../../core/vectors/word2vec.ts';
import { playlistsOf } from '../../../support/playlists.ts';

/** Two groups of songs that never share a playlist. */
function groups(lists: number, length = 25, seed = 5): string[][] {
  const random = xoshiro128(seed);
  return Array.from({ length: lists }, (_, p) =>
    Array.from({ length }, () => `${p % 2 ? 'x' : 'y'}${random.int(20)}`),
  );
}

function begin(
  lists: readonly string[][],
  settings: Word2VecSettings,
): { training: Training; corpus: Corpus } {
  const playlists = playlistsOf(lists);
  const vocabulary = buildVocabulary(playlists, settings.minCount);
  return { training: beginTraining(vocabulary, settings), corpus: buildCorpus(playlists, vocabulary) };
}

function train(training: Training, corpus: Corpus): Training {
  while (training.epoch < training.settings.epochs) for (const _ of trainEpochShared(training, corpus));
  return training;
}

/** Bytes of a layer, where 0 and -0 are one. */
const bits = (layer: Float32Array): Uint32Array => new Uint32Array(layer.map((value) => value + 0).buffer);

test.each([
  ...[1, 3, 4, 7, 8, 9, 64, 100].map((size) => ({ size, negatives: 5, window: 3, subsample: 0 })),
  ...[0, 1, 4, 6, 11, 12, 20].map((negatives) => ({ size: 6, negatives, window: 2, subsample: 0 })),
  { size: 10, negatives: 7, window: 30, subsample: 0.05 },
  { size: 10, negatives: 3, window: 1, subsample: 0.001 },
])('%o: an epoch is what the formulas say, to the bit', (kind) => {
  const settings = { ...settingsOf({ epochs: 2, rate: 0.3, minCount: 1, exponent: 0.5 }), ...kind };
  const { training, corpus } = begin(groups(8), settings);
  for (let epoch = 0; epoch < 2; epoch++) {
    const expected = obviousEpoch(training, corpus);
    for (const _ of trainEpochShared(training, corpus));
    expect(bits(training.inputs)).toEqual(bits(expected.inputs));
    expect(bits(training.outputs)).toEqual(bits(expected.outputs));
    expect(training.random.state).toEqual(expected.state);
  }
  expect(training.epoch).toBe(2);
});

test('stopped after each epoch and gone on with from bytes, it ends with the same bits', () => {
  const settings = settingsOf({ size: 9, epochs: 3, minCount: 1, subsample: 0.1 });
  const whole = begin(groups(30), settings);
  train(whole.training, whole.corpus);
  let { training, corpus } = begin(groups(30), settings);
  while (training.epoch < settings.epochs) {
    training = decodeCheckpoint(encodeCheckpoint(training));
    for (const _ of trainEpochShared(training, corpus));
  }
  expect(encodeCheckpoint(training)).toEqual(encodeCheckpoint(whole.training));
});

test.each([1, 2, 3])('parts of %i threads, one after the other, tell planted groups apart', (threads) => {
  const settings = settingsOf({ size: 16, epochs: 8, minCount: 1, rate: 0.05 });
  const { training, corpus } = begin(groups(200), settings);
  while (training.epoch < settings.epochs) {
    const parts = beginEpoch(training, corpus, threads);
    const told = parts.map((part) => [...trainPart(part)].at(-1) as number);
    expect(told.reduce((sum, words) => sum + words, 0)).toBe(corpus.tokens.length);
    endEpoch(training, parts[0] as (typeof parts)[0]);
  }
  const space = unitVectors({ ids: training.vocabulary.ids, size: 16, vectors: training.inputs });
  for (const [row, id] of space.ids.entries()) {
    const query = space.vectors.subarray(row * 16, row * 16 + 16);
    const { rows, similarities } = mostSimilar(space, query, 39, new Set([row]));
    expect(Array.from(rows.subarray(0, 19), (other) => space.ids[other]?.[0])).toEqual(Array(19).fill(id[0]));
    expect(similarities[18]).toBeGreaterThan((similarities[19] as number) + 0.3);
  }
});

test('it rests now and then and tells how far it is', () => {
  const { training, corpus } = begin(groups(90, 2500), settingsOf({ size: 4, epochs: 1, minCount: 1 }));
  expect([...trainEpochShared(training, corpus)]).toEqual([100_000, 200_000, 225_000]);
});

test('no more epochs than the settings say, and no tracks that the vocabulary has not', () => {
  const { training, corpus } = begin(groups(4), settingsOf({ size: 4, epochs: 1, minCount: 1 }));
  const other = { tokens: new Int32Array([0, 999]), starts: new Int32Array([0, 2]) };
  expect(() => trainEpochShared(training, other).next()).toThrow(InvalidInputError);
  train(training, corpus);
  expect(() => trainEpochShared(training, corpus).next()).toThrow(
    'epochs left of its 1, got one with 1 done',
  );
});

test('what does not fit a memory of 4 GB is refused', () => {
  const { training, corpus } = begin(groups(4), settingsOf({ size: 4, epochs: 1, minCount: 1 }));
  const large = { ...training, settings: { ...training.settings, size: 20_000_000 } };
  expect(() => trainEpochShared(large, corpus).next()).toThrow('a memory of 4 GB');
});

test.each([
  ['a playlist of one song many times', [['a', 'a', 'a']]],
  ['a vocabulary of one and a list of one', [['a'], ['a', 'a']]],
  ['a fast rate', groups(10)],
])('%s: finite numbers', (_, lists) => {
  const { training, corpus } = begin(lists, settingsOf({ size: 5, minCount: 1, rate: 0.3, epochs: 3 }));
  train(training, corpus);
  expect(training.inputs.every(Number.isFinite)).toBe(true);
});

const { fround, LOG2E } = Math;
const add = (a: number, b: number) => fround(a + b);
const times = (a: number, b: number) => fround(a * b);

/** Products are summed in four sums of every fourth number, which are added crosswise. */
function dot(a: Float32Array, b: Float32Array): number {
  const sums = [0, 0, 0, 0];
  for (const [f, value] of a.entries())
    sums[f % 4] = add(sums[f % 4] as number, times(value, b[f] as number));
  const [p, q, r, s] = sums as [number, number, number, number];
  return add(add(p, r), add(q, s));
}

function sigmoid(x: number): number {
  const power = times(Math.max(-30, Math.min(30, x)), fround(-LOG2E));
  const down = Math.floor(power);
  // Halves go to the even number.
  const whole = power - down === 0.5 ? down + Math.abs(down % 2) : Math.round(power);
  const rest = add(power, -whole);
  let [series, factorial] = [0, 720];
  for (let n = 6; n >= 0; n--) {
    series = add(times(series, rest), fround(Math.LN2 ** n / factorial));
    factorial /= Math.max(n, 1);
  }
  return fround(1 / add(1, times(series, 2 ** whole)));
}

test('the logistic function is within a millionth or two', () => {
  for (let x = -29; x <= 29; x += 0.0173) {
    expect(Math.abs(sigmoid(fround(x)) * (1 + Math.exp(-x)) - 1)).toBeLessThan(4e-6);
  }
});

/** The next epoch, row by row and number by number, each operation rounded to 32 bits. */
function obviousEpoch({ settings, vocabulary, inputs, outputs, random, epoch }: Training, corpus: Corpus) {
  const { size, negatives, window, epochs, rate, lastRate, subsample } = settings;
  const own = new Xoshiro128(random.state);
  const rowsOf = (layer: Float32Array) =>
    vocabulary.ids.map((_, row) => layer.slice(row * size, (row + 1) * size));
  const [vectors, others] = [rowsOf(inputs), rowsOf(outputs)];
  const table = aliasTable(vocabulary.counts.map((count) => count ** settings.exponent));
  const kept = keptOf(vocabulary.counts, subsample);
  const words = corpus.tokens.length;
  for (let p = 0; p + 1 < corpus.starts.length; p++) {
    const [start, end] = [corpus.starts[p] as number, corpus.starts[p + 1] as number];
    const speed = fround(rate - (rate - lastRate) * ((epoch * words + start) / (epochs * words)));
    const isKept = (row: number) => subsample === 0 || own.next() < (kept[row] as number);
    const list = [...corpus.tokens.subarray(start, end)].filter(isKept);
    for (const [i, word] of list.entries()) {
      const reach = 1 + own.int(window);
      const near = list.filter((_, j) => j !== i && Math.abs(j - i) <= reach);
      const drawn = Array.from({ length: negatives }, () => draw(table, own));
      let targets = [word];
      for (const row of drawn) {
        if (row === word || targets.includes(row)) continue;
        if (targets.length === 6) {
          for (const neighbour of near) step(neighbour, targets, word, speed);
          targets = [];
        }
        targets.push(row);
      }
      for (const neighbour of near) step(neighbour, targets, word, speed);
    }
  }
  function step(neighbour: number, targets: number[], word: number, speed: number) {
    const vector = vectors[neighbour] as Float32Array;
    const rows = targets.map((row) => others[row] as Float32Array);
    const gradients = rows.map((other, t) =>
      times(fround((targets[t] === word ? 1 : 0) - sigmoid(dot(vector, other))), speed),
    );
    for (let f = 0; f < size; f++) {
      const x = vector[f] as number;
      for (const [t, other] of rows.entries()) {
        const o = other[f] as number;
        vector[f] = add(vector[f] as number, times(gradients[t] as number, o));
        other[f] = add(o, times(gradients[t] as number, x));
      }
    }
  }
  const joined = (layer: Float32Array[]) => Float32Array.from(layer.flatMap((row) => [...row]));
  return { inputs: joined(vectors), outputs: joined(others), state: own.state };
}

test('what an epoch leaves in the memory changes nothing in the next, of another training or after one broken off', () => {
  const small = () => {
    const { training, corpus } = begin(groups(4), settingsOf({ size: 5, epochs: 2, minCount: 1 }));
    return encodeCheckpoint(train(training, corpus));
  };
  const first = small();
  const settings = settingsOf({ size: 33, epochs: 2, minCount: 1, subsample: 0.01 });
  const large = begin(groups(60), settings);
  train(large.training, large.corpus);
  expect(small()).toEqual(first);
  const broken = begin(groups(60), settings);
  for (const _ of trainEpochShared(broken.training, broken.corpus)) break;
  expect(small()).toEqual(first);
});
