import fc from 'fast-check';
import type { HeldOut } from '../../../../core/recommend/holdout.ts';
import { bootstrap, ndcg, qualityOf, rPrecision, scoresOf } from '../../../../core/recommend/quality.ts';
import { xoshiro128 } from '../../../../core/vectors/random.ts';
import { tries } from '../../../support/long.ts';

test('hand-computed: R-precision', () => {
  expect(rPrecision(['a', 'x', 'b', 'c'], ['a', 'b', 'c'])).toBe(2 / 3);
  expect(rPrecision(['a'], ['a', 'b'])).toBe(1 / 2);
  expect(rPrecision([], ['a'])).toBe(0);
});

test('hand-computed: NDCG', () => {
  // Places 1, 3: 1/log2(2) + 1/log2(4) = 1.5; the best for three is 1 + 0.63093 + 0.5.
  expect(ndcg(['a', 'x', 'b'], ['a', 'b', 'c'], 500)).toBeCloseTo(1.5 / 2.1309297535714578, 12);
  expect(ndcg(['a', 'b', 'c'], ['c', 'b', 'a'], 500)).toBe(1);
  // Only the first two places count, and so two is the best there can be.
  expect(ndcg(['x', 'a', 'b'], ['a', 'b', 'c'], 2)).toBeCloseTo(0.6309297535714575 / 1.6309297535714575, 12);
});

const PLAYLIST: HeldOut = {
  next: [
    { given: ['a'], hidden: ['b'] },
    { given: ['a', 'b'], hidden: ['c'] },
    { given: ['a', 'b', 'c'], hidden: ['far'] },
    { given: ['a', 'b', 'c', 'far'], hidden: ['unknown'] },
  ],
  rest: { given: ['a', 'b'], hidden: ['c', 'unknown'] },
};
/** Ranks the alphabet, and `far` eleventh. */
const ranked = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'far'];
const scorer = (given: readonly string[], limit: number) =>
  ranked.filter((id) => !given.includes(id)).slice(0, limit);

test('hand-computed: the scores of a playlist', () => {
  const { hitRate10, ndcg10, rPrecision, ndcg500 } = scoresOf(scorer, PLAYLIST);
  // b and c come first; far comes twelfth.
  expect(hitRate10).toBe(2 / 4);
  expect(ndcg10).toBe(2 / 4);
  expect(rPrecision).toBe(1 / 2);
  expect(ndcg500).toBeCloseTo(1 / 1.6309297535714575, 12);
});

test('a find at the tenth place counts, one at the eleventh does not', () => {
  const at = (place: number): HeldOut => ({
    ...PLAYLIST,
    next: [{ given: [], hidden: [ranked[place] as string] }],
  });
  expect(scoresOf(scorer, at(9))).toMatchObject({ hitRate10: 1, ndcg10: 1 / Math.log2(11) });
  expect(scoresOf(scorer, at(10))).toMatchObject({ hitRate10: 0, ndcg10: 0 });
});

test('a scorer is asked for as many as are hidden, where these are more than 500', () => {
  const hidden = Array.from({ length: 600 }, (_, i) => `h${i}`);
  const asked: number[] = [];
  const perfect = (_: readonly string[], limit: number) => {
    asked.push(limit);
    return hidden.slice(0, limit);
  };
  const scores = scoresOf(perfect, { ...PLAYLIST, rest: { given: [], hidden } });
  expect(scores).toMatchObject({ rPrecision: 1, ndcg500: 1 });
  expect(asked).toEqual([10, 10, 10, 10, 600]);
});

test('measures lie within 0 and 1, and better ranks are worth more', () => {
  const lists = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(
      lists,
      fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { minLength: 1 }),
      (list, hidden) => {
        for (const value of [ndcg(list, hidden, 500), rPrecision(list, hidden)]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
        const place = list.findIndex(
          (id, i) => i > 0 && hidden.includes(id) && !hidden.includes(list[i - 1] as string),
        );
        if (place === -1) return;
        const better = list.with(place, list[place - 1] as string).with(place - 1, list[place] as string);
        expect(ndcg(better, hidden, 500)).toBeGreaterThan(ndcg(list, hidden, 500));
      },
    ),
    tries(),
  );
});

test('the bootstrap has the interval of the mean: by the normal distribution, where that is known', () => {
  const random = xoshiro128(9);
  const values = Float64Array.from({ length: 400 }, () => random.uniform());
  const mean = values.reduce((sum, value) => sum + value, 0) / 400;
  const [low, high] = bootstrap(values, xoshiro128(1));
  const deviation = Math.sqrt(1 / 12 / 400);
  expect(mean - low).toBeCloseTo(1.96 * deviation, 2);
  expect(high - mean).toBeCloseTo(1.96 * deviation, 2);
  expect(bootstrap(values, xoshiro128(1))).toEqual([low, high]);
  expect(bootstrap(Float64Array.of(0.5), random)).toEqual([0.5, 0.5]);
});

test('values that depend on those beside them are drawn in blocks: the interval is as wide as that of the blocks', () => {
  const random = xoshiro128(3);
  const blocks = Array.from({ length: 100 }, () => random.uniform());
  const values = Float64Array.from({ length: 400 }, (_, i) => blocks[Math.floor(i / 4)] as number);
  const width = ([low, high]: [number, number]) => high - low;
  const alone = width(bootstrap(values, xoshiro128(1)));
  const inBlocks = width(bootstrap(values, xoshiro128(1), 4));
  // Twice as wide, were the blocks cut where they begin; a block of neighbours has a part of the next.
  expect(inBlocks / alone).toBeGreaterThan(1.5);
  expect(inBlocks / alone).toBeLessThan(2.1);
  // One block of all there is, wherever it begins, has their mean.
  const [low, high] = bootstrap(Float64Array.of(0, 1, 1, 0), xoshiro128(1), 4);
  expect([low, high]).toEqual([0.5, 0.5]);
});

test('quality is the mean over playlists, with intervals', () => {
  const scores = [0, 1, 1, 0].map((value) => ({ hitRate10: value, ndcg10: 0.25, rPrecision: 1, ndcg500: 0 }));
  const quality = qualityOf(scores, 1);
  expect(quality).toMatchObject({ hitRate10: 0.5, ndcg10: 0.25, rPrecision: 1, ndcg500: 0 });
  expect(quality.intervals).toMatchObject({ ndcg10: [0.25, 0.25], rPrecision: [1, 1], ndcg500: [0, 0] });
  const [low, high] = quality.intervals.hitRate10;
  expect([low, high]).toEqual([0, 1]);
});
