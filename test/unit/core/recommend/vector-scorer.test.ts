import { vectorScorer } from '../../../../core/recommend/vector-scorer.ts';
import { unitVectors } from '../../../../core/vectors/nearest.ts';

const degrees = { east: 0, nearly: 10, north: 90, northwest: 135, west: 180 };
const space = unitVectors({
  ids: Object.keys(degrees),
  size: 2,
  vectors: Float32Array.from(
    Object.values(degrees).flatMap((angle) => [
      Math.cos((angle * Math.PI) / 180),
      Math.sin((angle * Math.PI) / 180),
    ]),
  ),
});

test('it ranks by direction, without those given', () => {
  expect(vectorScorer(space)(['east'], 10)).toEqual(['nearly', 'north', 'northwest', 'west']);
  expect(vectorScorer(space)(['unknown', 'north', 'west'], 2)).toEqual(['northwest', 'nearly']);
});

test('the last of those given may weigh more', () => {
  expect(vectorScorer(space, 0.01)(['west', 'north', 'east'], 1)).toEqual(['nearly']);
  expect(vectorScorer(space, 0.01)(['east', 'north', 'west'], 1)).toEqual(['northwest']);
});

test('nothing known, nothing ranked', () => {
  expect(vectorScorer(space)(['unknown'], 3)).toEqual([]);
  expect(vectorScorer(space)([], 3)).toEqual([]);
});
