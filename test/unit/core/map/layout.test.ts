import { runAtOnce } from '../../../../core/long-work.ts';
import { type Layout, layOut } from '../../../../core/map/layout.ts';
import { principalPlane } from '../../../../core/map/principal.ts';
import { mapQuality } from '../../../../core/map/quality.ts';
import { Repulsion } from '../../../../core/map/repulsion.ts';
import type { Matrix } from '../../../../core/similarity/matrix.ts';
import { nearestNeighbours } from '../../../../core/similarity/neighbours.ts';
import { mulberry32 } from '../../../../sample/random.ts';
import { clusters, distancesIn, scattered } from './points.ts';

const place = (points: Matrix, seed = 1, k = 15): Layout =>
  runAtOnce(layOut(nearestNeighbours(points, k), points, seed));

/** The smallest and the largest of each axis. */
const endsOf = ({ x, y }: Layout) => [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];

test('keeps far more of the truth than the two main axes do', () => {
  const points = clusters(500, 8, 20);
  const [x, y] = principalPlane(points);
  const flat = runAtOnce(mapQuality({ x, y }, distancesIn(points), 1));
  const map = runAtOnce(mapQuality(place(points), distancesIn(points), 1));
  expect(map.trustworthiness).toBeGreaterThan(0.99);
  expect(map.trustworthiness).toBeGreaterThan(flat.trustworthiness + 0.03);
  expect(map.kept).toBeGreaterThan(flat.kept + 0.2);
});

test('lies within 0 and 1, as wide as high, the longer side from end to end', () => {
  const [left, right, bottom, top] = endsOf(place(clusters(200, 4, 6))) as [number, number, number, number];
  expect(Math.max(right - left, top - bottom)).toBeCloseTo(1, 12);
  for (const end of [left, right, bottom, top]) {
    expect(end).toBeGreaterThanOrEqual(0);
    expect(end).toBeLessThanOrEqual(1);
  }
  expect(left + right).toBeCloseTo(1, 12);
  expect(bottom + top).toBeCloseTo(1, 12);
});

test('the same seed gives the same places, another others; more neighbours than it looks at change nothing', () => {
  const points = clusters(120, 5, 4);
  expect(place(points)).toEqual(place(points));
  expect(place(points, 1, 119)).toEqual(place(points));
  expect(place(points, 2).x).not.toEqual(place(points).x);
});

test('the last digits of the points change nothing', () => {
  const points = clusters(300, 5, 4);
  const random = mulberry32(9);
  const summedAnew = points.columns.map((column) =>
    column.map((value) => value * (1 + Math.round(random.uniform() * 4 - 2) * Number.EPSILON)),
  );
  const other = { ids: points.ids, columns: summedAnew };
  expect(other.columns).not.toEqual(points.columns);
  expect(place(other)).toEqual(place(points));
  expect(runAtOnce(mapQuality(place(other), distancesIn(other), 1))).toEqual(
    runAtOnce(mapQuality(place(points), distancesIn(points), 1)),
  );
});

test.each([0, 1, 2, 3, 4, 5])('places %i artists', (n) => {
  const { x, y } = place(scattered(n, 3));
  expect([x.length, y.length]).toEqual([n, n]);
  expect([...x, ...y].every((value) => value >= 0 && value <= 1)).toBe(true);
  if (n === 1) expect([x[0], y[0]]).toEqual([0.5, 0.5]);
  if (n > 1) expect(new Set(x).size).toBe(n);
});

test('twins, all of them or a few, features that say nothing and none at all leave no hole', () => {
  const same = { ids: scattered(40, 1).ids, columns: [new Float64Array(40), new Float64Array(40).fill(7)] };
  const none = { ids: same.ids, columns: [] };
  const few = scattered(40, 3);
  for (const column of few.columns) column.fill(0.5, 0, 25);
  for (const points of [same, none, few]) {
    const { x, y } = place(points);
    expect([...x, ...y].every((value) => value >= 0 && value <= 1)).toBe(true);
  }
});

test('groups that nothing connects stay apart', () => {
  const points = clusters(80, 2, 2);
  const far = points.columns.map((column) => column.map((value, i) => value + 100 * (i % 2)));
  const { x, y } = place({ ids: points.ids, columns: far });
  const middle = (part: number, axis: Float64Array) =>
    axis.filter((_, i) => i % 2 === part).reduce((sum, value) => sum + value / 40, 0);
  expect(Math.hypot(middle(0, x) - middle(1, x), middle(0, y) - middle(1, y))).toBeGreaterThan(0.3);
});

test('the main axes are those along which points spread most, at right angles', () => {
  const random = mulberry32(3);
  const [wide, less, thin] = [5, 2, 0.1].map((spread) =>
    Float64Array.from({ length: 400 }, () => spread * random.gaussian()),
  ) as [Float64Array, Float64Array, Float64Array];
  // Turned by 30 degrees in the plane of the first and the last.
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  const columns = [
    wide.map((value, i) => c * value - s * (thin[i] as number)),
    less,
    wide.map((value, i) => s * value + c * (thin[i] as number)),
  ];
  const [x, y] = principalPlane({ ids: scattered(400, 1).ids, columns });
  const like = (a: Float64Array, b: Float64Array) => {
    const centred = (v: Float64Array) =>
      v.map((value) => value - v.reduce((sum, w) => sum + w, 0) / v.length);
    const [p, q] = [centred(a), centred(b)];
    const dot = (u: Float64Array, v: Float64Array) =>
      u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
    return Math.abs(dot(p, q)) / Math.sqrt(dot(p, p) * dot(q, q));
  };
  expect(like(x, wide)).toBeGreaterThan(0.999);
  expect(like(y, less)).toBeGreaterThan(0.99);
});

test('points are pushed as if each had looked at each other, but for what far cells round off', () => {
  const random = mulberry32(7);
  const n = 400;
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: n }, () => 20 * random.gaussian())) as [
    Float64Array,
    Float64Array,
  ];
  // Three at one point, and two nearer than the finest cell.
  for (const axis of [x, y]) axis.fill(1, 0, 3);
  x[4] = (x[3] as number) + 1e-9;
  y[4] = y[3] as number;
  const [pushX, pushY] = [new Float64Array(n), new Float64Array(n)];
  const total = new Repulsion(n).push(x, y, pushX, pushY);
  let [all, off, length] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    let [fx, fy] = [0, 0];
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const [dx, dy] = [(x[i] as number) - (x[j] as number), (y[i] as number) - (y[j] as number)];
      const near = 1 / (1 + dx * dx + dy * dy);
      all += near;
      fx += near * near * dx;
      fy += near * near * dy;
    }
    off += ((pushX[i] as number) - fx) ** 2 + ((pushY[i] as number) - fy) ** 2;
    length += fx * fx + fy * fy;
  }
  expect(Math.abs(total / all - 1)).toBeLessThan(0.01);
  expect(Math.sqrt(off / length)).toBeLessThan(0.02);
});
