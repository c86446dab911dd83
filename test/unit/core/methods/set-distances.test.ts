import { plainDistances, setDistances } from '../../../../core/methods/set-distances.ts';
import type { Space } from '../../../../core/methods/space.ts';
import { mulberry32, type Random } from '../../../../sample/random.ts';

/** Artists with so many tracks each, in a space of d features. */
function spaceOf(
  sizes: readonly number[],
  d: number,
  value: (artist: number, feature: number) => number,
): Space {
  const starts = new Int32Array(sizes.length + 1);
  for (const [i, size] of sizes.entries()) starts[i + 1] = (starts[i] as number) + size;
  const points = sizes.flatMap((size, artist) =>
    Array.from({ length: size * d }, (_, i) => value(artist, i % d)),
  );
  return {
    ids: sizes.map((_, i) => `a${i}`),
    starts,
    ruler: { features: Array.from({ length: d }, (_, f) => `f${f}`), knots: [], whitening: [] },
    means: [],
    points: Float64Array.from(points),
  };
}

const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 1, 10];

const VALUES: Record<string, (random: Random) => (artist: number, feature: number) => number> = {
  uniform: (random) => () => random.uniform(),
  'on a grid': (random) => () => random.int(2),
  'all equal': () => () => 0.3,
  'nearly equal': (random) => () => random.int(3) * 1e-13,
  'far apart': (random) => (artist) => 100 * (artist % 4) + random.uniform(),
  'huge, tiny and negative': (random) => (_, f) =>
    (random.uniform() - 0.5) * 10 ** ([30, -300, 200][f % 3] as number),
};

describe.each(Object.entries(VALUES))('%s', (_, valuesOf) => {
  test.each([1, 2, 3, 10, 11])('of %d features: the plain distances, to the bit, the same both ways', (d) => {
    const space = spaceOf(SIZES, d, valuesOf(mulberry32(d)));
    const [distances, plain] = [setDistances(space), plainDistances(space)];
    const all = SIZES.map((_, artist) => [...distances(artist, 0, SIZES.length)]);
    expect(all).toEqual(SIZES.map((_, artist) => [...plain(artist, 0, SIZES.length)]));
    for (const [a, row] of all.entries()) expect(row).toEqual(all.map((column) => column[a]));
    expect([...distances(4, 5, 9)]).toEqual(all[4]?.slice(5, 9));
    expect(distances(4, 5, 5)).toHaveLength(0);
  });

  test('a limit takes none that is within it', () => {
    const space = spaceOf(SIZES, 3, valuesOf(mulberry32(1)));
    const plain = plainDistances(space);
    const all = SIZES.map((_, artist) => [...plain(artist, 0, SIZES.length)]);
    for (const bound of new Set(all.flat())) {
      const limits = Float64Array.from(SIZES, (_, artist) => (artist % 2 ? bound : bound / 2));
      const within = setDistances(space, limits);
      const wrong = all.flatMap((row, a) => {
        const found = within(a, 0, SIZES.length);
        const mayBeLeftOut = (b: number) =>
          found[b] === Infinity && (row[b] as number) > Math.max(limits[a] as number, limits[b] as number);
        return row.filter((distance, b) => found[b] !== distance && !mayBeLeftOut(b));
      });
      expect(wrong).toEqual([]);
    }
  });
});

test('artists whose boxes are too far from each other are given up', () => {
  const random = mulberry32(3);
  const space = spaceOf(SIZES, 4, (artist) => 100 * (artist % 4) + random.uniform());
  const within = setDistances(space, new Float64Array(SIZES.length).fill(3));
  for (const [a] of SIZES.entries()) {
    expect([...within(a, 0, SIZES.length)].map(Number.isFinite)).toEqual(
      SIZES.map((_, b) => a % 4 === b % 4),
    );
  }
});

test('nobody, and artists without features', () => {
  expect(setDistances(spaceOf([], 3, () => 0))(0, 0, 0)).toHaveLength(0);
  expect([...setDistances(spaceOf([2, 1], 0, () => 0))(0, 0, 2)]).toEqual([0, 0]);
});
