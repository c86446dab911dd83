import { InvalidInputError } from '../../../../core/errors.ts';
import { aliasTable, draw } from '../../../../core/vectors/alias.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../core/vectors/checkpoint.ts';
import { buildCorpus, buildVocabulary, type Corpus } from '../../../../core/vectors/corpus.ts';
import { mostSimilar, unitVectors } from '../../../../core/vectors/nearest.ts';
import { Xoshiro128, xoshiro128 } from '../../../../core/vectors/random.ts';
import { settingsOf, type Word2VecSettings } from '../../../../core/vectors/settings.ts';
import { beginTraining, type Training, trainEpoch } from '../../../../core/vectors/word2vec.ts';
import { playlistsOf } from '../../../support/playlists.ts';

/** Two groups of songs that never share a playlist. */
function clusters(lists = 200, seed = 5): string[][] {
  const random = xoshiro128(seed);
  return Array.from({ length: lists }, (_, p) =>
    Array.from({ length: 12 }, () => `${p % 2 ? 'x' : 'y'}${random.int(20)}`),
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

function trained(lists: readonly string[][], settings: Word2VecSettings): Training {
  const { training, corpus } = begin(lists, settings);
  while (training.epoch < settings.epochs) for (const _ of trainEpoch(training, corpus));
  return training;
}

const KINDS = (['skip-gram', 'cbow'] as const).flatMap((architecture) =>
  [0, 0.05].map((subsample) => ({ architecture, subsample })),
);

describe.each(KINDS)('$architecture, subsampling $subsample', (kind) => {
  const settings = settingsOf({
    size: 7,
    window: 3,
    negatives: 4,
    epochs: 3,
    rate: 0.2,
    minCount: 1,
    exponent: 0.5,
  });
  Object.assign(settings, kind);

  test('an epoch is what the formulas say, step by step', () => {
    const lists = clusters(12);
    const { training, corpus } = begin(lists, settings);
    for (let epoch = 0; epoch < settings.epochs; epoch++) {
      const expected = obviousEpoch(training, corpus);
      for (const _ of trainEpoch(training, corpus));
      expectClose(training.inputs, expected.inputs);
      expectClose(training.outputs, expected.outputs);
      expect(training.random.state).toEqual(expected.state);
    }
  });

  test('a seed gives the same bits, another seed others', () => {
    const lists = clusters(30);
    const once = trained(lists, settings);
    expect(trained(lists, settings).inputs).toEqual(once.inputs);
    expect(trained(lists, { ...settings, seed: 2 }).inputs).not.toEqual(once.inputs);
  });

  test('stopped after each epoch and gone on with from bytes, it ends with the same bits', () => {
    const lists = clusters(30);
    let { training, corpus } = begin(lists, settings);
    while (training.epoch < settings.epochs) {
      training = decodeCheckpoint(encodeCheckpoint(training));
      for (const _ of trainEpoch(training, corpus));
    }
    expect(encodeCheckpoint(training)).toEqual(encodeCheckpoint(trained(lists, settings)));
  });
});

test.each(['skip-gram', 'cbow'] as const)('%s tells planted groups apart', (architecture) => {
  const settings = { ...settingsOf({ size: 16, epochs: 8, minCount: 1, rate: 0.05 }), architecture };
  const { vocabulary, inputs } = trained(clusters(), settings);
  const space = unitVectors({ ids: vocabulary.ids, size: 16, vectors: inputs });
  expect(space.ids).toHaveLength(40);
  for (const [row, id] of space.ids.entries()) {
    const query = space.vectors.subarray(row * 16, row * 16 + 16);
    const { rows, similarities } = mostSimilar(space, query, 39, new Set([row]));
    const groups = Array.from(rows, (other) => space.ids[other]?.[0]);
    expect(groups.slice(0, 19)).toEqual(Array(19).fill(id[0]));
    expect(similarities[18]).toBeGreaterThan((similarities[19] as number) + 0.3);
  }
});

test('it rests now and then and tells how far it is', () => {
  const { training, corpus } = begin(clusters(2000), settingsOf({ size: 4, epochs: 1, minCount: 1 }));
  expect([...trainEpoch(training, corpus)]).toEqual([10_008, 20_016]);
});

test('no more epochs than the settings say, and no tracks that the vocabulary has not', () => {
  const { training, corpus } = begin(clusters(4), settingsOf({ size: 4, epochs: 1, minCount: 1 }));
  const other = { tokens: new Int32Array([0, 999]), starts: new Int32Array([0, 2]) };
  expect(() => trainEpoch(training, other).next()).toThrow(InvalidInputError);
  for (const _ of trainEpoch(training, corpus));
  expect(() => trainEpoch(training, corpus).next()).toThrow('epochs left of its 1, got one with 1 done');
});

test.each([
  ['a playlist of one song many times', [['a', 'a', 'a']]],
  ['a vocabulary of one and a list of one', [['a'], ['a', 'a']]],
  [
    'a song in every playlist',
    [
      ['a', 'b'],
      ['a', 'c'],
      ['a', 'd', 'b'],
    ],
  ],
])('%s: finite numbers', (_, lists) => {
  for (const cbow of [false, true]) {
    const { inputs } = trained(lists, settingsOf({ cbow, size: 5, minCount: 1 }));
    expect(inputs.length).toBeGreaterThan(0);
    expect(inputs.every(Number.isFinite)).toBe(true);
  }
});

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  const worst = actual.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))),
    0,
  );
  expect(worst).toBeLessThan(1e-6);
}

/**
 * The next epoch of a training, as the papers have it: rows as arrays, plain sums, one draw after the other. It draws
 * numbers in the same order: for a list, of each word whether it is kept; for a word, its reach; for a prediction, its
 * negatives.
 */
function obviousEpoch({ settings, vocabulary, inputs, outputs, random, epoch }: Training, corpus: Corpus) {
  const { size, negatives, window, architecture, epochs, rate, lastRate } = settings;
  const own = new Xoshiro128(random.state);
  const rows = (layer: Float32Array) =>
    vocabulary.ids.map((_, row) => Float32Array.from(layer.subarray(row * size, (row + 1) * size)));
  const [vectors, others] = [rows(inputs), rows(outputs)];
  const table = aliasTable(vocabulary.counts.map((count) => count ** settings.exponent));
  const total = vocabulary.counts.reduce((sum, count) => sum + count, 0);
  const kept = (row: number) => {
    const ratio = settings.subsample / ((vocabulary.counts[row] as number) / total);
    return settings.subsample === 0 || own.uniform() < Math.sqrt(ratio) + ratio;
  };
  const words = corpus.tokens.length;
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0);

  for (let p = 0; p + 1 < corpus.starts.length; p++) {
    const [start, end] = [corpus.starts[p] as number, corpus.starts[p + 1] as number];
    const done = (epoch * words + start) / (epochs * words);
    const speed = rate * (1 - done) + lastRate * done;
    const list = [...corpus.tokens.subarray(start, end)].filter(kept);
    for (const [i, word] of list.entries()) {
      const reach = 1 + own.int(window);
      const near = list
        .filter((_, j) => j !== i && Math.abs(j - i) <= reach)
        .map((row) => vectors[row] as Float32Array);
      const bags = architecture === 'cbow' ? [near] : near.map((vector) => [vector]);
      for (const bag of bags.filter(({ length }) => length > 0)) {
        const hidden = Float32Array.from(
          { length: size },
          (_, f) => bag.reduce((sum, vector) => sum + (vector[f] as number), 0) / bag.length,
        );
        const drawn = Array.from({ length: negatives }, () => draw(table, own)).filter((row) => row !== word);
        const error = new Float64Array(size);
        for (const [t, row] of [word, ...drawn].entries()) {
          const other = others[row] as Float32Array;
          // d log σ(±h·o) / d(h·o)
          const gradient = (t === 0 ? 1 : 0) - 1 / (1 + Math.exp(-dot(hidden, other)));
          for (let f = 0; f < size; f++) {
            error[f] = (error[f] as number) + speed * gradient * (other[f] as number);
            other[f] = (other[f] as number) + speed * gradient * (hidden[f] as number);
          }
        }
        for (const vector of bag) {
          for (let f = 0; f < size; f++) vector[f] = (vector[f] as number) + (error[f] as number);
        }
      }
    }
  }
  const joined = (layer: Float32Array[]) => Float32Array.from(layer.flatMap((row) => [...row]));
  return { inputs: joined(vectors), outputs: joined(others), state: own.state };
}
