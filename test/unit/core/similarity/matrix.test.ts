import { normalise, rescale } from '../../../../core/similarity/matrix.ts';
import { mulberry32 } from '../../../../sample/random.ts';

test('each feature goes from 0 at its smallest value to 1 at its largest', () => {
  const { ids, columns } = normalise(
    ['a', 'b', 'c'],
    [
      [-60, -15, 0],
      [0, 0.25, 1],
      [5, 5, 5],
    ],
    [
      { min: -60, max: 0 },
      { min: 0, max: 1 },
      { min: 5, max: 5 },
    ],
  );
  expect(ids).toEqual(['a', 'b', 'c']);
  expect(columns.map((column) => [...column])).toEqual([
    [0, 0.75, 1],
    [0, 0.25, 1],
    [0, 0, 0],
  ]);
});

test('means stay between 0 and 1, whatever the range', () => {
  const random = mulberry32(1);
  for (let i = 0; i < 1000; i++) {
    const [min, span] = [(random.uniform() - 0.5) * 10 ** random.int(9), 10 ** (random.int(12) - 6)];
    const max = min + span;
    const between = Math.min(max, Math.max(min, min + random.uniform() * span));
    const scaled = [min, between, max].map((value) => rescale(value, { min, max }));
    expect(scaled).toEqual([0, expect.any(Number), max > min ? 1 : 0]);
    expect(scaled[1]).toBeGreaterThanOrEqual(0);
    expect(scaled[1]).toBeLessThanOrEqual(1);
  }
});

test('nobody and no features make an empty matrix', () => {
  expect(normalise([], [[]], [{ min: 0, max: 1 }])).toEqual({ ids: [], columns: [new Float64Array(0)] });
  expect(normalise(['a'], [], [])).toEqual({ ids: ['a'], columns: [] });
});
