import { runAtOnce } from '../../../../core/long-work.ts';
import { meanMethod } from '../../../../core/methods/mean.ts';
import type { Method } from '../../../../core/methods/method.ts';
import type { Space } from '../../../../core/methods/space.ts';
import { tracksMethod } from '../../../../core/methods/tracks.ts';
import { whitenedMethod } from '../../../../core/methods/whitened.ts';
import { reasons } from '../../../../core/similarity/reasons.ts';
import { mulberry32, type Random } from '../../../../sample/random.ts';
import { apart, FEATURES, madeUp, neighboursOf, placed, pointsOf } from './fixture.ts';

const meanOf = (rows: readonly number[][]) =>
  FEATURES.map((_, f) => rows.reduce((sum, row) => sum + (row[f] as number), 0) / rows.length);

const whitenedDistance = (space: Space, a: number, b: number) =>
  apart(meanOf(pointsOf(space, a)), meanOf(pointsOf(space, b)));

function tracksDistance(space: Space, a: number, b: number): number {
  const [left, right] = [pointsOf(space, a), pointsOf(space, b)];
  const toNearest = (from: number[][], to: number[][]) =>
    from.reduce((sum, x) => sum + Math.min(...to.map((y) => apart(x, y))), 0) / from.length;
  return (toNearest(left, right) + toNearest(right, left)) / 2;
}

/** All neighbours, by sorting everything; distances that differ by rounding alone are ties. */
function obvious(n: number, artist: number, distance: (a: number, b: number) => number) {
  const rounded = (x: number) => Math.round(x * 1e9) / 1e9;
  return Array.from({ length: n }, (_, row) => ({ row, distance: rounded(distance(artist, row)) }))
    .filter(({ row }) => row !== artist)
    .sort((x, y) => x.distance - y.distance || x.row - y.row);
}

type Shape = (random: Random) => (artist: number, feature: number) => number | null;
const SHAPES: Record<string, Shape> = {
  uniform: (random) => () => random.uniform(),
  'on a grid, with many ties': (random) => () => random.int(3),
  'far apart': (random) => (artist, f) => ((artist * (f + 3)) % 7) * 10 + random.uniform(),
  'all equal': () => () => 0.5,
  'with gaps': (random) => () => (random.int(4) === 0 ? null : random.int(5)),
};

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  describe.each([
    ['whitened', whitenedMethod, whitenedDistance],
    ['tracks', tracksMethod, tracksDistance],
  ] as const)('%s', (name, methodOf, distance) => {
    test.each([
      [1, 3, 2],
      [2, 3, 1],
      [25, 6, 1],
      [30, 6, 5],
      [25, 6, 24],
      [25, 1, 7],
      [10, 20, 1000],
    ])('%d artists of up to %d tracks, the %d nearest, as by brute force', (artists, most, k) => {
      const random = mulberry32(artists * 100 + most * 10 + k);
      const space = placed(madeUp(random, artists, most, shape(random)));
      const method: Method = methodOf(space);
      const n = space.ids.length;
      const found = runAtOnce(method.nearest(k));
      expect([method.name, found.n, found.k]).toEqual([name, n, Math.max(0, Math.min(k, n - 1))]);
      for (let artist = 0; artist < n; artist++) {
        const expected = obvious(n, artist, (a, b) => distance(space, a, b)).slice(0, k);
        const neighbours = neighboursOf(method, found, artist);
        expect(neighbours.map(({ distance }) => distance)).toEqual(
          expected.map(({ distance }) => expect.closeTo(distance, 8)),
        );
        expect(neighbours.map(({ rank }) => rank)).toEqual(expected.map((_, r) => r + 1));
        expect([...method.distancesFrom(artist)]).toEqual(
          space.ids.map((_, row) => expect.closeTo(row === artist ? 0 : distance(space, artist, row), 8)),
        );
        // Where rounding cannot tell which comes first, the row does.
        for (const [r, { y_artist }] of neighbours.entries()) {
          const row = space.ids.indexOf(y_artist);
          expect(distance(space, artist, row)).toBeCloseTo(expected[r]?.distance as number, 8);
        }
      }
    });
  });

  test('reasons: shares are not negative and sum to 1, the same from both sides but for the values shown', () => {
    const random = mulberry32(7);
    const space = placed(madeUp(random, 15, 5, shape(random)));
    for (const method of [whitenedMethod(space), tracksMethod(space)]) {
      for (let b = 1; b < space.ids.length; b++) {
        const [there, back] = [method.reasons(0, b), method.reasons(b, 0)];
        expect(there.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
        for (const [i, reason] of there.entries()) {
          expect(reason.share).toBeGreaterThanOrEqual(i === 0 ? 0 : (there[i - 1]?.share as number));
          const other = back.find(({ feature }) => feature === reason.feature);
          expect(other).toMatchObject({ a: reason.b, b: reason.a, share: expect.closeTo(reason.share, 12) });
        }
      }
    }
  });
});

test('distances of tracks are the same both ways to the last bit, and ties go by id', () => {
  const random = mulberry32(8);
  const space = placed(madeUp(random, 30, 7, () => random.int(2)));
  const { k, rows, distances } = runAtOnce(tracksMethod(space).nearest(29));
  const of = (a: number, b: number) =>
    distances[a * k + rows.subarray(a * k, (a + 1) * k).indexOf(b)] as number;
  let ties = 0;
  for (let a = 0; a < 30; a++) {
    for (let b = a + 1; b < 30; b++) expect(of(a, b)).toBe(of(b, a));
    for (let r = 1; r < k; r++) {
      if (distances[a * k + r] !== distances[a * k + r - 1]) continue;
      ties += 1;
      expect(rows[a * k + r]).toBeGreaterThan(rows[a * k + r - 1] as number);
    }
  }
  expect(ties).toBeGreaterThan(0);
});

test('hand-made: a set of two tracks and one of one', () => {
  const space: Space = {
    ids: ['a', 'b'],
    starts: Int32Array.of(0, 2, 3),
    ruler: { features: ['x', 'y'], knots: [], whitening: [] },
    means: [Float64Array.of(0, 1), Float64Array.of(2, 3)],
    points: Float64Array.of(0, 0, 3, 4, 0, 1),
  };
  const method = tracksMethod(space);
  // From a: 1 and √18; from b: 1.
  expect(runAtOnce(method.nearest(1)).distances[0]).toBeCloseTo(((1 + Math.sqrt(18)) / 2 + 1) / 2, 12);
  const total = (1 + Math.sqrt(18)) / 2 + 1;
  // Along x there is 0, 9 / √18 and 0; along y 1, 9 / √18 and 1.
  expect(method.reasons(0, 1)).toEqual([
    { feature: 'x', share: expect.closeTo(9 / Math.sqrt(18) / 2 / total, 12), a: 0, b: 1 },
    { feature: 'y', share: expect.closeTo((1 + 9 / Math.sqrt(18)) / 2 / total + 1 / total, 12), a: 2, b: 3 },
  ]);
});

test('artists with the same tracks are at distance 0, and each feature has an equal share', () => {
  const random = mulberry32(9);
  const tracks = madeUp(random, 6, 4, () => random.uniform());
  const twin = tracks
    .filter(({ artist_id }) => artist_id === 'A0')
    .map((track) => ({ ...track, artist_id: 'twin' }));
  const space = placed([...tracks, ...twin]);
  const [a, b] = [space.ids.indexOf('A0'), space.ids.indexOf('twin')];
  for (const method of [whitenedMethod(space), tracksMethod(space)]) {
    const [nearest] = neighboursOf(method, runAtOnce(method.nearest(1)), a);
    expect(nearest).toMatchObject({ y_artist: 'twin', distance: 0 });
    expect(method.reasons(a, b).map(({ share }) => share)).toEqual([1 / 3, 1 / 3, 1 / 3]);
  }
});

test('mean: min-max normalised by the ranges given, with the reasons of before', () => {
  const rows = [
    { artist_id: 'a', energy: 0.25, tempo: 100 },
    { artist_id: 'b', energy: 0.5, tempo: 150 },
    { artist_id: 'c', energy: 0.25, tempo: 120 },
  ];
  const ranges = { energy: { min: 0, max: 1 }, tempo: { min: 100, max: 200 } };
  const means = [
    [0.25, 0.5, 0.25],
    [100, 150, 120],
  ];
  const method = meanMethod(['a', 'b', 'c'], ['energy', 'tempo'], means, Object.values(ranges));
  expect([...method.distancesFrom(1)]).toEqual(
    [Math.hypot(0.25, 0.5), 0, Math.hypot(0.25, 0.3)].map((x) => expect.closeTo(x, 12)),
  );
  expect(neighboursOf(method, runAtOnce(method.nearest(2)), 0)).toEqual([
    { y_artist: 'c', distance: expect.closeTo(0.2, 12), rank: 1, reasons: expect.anything() },
    {
      y_artist: 'b',
      distance: expect.closeTo(Math.hypot(0.25, 0.5), 12),
      rank: 2,
      reasons: reasons(['energy', 'tempo'], ranges, rows[0] ?? {}, rows[1] ?? {}),
    },
  ]);
});
