import { mostSimilar, unitVectors } from '../../../../core/vectors/nearest.ts';
import { songVectors } from '../../../../core/vectors/song-vectors.ts';

const model = {
  ids: ['d', 'a', 'c', 'b'],
  size: 2,
  vectors: Float32Array.of(10, 13, 13, 10, 10, 7, 7, 10),
  counts: Float64Array.of(1, 16, 4, 2),
};

test('vectors are seen from their mean; the count, over the largest, is a prior', () => {
  const space = songVectors(model, 0.5);
  expect(space.ids).toEqual(['a', 'b', 'c', 'd']);
  expect(space.vectors).toEqual(Float32Array.of(1, 0, -1, 0, 0, -1, 0, 1));
  expect(space.priors).toEqual(Float64Array.of(1, Math.sqrt(2 / 16), 1 / 2, 1 / 4));
  expect(songVectors(model, 0).priors).toEqual(Float64Array.of(1, 1, 1, 1));
});

test('a model that tells no counts is taken as it is', () => {
  const { counts: _, ...without } = model;
  expect(songVectors(without)).toEqual(unitVectors(without));
  expect(songVectors(without).priors).toBeUndefined();
});

test('what lies in the middle has no direction; the others keep their own priors', () => {
  const vectors = Float32Array.of(1, 5, 1, 3, 1, 1);
  const space = songVectors({ ids: ['x', 'm', 'y'], size: 2, vectors, counts: Float64Array.of(1, 9, 3) }, 1);
  expect([space.ids, space.priors]).toEqual([['x', 'y'], Float64Array.of(1 / 9, 1 / 3)]);
});

test('the prior ranks what points the same way, and nothing else', () => {
  const space = {
    ...unitVectors({
      ids: ['a', 'b', 'c', 'd'],
      size: 2,
      vectors: Float32Array.of(1, 0, 0.8, 0.6, -1, 0, -0.6, 0.8),
    }),
    priors: Float64Array.of(0.1, 1, 0.001, 1),
  };
  const { rows, similarities } = mostSimilar(space, [1, 0], 4);
  expect([...rows]).toEqual([1, 0, 3, 2]);
  expect([...similarities].map((value) => value.toFixed(3))).toEqual(['0.800', '0.100', '-0.600', '-1.000']);
});

test('a number that is not finite is refused by the name of its song', () => {
  const vectors = model.vectors.slice();
  vectors[4] = Number.NaN;
  expect(() => songVectors({ ...model, vectors })).toThrow('vector of c, got NaN');
});
