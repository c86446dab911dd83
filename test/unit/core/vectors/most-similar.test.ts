import fc from 'fast-check';
import { SimilaritySearch, similaritySearch } from '../../../../core/vectors/most-similar.ts';
import { mostSimilar, type UnitVectors } from '../../../../core/vectors/nearest.ts';
import { type Xoshiro128, xoshiro128 } from '../../../../core/vectors/random.ts';
import { tries } from '../../../support/long.ts';

function spaceOf(
  rows: readonly (readonly number[])[],
  size: number,
  priors?: readonly number[],
): UnitVectors {
  const vectors = Float32Array.from(rows.flat());
  const space = { ids: rows.map((_, row) => `${row}`), size, vectors, rows: new Map() };
  return {
    ...space,
    ...(priors && { priors: Float64Array.from(rows, (_, row) => priors[row % priors.length] as number) }),
  };
}

/** About normal, by the sum of four. */
const normal = (random: Xoshiro128): number =>
  random.uniform() + random.uniform() - random.uniform() - random.uniform();

/** Rows around few points, so that many are about as near. */
function clustered(n: number, size: number, spread: number, seed: number): number[][] {
  const random = xoshiro128(seed);
  const middles = Array.from({ length: 5 }, () => Array.from({ length: size }, () => normal(random)));
  return Array.from({ length: n }, (_, row) => {
    const vector = (middles[row % 5] as number[]).map((value) => value + spread * normal(random));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}

const number = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(1e-44, -1e-38, 1e-9, 3e7),
);

test('rows and similarities are those of the plain way, to the bit', () => {
  const cases = fc
    .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 40 }))
    .chain(([size, n]) => {
      const vector = fc.oneof(
        fc.array(number, { minLength: size, maxLength: size }),
        fc.constant(Array<number>(size).fill(0)),
      );
      return fc.record({
        rows: fc
          .array(vector, { minLength: n, maxLength: n })
          .chain((rows) => fc.constantFrom(rows, [...rows, ...rows])),
        query: vector,
        priors: fc.option(fc.array(fc.constantFrom(1, 0.5, 1e-3, 1e-9), { minLength: 1, maxLength: 9 }), {
          nil: undefined,
        }),
        k: fc.integer({ min: 0, max: 100 }),
        leftOut: fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { maxLength: 10 }),
      });
    });
  fc.assert(
    fc.property(cases, ({ rows, query, priors, k, leftOut }) => {
      const space = spaceOf(rows, query.length, priors);
      const found = new SimilaritySearch(space).mostSimilar(query, k, new Set(leftOut));
      expect(found).toEqual(mostSimilar(space, query, k, new Set(leftOut)));
    }),
    tries(300, 5000),
  );
});

test.each([
  ['far apart', 1],
  ['near to each other', 0.05],
  ['all but equal', 1e-4],
])('of rows around few points, %s, every answer is that of the plain way', (_, spread) => {
  for (const size of [1, 7, 8, 33, 100, 700]) {
    const rows = clustered(300, size, spread, size);
    const space = spaceOf(rows, size, size % 2 ? [1, 0.3, 0.9, 0.05] : undefined);
    const search = new SimilaritySearch(space);
    for (const [q, query] of rows.slice(0, 20).entries()) {
      for (const k of [1, 10, 299]) {
        const leftOut = new Set(q % 2 ? [q, q + 1] : []);
        expect(search.mostSimilar(query, k, leftOut)).toEqual(mostSimilar(space, query, k, leftOut));
      }
    }
  }
});

test('the sum of several vectors as the query, and one of no direction', () => {
  const rows = clustered(500, 20, 0.5, 3);
  const space = spaceOf(rows, 20);
  const search = new SimilaritySearch(space);
  const sum = rows.slice(0, 50).reduce((sums, row) => sums.map((value, f) => value + (row[f] as number)));
  for (const query of [sum, Array<number>(20).fill(0)]) {
    expect(search.mostSimilar(query, 12)).toEqual(mostSimilar(space, query, 12));
  }
});

test('asked often, few or many of few or many rows: the answers are those of the plain way', () => {
  const rows = clustered(1200, 9, 0.5, 4);
  const space = spaceOf(rows, 9, [1, 0.4, 0.7]);
  const search = similaritySearch(space);
  for (const [q, query] of rows.slice(0, 60).entries()) {
    for (const k of [10, 13]) {
      const leftOut = new Set([q]);
      expect(search(query, k, leftOut)).toEqual(mostSimilar(space, query, k, leftOut));
    }
  }
});
