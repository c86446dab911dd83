import { driftOf, type Positions } from '../../../../core/methods/drift.ts';

const at = (rows: Record<string, number[]>): Positions => new Map(Object.entries(rows));
const FIRST = at({ a: [0, 0], b: [3, 4], c: [0, 1], gone: [9, 9] });
const neighbours = { firstNeighbours: ['c', 'b'], secondNeighbours: ['b', 'new'] };

test('an artist that moved under the same ruler', () => {
  const second = at({ a: [0, 1], b: [3, 4], c: [0, 1], new: [0, 0] });
  expect(driftOf('a', { first: FIRST, secondByFirst: second, second, ...neighbours })).toEqual({
    moved: 1,
    gained: ['new'],
    lost: ['c'],
    compared: 2,
    // To b from 5 to √18, to c from 1 to 0.
    changed: expect.closeTo((5 - Math.sqrt(18) + 1) / 2, 12),
    changedByMoving: expect.closeTo((5 - Math.sqrt(18) + 1) / 2, 12),
    changedByRuler: 0,
    rulerShare: 0,
  });
});

test('nobody moved, the ruler did', () => {
  const second = at({ a: [0, 0], b: [1.5, 2], c: [0, 0.5] });
  const drift = driftOf('a', { first: FIRST, secondByFirst: FIRST, second, ...neighbours });
  expect(drift).toMatchObject({
    moved: 0,
    changed: 1.5,
    changedByMoving: 0,
    changedByRuler: 1.5,
    rulerShare: 1,
  });
});

test('both: what moving and the ruler did may undo each other', () => {
  const secondByFirst = at({ a: [0, 0], b: [6, 8], c: [0, 2] });
  const drift = driftOf('a', { first: FIRST, secondByFirst, second: FIRST, ...neighbours });
  expect(drift).toMatchObject({ changed: 0, changedByMoving: 3, changedByRuler: 3, rulerShare: 0.5 });
});

test('an artist of one day alone, or alone on both', () => {
  const days = { first: FIRST, secondByFirst: at({ b: [0, 0] }), second: at({ b: [0, 0] }), ...neighbours };
  expect(driftOf('a', days)).toBeNull();
  expect(driftOf('b', days)).toMatchObject({ moved: 5, compared: 0, changed: 0, rulerShare: 0 });
});
