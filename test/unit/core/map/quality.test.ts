import { runAtOnce } from '../../../../core/long-work.ts';
import type { Layout } from '../../../../core/map/layout.ts';
import { type DistancesFrom, mapQuality } from '../../../../core/map/quality.ts';
import { mulberry32 } from '../../../../sample/random.ts';
import { clusters, distancesIn, firstTwo, scattered } from './points.ts';

/**
 * Made by scikit-learn 1.9.1: `sklearn.manifold.trustworthiness(X, X[:, :2], n_neighbors=k)`, and the mean overlap of
 * both `NearestNeighbors`, for X of n rows and 4 columns by the generator s = 16807 s mod (2^31 - 1) from 1 on.
 */
test.each([
  { n: 60, k: 10, trustworthiness: 0.8504868913857677, kept: 0.5066666666666665 },
  { n: 7, k: 3, trustworthiness: 0.9761904761904762, kept: 0.9523809523809524 },
])('trustworthiness and kept neighbours are those of scikit-learn: $n points', (expected) => {
  const points = scattered(expected.n, 4);
  const found = runAtOnce(mapQuality(firstTwo(points), distancesIn(points), 1));
  expect([found.k, found.artists]).toEqual([expected.k, expected.n]);
  expect(found.trustworthiness).toBeCloseTo(expected.trustworthiness, 12);
  expect(found.kept).toBeCloseTo(expected.kept, 12);
});

/** Sorts everything, for each row. */
function plain({ x, y }: Layout, distancesFrom: DistancesFrom, k: number) {
  const n = x.length;
  const orderBy = (row: number, distance: (j: number) => number) =>
    Array.from({ length: n }, (_, j) => j)
      .filter((j) => j !== row)
      .sort((a, b) => distance(a) - distance(b) || a - b);
  let [penalty, kept] = [0, 0];
  for (let row = 0; row < n; row++) {
    const truth = orderBy(row, (j) => distancesFrom(row)[j] as number);
    const near = orderBy(
      row,
      (j) => ((x[j] as number) - (x[row] as number)) ** 2 + ((y[j] as number) - (y[row] as number)) ** 2,
    );
    for (const j of near.slice(0, k)) {
      const rank = truth.indexOf(j) + 1;
      penalty += Math.max(0, rank - k);
      kept += rank <= k ? 1 : 0;
    }
  }
  return { trustworthiness: 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1)), kept: kept / (n * k) };
}

test('many ties, in truth and on the map, go by row as in a plain sort', () => {
  const random = mulberry32(5);
  const coarse = () => Float64Array.from({ length: 90 }, () => random.int(3));
  const points = {
    ids: Array.from({ length: 90 }, (_, i) => String(i)),
    columns: [coarse(), coarse(), coarse()],
  };
  const found = runAtOnce(mapQuality(firstTwo(points), distancesIn(points), 1));
  const { trustworthiness, kept } = plain(firstTwo(points), distancesIn(points), 10);
  expect(found.trustworthiness).toBeCloseTo(trustworthiness, 12);
  expect(found.kept).toBeCloseTo(kept, 12);
});

test('a true map keeps everything', () => {
  const points = scattered(50, 2);
  expect(runAtOnce(mapQuality(firstTwo(points), distancesIn(points), 1))).toEqual({
    k: 10,
    artists: 50,
    trustworthiness: 1,
    kept: 1,
  });
});

test.each([0, 1, 2])('with %i artists nothing can be false', (n) => {
  const points = scattered(n, 2);
  const found = runAtOnce(mapQuality(firstTwo(points), distancesIn(points), 1));
  expect(found).toEqual({ k: 0, artists: n, trustworthiness: 1, kept: 1 });
});

test('up to 2,000 artists all are looked at, above it a sample that is near to all and goes by the seed', () => {
  const many = clusters(2001, 3, 9);
  const looked = new Set<number>();
  const truth = distancesIn(many);
  const look = (row: number) => {
    looked.add(row);
    return truth(row);
  };
  const found = runAtOnce(mapQuality(firstTwo(many), look, 1));
  expect([found.artists, looked.size]).toEqual([2000, 2000]);
  expect(runAtOnce(mapQuality(firstTwo(many), truth, 1))).toEqual(found);
  expect(runAtOnce(mapQuality(firstTwo(many), truth, 2)).kept).not.toBe(found.kept);
  expect(runAtOnce(mapQuality(firstTwo(many), truth, 2)).kept).toBeCloseTo(found.kept, 2);
  const whole = clusters(2000, 3, 9);
  expect(runAtOnce(mapQuality(firstTwo(whole), distancesIn(whole), 1)).artists).toBe(2000);
});
