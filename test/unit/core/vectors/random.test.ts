import { aliasTable, draw } from '../../../../core/vectors/alias.ts';
import { shuffled, Xoshiro128, xoshiro128 } from '../../../../core/vectors/random.ts';

test('xoshiro128** gives the numbers of its reference, to a seed that are always the same', () => {
  // From the authors' C program, started with 1, 2, 3, 4.
  const random = new Xoshiro128([1, 2, 3, 4]);
  expect(Array.from({ length: 6 }, () => random.next())).toEqual(REFERENCE);
  const [a, b, other] = [xoshiro128(7), xoshiro128(7), xoshiro128(8)];
  const first = Array.from({ length: 5 }, () => a.next());
  expect(Array.from({ length: 5 }, () => b.next())).toEqual(first);
  expect(Array.from({ length: 5 }, () => other.next())).not.toEqual(first);
  const resumed = new Xoshiro128(a.state);
  expect(resumed.next()).toBe(a.next());
});
const REFERENCE = [11520, 0, 5927040, 70819200, 2031721883, 1637235492];

/** Chi-square of counts against expected ones. */
const chiSquare = (counts: readonly number[], expected: readonly number[]) =>
  counts.reduce((sum, count, i) => sum + (count - (expected[i] as number)) ** 2 / (expected[i] as number), 0);

test('integers below a number are all equally likely, and so are all orders', () => {
  const random = xoshiro128(1);
  const counts = Array.from({ length: 10 }, () => 0);
  const orders: Record<string, number> = {};
  for (let i = 0; i < 24_000; i++) {
    const number = random.int(10);
    counts[number] = (counts[number] as number) + 1;
    const order = shuffled(['a', 'b', 'c', 'd'], random).join('');
    orders[order] = (orders[order] ?? 0) + 1;
  }
  // 99.9 % quantiles of chi-square with 9 and 23 degrees of freedom.
  expect(chiSquare(counts, Array<number>(10).fill(2400))).toBeLessThan(27.9);
  expect(Object.keys(orders)).toHaveLength(24);
  expect(chiSquare(Object.values(orders), Array<number>(24).fill(1000))).toBeLessThan(49.7);
});

describe('the alias table', () => {
  test.each([
    ['one row', [3]],
    ['equal rows', [2, 2, 2]],
    ['word counts', [1000, 300, 100, 50, 20, 7, 3, 1, 1, 1]],
    ['a row that is never drawn', [5, 0, 1]],
    ['counts to a power below 0', [1000, 10, 1].map((count) => count ** -0.5)],
  ])('%s: chances are exactly those of the weights', (_, list) => {
    const { stays, alias } = aliasTable(Float64Array.from(list));
    const chances = list.map(() => 0);
    for (const [row, stay] of stays.entries()) {
      chances[row] = (chances[row] as number) + stay / 2 ** 32;
      const to = alias[row] as number;
      chances[to] = (chances[to] as number) + 1 - stay / 2 ** 32;
    }
    const total = list.reduce((sum, weight) => sum + weight, 0);
    for (const [row, weight] of list.entries()) {
      expect((chances[row] as number) / list.length).toBeCloseTo(weight / total, 8);
    }
  });

  test('draws follow the weights', () => {
    const weights = [1000, 300, 100, 50, 20, 7, 3];
    const table = aliasTable(Float64Array.from(weights));
    const random = xoshiro128(3);
    const counts = weights.map(() => 0);
    const draws = 148_000;
    for (let i = 0; i < draws; i++) {
      const row = draw(table, random);
      counts[row] = (counts[row] as number) + 1;
    }
    // 99.9 % quantile of chi-square with 6 degrees of freedom.
    const expected = weights.map((weight) => (weight / 1480) * draws);
    expect(chiSquare(counts, expected)).toBeLessThan(22.5);
  });
});
