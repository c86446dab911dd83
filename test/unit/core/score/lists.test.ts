import fc from 'fast-check';
import {
  type ListScores,
  RANKING_MEASURES,
  rankingScores,
  type ScoredMethod,
  scoredWays,
  shortListScores,
} from '../../../../core/score/lists.ts';
import { xoshiro128 } from '../../../../core/vectors/random.ts';
import { tries } from '../../../support/long.ts';

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `s${from + i}`);

/** The measures as the challenge words them, place by place. */
function plainScores(ranked: readonly string[], hidden: readonly string[]) {
  let [right, gained, best, first] = [0, 0, 0, -1];
  for (let place = 1; place <= ranked.length; place++) {
    const isFound = hidden.includes(ranked[place - 1] as string);
    if (isFound && place <= hidden.length) right += 1;
    if (isFound && place <= 500) gained += Math.LN2 / Math.log(place + 1);
    if (isFound && first === -1 && place <= 500) first = place;
  }
  for (let place = 1; place <= 500 && place <= hidden.length; place++) best += Math.LN2 / Math.log(place + 1);
  const clicks = first === -1 ? 51 : Math.floor((first - 1) / 10);
  return { rPrecision: right / hidden.length, ndcg: gained / best, clicks };
}

test('measures of a ranking are those of a plain count, place by place', () => {
  const song = fc.integer({ min: 0, max: 700 }).map((n) => `s${n}`);
  const lists = [
    fc.uniqueArray(song, { maxLength: 650 }),
    fc.uniqueArray(song, { minLength: 1, maxLength: 600 }),
  ] as const;
  fc.assert(
    fc.property(...lists, (ranked, hidden) => {
      const plain = plainScores(ranked, hidden);
      expect(rankingScores(ranked, hidden, 0.25)).toEqual({
        rPrecision: expect.closeTo(plain.rPrecision, 12),
        ndcg: expect.closeTo(plain.ndcg, 12),
        ...{ clicks: plain.clicks, reach: 0.25 },
      });
    }),
    tries(60),
  );
});

test.each([
  [0, { hitRate: 0, precision: 0 }],
  [1, { hitRate: 1, precision: 1 / 30 }],
  [30, { hitRate: 1, precision: 1 }],
])('of a short list %d of 30 places have a song that was hidden', (found, scores) => {
  const list = [...names(100, 130 - found), ...names(0, found)];
  expect(shortListScores(list, names(0, 60), 30)).toEqual(scores);
});

test('a list that is shorter than it should be has missed in the places that it does not have', () => {
  expect(shortListScores(['a', 'b'], ['a'], 4)).toEqual({ hitRate: 1, precision: 1 / 4 });
  expect(shortListScores(['x', 'a'], ['a'], 1)).toEqual({ hitRate: 0, precision: 0 });
  expect(shortListScores([], ['a'], 4)).toEqual({ hitRate: 0, precision: 0 });
});

const ways = (all: Partial<Record<ScoredMethod, ListScores[]>>) =>
  new Map(Object.entries(all) as [ScoredMethod, ListScores[]][]);
const CLICKS = [{ name: 'clicks', k: 500 }];
const clicksOf = (values: readonly number[]) => values.map((clicks) => ({ clicks }));

test('figures of one case have that value as their interval; of none there are none', () => {
  const one = scoredWays(ways({ items: clicksOf([3]), popularity: clicksOf([5]), sound: [] }), CLICKS, 1, 4);
  expect(one).toEqual([
    {
      method: 'items',
      measures: [
        {
          ...{ name: 'clicks', k: 500, value: 3, low: 3, high: 3, cases: 1 },
          abovePopularity: { value: -2, low: -2, high: -2 },
        },
      ],
    },
    {
      method: 'popularity',
      measures: [{ name: 'clicks', k: 500, value: 5, low: 5, high: 5, cases: 1, abovePopularity: null }],
    },
  ]);
  expect(scoredWays(ways({ items: [], popularity: [] }), RANKING_MEASURES, 1)).toEqual([]);
});

test('how much more a way has is told case by case: surer than the intervals of both', () => {
  const random = xoshiro128(5);
  const cases = Array.from({ length: 50 }, () => random.int(40));
  const all = { sound: clicksOf(cases.map((n) => n - 1)), popularity: clicksOf(cases) };
  const [sound] = scoredWays(ways(all), CLICKS, 1);
  const [figures] = sound?.measures ?? [];
  expect(figures?.abovePopularity).toEqual({ value: -1, low: -1, high: -1 });
  expect((figures?.high ?? 0) - (figures?.low ?? 0)).toBeGreaterThan(2);
  expect(scoredWays(ways(all), CLICKS, 1)).toEqual(scoredWays(ways(all), CLICKS, 1));
  expect(scoredWays(ways(all), CLICKS, 2)).not.toEqual(scoredWays(ways(all), CLICKS, 1));
});

test('of few cases at least two blocks are made, so that an interval is never certain by itself', () => {
  const intervalOf = (values: readonly number[], block: number) => {
    const [figures] = scoredWays(ways({ items: clicksOf(values) }), CLICKS, 1, block)[0]?.measures ?? [];
    return [figures?.low, figures?.high];
  };
  expect(intervalOf([0, 0, 1, 1], 4)).toEqual([0, 1]);
  expect(intervalOf([0, 1, 1], 4)).toEqual(intervalOf([0, 1, 1], 1));
  // Of blocks that may begin anywhere, two whole ones of the same value are rare.
  expect(intervalOf([0, 0, 0, 0, 1, 1, 1, 1], 4)).toEqual([1 / 8, 7 / 8]);
});
