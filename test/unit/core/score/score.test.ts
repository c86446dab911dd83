import { runAtOnce } from '../../../../core/long-work.ts';
import { bootstrap } from '../../../../core/recommend/quality.ts';
import { heldOutCard, type Measured, scoreCard, valuesOf } from '../../../../core/score/card.ts';
import { clicks } from '../../../../core/score/clicks.ts';
import { gate, MEASURES, WATCHED, watchedOf } from '../../../../core/score/gate.ts';
import { genreMeasures, type Measure, truthMeasures } from '../../../../core/score/measures.ts';
import { artistPlaylists, playlistTruth, relatedTruth } from '../../../../core/score/truth.ts';
import { xoshiro128 } from '../../../../core/vectors/random.ts';
import { mulberry32 } from '../../../../sample/random.ts';

const genres = (...lists: string[][]) => lists.map((list) => new Set(list));
const named = (measures: readonly Measure[], name: string) =>
  measures.find((measure) => measure.name === name) as Measure;
const sets = (truth: readonly ReadonlySet<number>[]) => truth.map((rows) => [...rows].sort());

test('hand-made: shared genre and overlap, those without genres being passed over', () => {
  const measures = genreMeasures(genres(['pop', 'rock'], ['rock'], [], ['jazz'], ['pop', 'rock', 'folk']), 2);
  const ranking = () => [0, 1, 2, 3, 4];
  // Of 0: 1 and 3; of 1: 0 and 3; of 3: 0 and 1; of 4: 0 and 1.
  expect([...valuesOf(named(measures, 'sharedGenre'), ranking)]).toEqual([0.5, 0.5, 0, 1]);
  const overlaps = [0.25, 0.25, 0, 0.5];
  expect([...valuesOf(named(measures, 'genreOverlap'), ranking)]).toEqual(
    overlaps.map((value, i) => expect.closeTo(i === 3 ? (2 / 3 + 1 / 3) / 2 : value, 12)),
  );
});

test('hand-made: recall, NDCG and MRR', () => {
  const truth = relatedTruth(
    ['a', 'b', 'c', 'd', 'e'],
    [
      ['a', 'c'],
      ['d', 'a'],
      ['a', 'zz'],
      ['c', 'a'],
      ['e', 'e'],
    ],
  );
  expect(sets(truth)).toEqual([[2, 3], [], [0], [0], []]);
  const of = (name: string, k: number, ranked: number[]) =>
    valuesOf(named(truthMeasures('related', truth, k), name), () => ranked, [0])[0];
  // b and e are not known: they take no place.
  expect(of('relatedRecall', 1, [1, 3, 4, 2])).toBe(0.5);
  expect(of('relatedRecall', 2, [1, 3, 4, 2])).toBe(1);
  expect(of('relatedMrr', 2, [1, 3, 4, 2])).toBe(1);
  expect(of('relatedNdcg', 2, [3, 2])).toBe(1);
  expect(of('relatedNdcg', 2, [3])).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 12);
  expect(of('relatedRecall', 1, [])).toBeUndefined();
});

test('artists that share a playlist go together, once and both ways; others are passed over', () => {
  const ids = ['A', 'b', 'c', 'd'];
  const truth = runAtOnce(
    playlistTruth(artistPlaylists(ids, [['b', 'x', 'A', 'b'], ['A', 'b', 'c'], ['d'], []])),
  );
  expect(sets(truth)).toEqual([[1, 2], [0, 2], [0, 1], []]);
});

test('against a slow plain implementation, on random rankings and truths', () => {
  const random = mulberry32(3);
  for (let round = 0; round < 30; round++) {
    const n = 2 + random.int(12);
    const ids = Array.from({ length: n }, (_, i) => String.fromCharCode(97 + i));
    const pairs = Array.from(
      { length: random.int(20) },
      () => [ids[random.int(n)], ids[random.int(n)]] as [string, string],
    );
    const truth = relatedTruth(ids, pairs);
    const order = ids.map((_, row) => row).sort(() => random.uniform() - 0.5);
    const k = 1 + random.int(6);
    const measures = truthMeasures('related', truth, k);
    for (const [a, id] of ids.entries()) {
      const related = new Set(
        pairs
          .filter((p) => p.includes(id))
          .flat()
          .filter((other) => other !== id),
      );
      const anyOf = (row: number) => pairs.some(([x, y]) => x !== y && (x === ids[row] || y === ids[row]));
      const list = order.filter((row) => row !== a && anyOf(row)).slice(0, k);
      const hits = list.map((row) => related.has(ids[row] as string));
      const expected =
        related.size === 0
          ? [[], [], []]
          : [
              [hits.filter(Boolean).length / related.size],
              [
                hits.reduce((sum, hit, p) => sum + (hit ? 1 / Math.log2(p + 2) : 0), 0) /
                  Array.from({ length: Math.min(k, related.size) }, (_, p) => 1 / Math.log2(p + 2)).reduce(
                    (sum, x) => sum + x,
                    0,
                  ),
              ],
              [hits.includes(true) ? 1 / (hits.indexOf(true) + 1) : 0],
            ];
      for (const [m, values] of expected.entries()) {
        const found = [...valuesOf(measures[m] as Measure, () => order, [a])];
        expect(found).toEqual(values.map((value) => expect.closeTo(value, 12)));
      }
    }
  }
});

/** Artists of which a known share of neighbours is right. */
const camps = (n: number) =>
  genres(...Array.from({ length: n }, (_, row) => [row % 4 === 0 ? 'few' : 'many']));

test('the card: exactly these fields, chance and popularity beside, the same for the same seed', () => {
  const measures = genreMeasures(camps(200), 10);
  const same = (artist: number) => Array.from({ length: 50 }, (_, i) => (artist + 4 * (i + 1)) % 200);
  const popularity = Array.from({ length: 200 }, (_, row) =>
    row % 4 === 0 ? 90 : row % 4 === 1 ? null : 50,
  );
  const card = runAtOnce(scoreCard(same, popularity, measures, 1));
  expect(runAtOnce(scoreCard(same, popularity, measures, 1))).toEqual(card);
  expect(card.map((measured) => Object.keys(measured))).toEqual(
    Array.from({ length: 2 }, () => ['name', 'k', 'value', 'low', 'high', 'random', 'popularity', 'artists']),
  );
  expect(card[0]).toMatchObject({ name: 'sharedGenre', k: 10, value: 1, low: 1, high: 1, artists: 200 });
  // By chance 1/16 + 9/16 go together; the most popular are `few`, as a quarter is.
  expect(card[0]?.random).toBeCloseTo(10 / 16, 1);
  expect(card[0]?.popularity).toBe(0.25);
  expect(runAtOnce(scoreCard(same, popularity, measures, 2))[0]?.random).not.toBe(card[0]?.random);
});

test('equal popularity goes by row, and one who is not known comes last', () => {
  const measures = genreMeasures(genres(['x'], ['y'], ['z'], ['y']), 1);
  // By popularity 1 is the nearest to all, and 2 to 1.
  const card = runAtOnce(scoreCard((artist) => [(artist + 2) % 4], [null, 7, 7, 0], measures, 1));
  expect(card[0]).toMatchObject({ value: 0.5, popularity: 0.25, artists: 4 });
});

test('nothing known, or one artist alone: no measure', () => {
  expect(runAtOnce(scoreCard(() => [], [], genreMeasures([], 10), 1))).toEqual([]);
  expect(runAtOnce(scoreCard(() => [0], [5], genreMeasures(genres(['pop']), 10), 1))).toEqual([]);
  expect(
    runAtOnce(scoreCard(() => [1], [5, 6], truthMeasures('related', [new Set(), new Set()], 10), 1)),
  ).toEqual([]);
});

test('intervals hold a known value in about 95 of 100 simulations', () => {
  const random = mulberry32(11);
  let held = 0;
  for (let s = 0; s < 200; s++) {
    // Each artist's value is the mean of ten that are right with a chance of its own, 0.4 in the mean.
    const values = Float64Array.from({ length: 100 }, () => {
      const chance = 0.8 * random.uniform();
      return Array.from({ length: 10 }, () => random.uniform()).filter((x) => x < chance).length / 10;
    });
    const [low, high] = bootstrap(values, xoshiro128(s));
    if (low <= 0.4 && 0.4 <= high) held += 1;
  }
  expect(held).toBeGreaterThanOrEqual(182);
  expect(held).toBeLessThanOrEqual(198);
});

test('what was held out in folds: the mean of those that ask of an artist, and chance beside', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const folds = [
    [['a', 'b']],
    [
      ['a', 'c'],
      ['b', 'c'],
    ],
    [],
  ].map((lists) => truthMeasures('heldOut', runAtOnce(playlistTruth(artistPlaylists(ids, lists))), 1));
  // Of the first fold a finds b, of the second a does not find c (b is not known there to go with it).
  const ranking = (artist: number) => [1, 0, 2, 3].filter((row) => row !== artist);
  const [recall] = runAtOnce(heldOutCard([ranking, ranking, ranking], [1, 2, 3, 4], folds, 1));
  const [a, b, c] = [(1 + 0) / 2, (1 + 0) / 2, 1 / 2];
  expect(recall).toMatchObject({ name: 'heldOutRecall', k: 1, artists: 3 });
  expect(recall?.value).toBeCloseTo((a + b + c) / 3, 12);
  expect(runAtOnce(heldOutCard([], [1, 2], [], 1))).toEqual([]);
});

test('chance is every order as often', () => {
  // Of the others in the order drawn, the first is right for one of three: 1/3 over many artists.
  const known = Array.from({ length: 3000 }, () => true);
  const measure: Measure = {
    name: 'x',
    k: 1,
    known,
    value: (artist, [row]) => ((row as number) % 3 === artist % 3 ? 1 : 0),
  };
  const [card] = runAtOnce(
    scoreCard(
      () => [0, 1],
      known.map(() => 1),
      [measure],
      7,
    ),
  );
  expect(card?.random).toBeGreaterThan(0.3);
  expect(card?.random).toBeLessThan(0.37);
});

test.each([
  ['sharedGenre@10', { name: 'sharedGenre', k: 10, floor: null }],
  ['a@1>=0', { name: 'a', k: 1, floor: 0 }],
  ['heldOutPlaylistNdcg@50>=0.45', { name: 'heldOutPlaylistNdcg', k: 50, floor: 0.45 }],
  ['a@9999>=1', { name: 'a', k: 9999, floor: 1 }],
])('a watched measure is written %s', (text, expected) => {
  expect(WATCHED.test(text)).toBe(true);
  expect(watchedOf(text)).toEqual(expected);
});

const measured = (value: number, low: number, name = 'sharedGenre', k = 10): Measured => ({
  name,
  k,
  value,
  low,
  high: value + 0.03,
  random: 0.2,
  popularity: 0.2,
  artists: 100,
});

describe('the gate', () => {
  const watched = [{ name: 'sharedGenre', k: 10, floor: 0.4 }];

  test.each([
    ['at its floor', 0.4, null],
    ['above it', 0.45, null],
    ['at the lower end of the last interval', 0.42, [measured(0.45, 0.42)]],
    ['where the last run has other measures alone', 0.41, [measured(0.9, 0.8, 'sharedGenre', 50)]],
  ])('passes %s', (_, value, last) => {
    expect(gate(watched, [measured(value, value - 0.03)], last)).toEqual([]);
  });

  test('blocks below the floor, below the last interval, or both, and says so', () => {
    const now = [measured(0.3999, 0.37), measured(0, 0, 'genreOverlap')];
    expect(gate(watched, now, [measured(0.39, 0.36)])).toEqual([
      'sharedGenre at 10 is 0.3999, below its floor of 0.4',
    ]);
    expect(gate([{ name: 'sharedGenre', k: 10, floor: null }], now, [measured(0.45, 0.42)])).toEqual([
      'sharedGenre at 10 is 0.3999, below the interval of the last published run, 0.4500 [0.4200, 0.4800]',
    ]);
    expect(gate(watched, now, [measured(0.45, 0.42)])).toHaveLength(2);
  });

  test('what a score card may have can be watched', () => {
    expect(MEASURES).toHaveLength(20);
    for (const measure of [
      'sharedGenre@10',
      'genreOverlap@10',
      'playlistRecall@10',
      'heldOutPlaylistNdcg@50',
    ])
      expect(MEASURES).toContain(measure);
    expect(MEASURES).not.toContain('sharedGenre@50');
  });

  test('blocks where a watched measure cannot be computed, and does not look at others', () => {
    expect(gate(watched, [measured(0.9, 0.8, 'sharedGenre', 50)], null)).toEqual([
      expect.stringMatching(
        /^sharedGenre at 10 cannot be computed: nothing is known of the artists that it rests on, or /,
      ),
    ]);
    expect(gate([], [measured(0, 0)], [measured(1, 1)])).toEqual([]);
  });
});

test.each([
  [0, 0],
  [9, 0],
  [10, 1],
  [499, 49],
  [500, 51],
])('the first hidden song at place %d, from 0: %d clicks', (place, expected) => {
  const ranked = Array.from({ length: 600 }, (_, i) => (i >= place ? `h${i}` : `x${i}`));
  expect(clicks(ranked, ranked.slice(place))).toBe(expected);
  expect(clicks([], ['a'])).toBe(51);
});
