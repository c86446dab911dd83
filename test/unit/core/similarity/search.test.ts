import fc from 'fast-check';
import type { Matrix } from '../../../../core/similarity/matrix.ts';
import { nearestNeighbours, nearestRows } from '../../../../core/similarity/neighbours.ts';
import { plainKernel } from '../../../../core/similarity/plain-kernel.ts';
import { prepareSearch, searchLeaves, simdKernel, treeOf } from '../../../../core/similarity/search.ts';
import { LEAF, splitOf } from '../../../../core/similarity/tree.ts';
import { mulberry32, type Random } from '../../../../sample/random.ts';
import { bruteForce } from '../../../support/brute-force.ts';

const KERNELS = { simd: simdKernel, plain: plainKernel };

const matrixOf = (n: number, d: number, value: (i: number, f: number) => number): Matrix => ({
  ids: Array.from({ length: n }, (_, i) => `id${i}`),
  columns: Array.from({ length: d }, (_, f) => Float64Array.from({ length: n }, (_, i) => value(i, f))),
});

/** Both kernels give what comparing all with all gives, to the bit. */
function expectExact(matrix: Matrix, k: number): void {
  const expected = bruteForce(matrix, k);
  for (const [name, kernel] of Object.entries(KERNELS)) {
    const search = prepareSearch(matrix, k);
    searchLeaves(search, 0, kernel);
    const { rows, distances } = search.result;
    const wrong = expected.rows.findIndex(
      (row, i) => row !== rows[i] || expected.distances[i] !== distances[i],
    );
    const at = [Math.floor(wrong / expected.k), wrong % expected.k];
    expect({ name, length: rows.length, wrong, at }).toEqual({
      ...{ name, length: expected.rows.length, wrong: -1 },
      at: expect.anything(),
    });
  }
}

type Shape = (random: Random, i: number, f: number) => number;
const SHAPES: Record<string, Shape> = {
  uniform: (random) => random.uniform(),
  clustered: (random, i, f) => ((i * 7 + f * 3) % 5) / 5 + random.gaussian() / 500,
  'all equal': () => 0.7,
  'on a line': (_, i) => i / 1000,
  'on a diagonal, backwards': (_, i, f) => (f + 1) * -i,
  'on a grid': (random) => random.int(3),
  duplicates: (_, i, f) => ((i >> 2) * (f + 3) * 7) % 11,
  'one feature varies': (random, _, f) => (f === 0 ? random.uniform() : 1),
  'far from the origin': (random) => 1e9 + random.uniform(),
  'twins and near twins': (random) => random.int(4) + random.int(3) * 4e-13,
  huge: (random) => (random.uniform() - 0.5) * 1e30,
  tiny: (random) => random.uniform() * 1e-30,
  denormal: (random) => random.int(1000) * 5e-324,
  'squares above the largest number': (random) => (random.uniform() - 0.5) * 1e200,
  'of all sizes': (random) => random.gaussian() * 10 ** (random.int(60) - 30),
  'with far outliers': (random, i) => (i % 50 === 0 ? 1e12 : 0) + random.uniform(),
  'both zeros': (random) => (random.int(2) === 0 ? 0 : -0),
};

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  test.each([
    [1, 5, 3],
    [2, 1, 1],
    [31, 5, 30],
    [32, 12, 7],
    [33, 5, 4],
    [65, 1, 20],
    [300, 1, 20],
    [1100, 5, 20],
    [400, 5, 1],
    [300, 12, 50],
    [150, 3, 149],
    [600, 2, 90],
  ])('%d points of %d features, the %d nearest', (n, d, k) => {
    const random = mulberry32(n * 100 + d * 10 + k);
    expectExact(
      matrixOf(n, d, (i, f) => shape(random, i, f)),
      k,
    );
  });
});

test('whatever the points are, both kernels find what comparing all with all finds', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, min: 0, max: 1 }),
    fc.integer({ min: -2, max: 2 }),
  );
  const cases = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 60 }))
    .chain(([d, n, k]) =>
      fc.tuple(
        fc.constant(k),
        fc.array(fc.array(value, { minLength: d, maxLength: d }), { minLength: n, maxLength: n }),
        fc.constant(d),
      ),
    );
  fc.assert(
    fc.property(cases, ([k, points, d]) => {
      expectExact(
        matrixOf(points.length, d, (i, f) => points[i]?.[f] as number),
        k,
      );
    }),
    { numRuns: 100, seed: 7 },
  );
});

test('many thousand equal points take no longer than others', () => {
  const n = 30_000;
  const { rows } = nearestNeighbours(
    matrixOf(n, 1, (i) => i % 2),
    20,
  );
  for (const i of [0, 1, 4711, n - 1]) {
    const first = Array.from({ length: 21 }, (_, r) => 2 * r + (i % 2)).filter((row) => row !== i);
    expect([...rows.subarray(i * 20, (i + 1) * 20)]).toEqual(first.slice(0, 20));
  }
});

test('without features all are alike, and without points there is nothing', () => {
  expect([...nearestNeighbours({ ids: ['a', 'b', 'c'], columns: [] }, 1).rows]).toEqual([1, 0, 0]);
  expect(nearestNeighbours({ ids: [], columns: [new Float64Array(0)] }, 5)).toMatchObject({ n: 0, k: 0 });
});

test.each([Number.NaN, Infinity, -Infinity])('%d is refused, and whose it is is said', (value) => {
  const matrix = matrixOf(40, 2, (i, f) => (i === 33 && f === 1 ? value : i));
  expect(() => nearestNeighbours(matrix, 3)).toThrow(
    `expected finite values to compare, got ${value} for id33 in column 2`,
  );
});

test('some rows alone are as they are in the whole', () => {
  const random = mulberry32(5);
  const matrix = matrixOf(500, 4, () => random.uniform());
  const whole = nearestNeighbours(matrix, 6);
  for (const [from, to] of [
    [0, 500],
    [0, 1],
    [123, 321],
    [499, 500],
    [7, 7],
  ] as const) {
    const part = nearestRows(matrix, 6, from, to);
    expect(part.n).toBe(to - from);
    expect([...part.rows]).toEqual([...whole.rows.subarray(from * 6, to * 6)]);
    expect([...part.distances]).toEqual([...whole.distances.subarray(from * 6, to * 6)]);
  }
});

test('the kernel tells the distances of a point to all of some leaves', () => {
  const random = mulberry32(9);
  const [n, d] = [3 * LEAF + 5, 5];
  const { columns, ids } = matrixOf(n, d, (i) => (i % 7 === 0 ? 0.5 : random.uniform()));
  const search = prepareSearch({ ids, columns }, 1);
  const out = (search.memory as WebAssembly.Memory & { grow(pages: number): number }).grow(1) * 65_536;
  const { rows } = treeOf(search);
  const [position, leaf, count] = [LEAF + 3, 1, 3];
  simdKernel(search, 0).distances(position, leaf, count, out);
  const told = new Float64Array(search.memory.buffer, out, count * LEAF);
  for (let i = 0; leaf * LEAF + i < n; i++) {
    const [a, b] = [rows[position] as number, rows[leaf * LEAF + i] as number];
    const squared = columns.reduce((sum, x) => sum + ((x[a] as number) - (x[b] as number)) ** 2, 0);
    expect(told[i]).toBe(Math.sqrt(squared));
  }
});

test('the tree holds each row once, the smallest of a leaf first, in boxes that fit and halves that do not cross', () => {
  const random = mulberry32(9);
  const [n, d] = [5000, 3];
  const matrix = matrixOf(n, d, () => random.gaussian());
  const search = prepareSearch(matrix, 1);
  const { leaves, rows, boxes, points } = treeOf(search);
  expect([...rows.filter((row) => row >= 0)].sort((a, b) => a - b)).toEqual(matrix.ids.map((_, i) => i));
  const check = (from: number, to: number, node: number, child: number): void => {
    const held = [...rows.subarray(from * LEAF, to * LEAF)].filter((row) => row >= 0);
    for (let f = 0; f < d; f++) {
      const values = held.map((row) => matrix.columns[f]?.[row] as number);
      expect(boxes[(node * d + f) * 4 + child]).toBe(Math.min(...values));
      expect(boxes[(node * d + f) * 4 + child + 2]).toBe(Math.max(...values));
    }
    if (to - from === 1) {
      expect(held[0]).toBe(Math.min(...held));
      expect(points[from * LEAF * d]).toBe(matrix.columns[0]?.[held[0] as number]);
      return;
    }
    const split = splitOf(from, to);
    check(from, split, split, 0);
    if (split * LEAF < n) check(split, to, split, 1);
  };
  check(0, leaves, 0, 0);
});
