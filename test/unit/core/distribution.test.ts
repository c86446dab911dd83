import fc from 'fast-check';
import { histogramOf, rangeOf, shareBelow } from '../../../core/distribution.ts';
import { tries } from '../../support/long.ts';

test('a histogram: borders go to the upper part, the largest value to the last', () => {
  expect(histogramOf([0, 1, 2, 2.5, 4], 4)).toEqual({ min: 0, max: 4, counts: [1, 1, 2, 1] });
  expect(histogramOf([-60, -30, 0], 2)).toEqual({ min: -60, max: 0, counts: [1, 2] });
  expect(histogramOf([7, 7], 3)).toEqual({ min: 7, max: 7, counts: [2, 0, 0] });
  expect(histogramOf([], 2)).toEqual({ min: 0, max: 0, counts: [0, 0] });
});

test('a histogram counts every value once', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }));
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 30 }), (all, parts) => {
      const { counts, min, max } = histogramOf(all, parts);
      expect(counts).toHaveLength(parts);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
      if (all.length > 0) expect([min, max]).toEqual([Math.min(...all), Math.max(...all)]);
    }),
    tries(),
  );
});

test('ranges and shares', () => {
  expect(rangeOf([3, -1, 2])).toEqual({ min: -1, max: 3 });
  expect(rangeOf([])).toEqual({ min: 0, max: 0 });
  expect(shareBelow([1, 2, 2, 3], 2)).toBe(0.25);
  expect(shareBelow([], 2)).toBeNull();
});
