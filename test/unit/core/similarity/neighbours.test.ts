import type { Matrix } from '../../../../core/similarity/matrix.ts';
import { type Neighbours, nearestNeighbours, nearestOf } from '../../../../core/similarity/neighbours.ts';
import { closestPairs, relatedArtists } from '../../../../core/similarity/pairs.ts';
import { mulberry32, type Random } from '../../../../sample/random.ts';

/** An artist and a neighbour of it, as the slow and obvious way finds them. */
interface Neighbour {
  a: string;
  b: string;
  distance: number;
}

const byDistanceAndId = (x: Neighbour, y: Neighbour) => x.distance - y.distance || (x.b < y.b ? -1 : 1);

/** Each point with all others, sorted by distance and id. */
function obvious(points: readonly number[][], ids: readonly string[]): Neighbour[][] {
  return ids.map((a, i) =>
    ids
      .map((b, j) => ({ a, b, distance: distance(points[i] ?? [], points[j] ?? []) }))
      .filter(({ b }) => b !== a)
      .sort(byDistanceAndId),
  );
}

function distance(a: readonly number[], b: readonly number[]): number {
  let squared = 0;
  for (const [f, x] of a.entries()) squared += (x - (b[f] as number)) * (x - (b[f] as number));
  return squared < 1e-24 ? 0 : Math.sqrt(squared);
}

const idsOf = (n: number) => Array.from({ length: n }, (_, i) => `${i % 2 ? 'a' : 'A'}${i}`).sort();

const matrixOf = (points: readonly number[][], features: number): Matrix => ({
  ids: idsOf(points.length),
  columns: Array.from({ length: features }, (_, f) => Float64Array.from(points, (row) => row[f] as number)),
});

/** Neighbours as lists of names. */
const named = ({ n, k, rows, distances }: Neighbours, ids: readonly string[]): Neighbour[][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: k }, (_, r) => ({
      a: ids[i] as string,
      b: ids[rows[i * k + r] as number] as string,
      distance: distances[i * k + r] as number,
    })),
  );

/** The count closest of all pairs, each once. */
const closest = (all: Neighbour[][], count: number) =>
  all
    .flat()
    .filter(({ a, b }) => a < b)
    .sort((x, y) => x.distance - y.distance || (x.a === y.a ? (x.b < y.b ? -1 : 1) : x.a < y.a ? -1 : 1))
    .slice(0, count);

type Shape = (random: Random, i: number, d: number) => number[];
const fill = (d: number, value: (f: number) => number) => Array.from({ length: d }, (_, f) => value(f));
const SHAPES: Record<string, Shape> = {
  uniform: (random, _, d) => fill(d, () => random.uniform()),
  clustered: (random, i, d) => fill(d, (f) => ((i + f) % 4) / 4 + random.gaussian() / 1000),
  'all equal': (_random, _, d) => fill(d, () => 0.3),
  'on a line': (_random, i, d) => fill(d, () => i / 128),
  'on a grid with many ties': (random, _, d) => fill(d, () => random.int(3) / 4),
  duplicates: (_random, i, d) => fill(d, (f) => ((i >> 1) * (f + 3) * 7) % 11),
};

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  test.each([
    [0, 3, 5],
    [1, 3, 5],
    [2, 3, 1],
    [2, 1, 9],
    [3, 2, 2],
    [60, 1, 7],
    [60, 5, 1],
    [61, 5, 10],
    [61, 5, 59],
    [61, 5, 60],
    [61, 5, 1000],
    [200, 11, 3],
  ])('%d points of %d features, the %d nearest', (n, d, k) => {
    const random = mulberry32(n * 1000 + d * 10 + k);
    const points = Array.from({ length: n }, (_, i) => shape(random, i, d));
    const matrix = matrixOf(points, d);
    const expected = obvious(points, matrix.ids);
    const found = nearestNeighbours(matrix, k);
    expect([found.n, found.k]).toEqual([n, Math.max(0, Math.min(k, n - 1))]);
    expect(named(found, matrix.ids)).toEqual(expected.map((all) => all.slice(0, k)));
    const fewer = nearestOf(found, 4);
    expect(named(fewer, matrix.ids)).toEqual(expected.map((all) => all.slice(0, Math.min(k, 4))));
    // Exact for as many pairs as there are neighbours kept.
    const count = Math.min(k, 3);
    const pairs = closestPairs(found, count).map(({ a, b, distance }) => ({
      a: matrix.ids[a],
      b: matrix.ids[b],
      distance,
    }));
    expect(pairs).toEqual(closest(expected, count));
  });
});

test('sums that differ in the last bits do not tell twins apart, and small differences do', () => {
  const [x, twin, near] = [0.1 + 0.2, 0.3, 0.3 + 2e-12];
  const { rows, distances } = nearestNeighbours(matrixOf([[near], [x], [twin]], 1), 2);
  expect([...rows.subarray(2, 4)]).toEqual([2, 0]);
  expect([...distances.subarray(2, 4)]).toEqual([0, expect.closeTo(2e-12, 14)]);
  // Twins are at distance 0 from each other, so that their ids decide whom others meet first.
  expect([...rows.subarray(0, 2)]).toEqual([1, 2]);
});

test.each([
  [0.99e-12, 0],
  [1.01e-12, 1.01e-12],
])('two points %d apart are at distance %d', (apart, expected) => {
  expect([...nearestNeighbours(matrixOf([[0], [apart]], 1), 1).distances]).toEqual([expected, expected]);
});

test('asking for more than is held gives what is held', () => {
  const found = nearestNeighbours(matrixOf([[1], [2], [4]], 1), 2);
  expect(nearestOf(found, 5)).toEqual(found);
  expect(nearestOf(found, 2)).toEqual(found);
});

test('more pairs than there are: all of them, each once', () => {
  const found = nearestNeighbours(matrixOf([[0], [1], [3]], 1), 2);
  expect(closestPairs(found, 10)).toEqual([
    { a: 0, b: 1, distance: 1 },
    { a: 1, b: 2, distance: 2 },
    { a: 0, b: 2, distance: 3 },
  ]);
});

test('related artists come by artist and neighbour, with the rank by distance, never a pair with itself', () => {
  const points = [[0], [10], [1], [4]];
  const { ids } = matrixOf(points, 1);
  const rows = [...relatedArtists(ids, nearestNeighbours(matrixOf(points, 1), 2))];
  expect(ids).toEqual(['A0', 'A2', 'a1', 'a3']);
  expect(
    rows.map(({ artist_id, y_artist, distance, rank }) => [artist_id, y_artist, distance, rank]),
  ).toEqual([
    ['A0', 'a1', 1, 1],
    ['A0', 'a3', 4, 2],
    ['A2', 'a1', 9, 2],
    ['A2', 'a3', 6, 1],
    ['a1', 'A0', 1, 1],
    ['a1', 'a3', 3, 2],
    ['a3', 'A0', 4, 2],
    ['a3', 'a1', 3, 1],
  ]);
});
