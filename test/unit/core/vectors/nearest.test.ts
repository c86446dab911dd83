import fc from 'fast-check';
import { InvalidInputError } from '../../../../core/errors.ts';
import { mostSimilar, TopRows, unitVectors } from '../../../../core/vectors/nearest.ts';
import { shuffled, xoshiro128 } from '../../../../core/vectors/random.ts';
import { tries } from '../../../support/long.ts';

const spaceOf = (vectors: Record<string, number[]>) => {
  const rows = Object.values(vectors);
  return unitVectors({
    ids: Object.keys(vectors),
    size: rows[0]?.length ?? 1,
    vectors: Float32Array.from(rows.flat()),
  });
};

test('vectors are sorted by id and of length 1; those of length 0 are left out', () => {
  const space = spaceOf({ b: [3, 4], a: [0, 0], B: [0, -2] });
  expect(space.ids).toEqual(['B', 'b']);
  expect([...space.rows]).toEqual([
    ['B', 0],
    ['b', 1],
  ]);
  expect(space.vectors).toEqual(Float32Array.of(0, -1, 3 / 5, 4 / 5));
});

test.each([
  ['NaN', { a: [1, 0], b: [Number.NaN, 1] }, 'vector of b, got NaN'],
  ['infinity', { a: [1, Number.POSITIVE_INFINITY] }, 'vector of a, got Infinity'],
])('%s is refused', (_, vectors, message) => {
  expect(() => spaceOf(vectors)).toThrow(InvalidInputError);
  expect(() => spaceOf(vectors)).toThrow(message);
});

test('an id that stands twice is refused', () => {
  const twice = { ids: ['a', 'a'], size: 1, vectors: Float32Array.of(1, 2) };
  expect(() => unitVectors(twice)).toThrow('got a twice');
});

/** Small whole numbers, of which sums are exact in any order: what is equal is a tie. */
const small = fc.integer({ min: -2, max: 2 });

test('the most similar are those of the plain way, ties by row', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 40 })).chain(([size, n]) =>
    fc.record({
      rows: fc.array(fc.array(small, { minLength: size, maxLength: size }), { minLength: n, maxLength: n }),
      query: fc.array(small, { minLength: size, maxLength: size }),
      k: fc.integer({ min: 0, max: 50 }),
      leftOut: fc.uniqueArray(fc.integer({ min: 0, max: 45 }), { maxLength: 10 }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ rows, query, k, leftOut }) => {
      const space = {
        ids: rows.map((_, row) => `${row}`),
        size: query.length,
        vectors: Float32Array.from(rows.flat()),
        rows: new Map(),
      };
      const expected = rows
        .map((vector, row) => ({
          row,
          similarity: vector.reduce((sum, value, f) => sum + value * (query[f] as number), 0),
        }))
        .filter(({ row }) => !leftOut.includes(row))
        .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
        .slice(0, k);
      const found = mostSimilar(space, query, k, new Set(leftOut));
      expect([...found.rows]).toEqual(expected.map(({ row }) => row));
      expect([...found.similarities].map((x) => x + 0)).toEqual(
        expected.map(({ similarity }) => similarity + 0),
      );
    }),
    tries(300, 5000),
  );
});

test('of random vectors the similarities are cosines', () => {
  const random = xoshiro128(2);
  const rows = Array.from({ length: 50 }, () => Array.from({ length: 11 }, () => random.uniform() - 0.4));
  const ids = shuffled(
    [...rows.keys()].map((row) => `t${row}`),
    random,
  );
  const space = spaceOf(Object.fromEntries(rows.map((vector, row) => [ids[row], vector])));
  const length = (vector: readonly number[]) => Math.hypot(...vector);
  const [query] = rows as [number[]];
  const unit = query.map((value) => value / length(query));
  const cosines = rows.map((vector, row) => ({
    id: ids[row],
    cosine: vector.reduce((sum, value, f) => sum + (value * (unit[f] as number)) / length(vector), 0),
  }));
  cosines.sort((a, b) => b.cosine - a.cosine);
  const found = mostSimilar(space, unit, 20);
  expect(Array.from(found.rows, (row) => space.ids[row])).toEqual(cosines.slice(0, 20).map(({ id }) => id));
  for (const [r, similarity] of found.similarities.entries()) {
    expect(similarity).toBeCloseTo(cosines[r]?.cosine ?? Number.NaN, 6);
  }
});

test('room for none takes none', () => {
  expect(new TopRows(0).takes(1)).toBe(false);
  expect([...new TopRows(3).sorted().rows]).toEqual([]);
});
