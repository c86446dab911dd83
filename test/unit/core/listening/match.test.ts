import fc from 'fast-check';
import { pairTimes } from '../../../../core/listening/match.ts';
import { tries } from '../../../support/long.ts';

const sorted = (most: number, until: number) =>
  fc.array(fc.integer({ min: 0, max: until }), { maxLength: most }).map((list) => list.sort((x, y) => x - y));

/** The size of a maximum matching, by augmenting paths, whatever the order. */
function mostPairs(a: readonly number[], b: readonly number[], tolerance: number): number {
  const partner = new Map<number, number>();
  const augment = (i: number, seen: Set<number>): boolean =>
    b.some((time, j) => {
      if (seen.has(j) || Math.abs((a[i] as number) - time) >= tolerance) return false;
      seen.add(j);
      const other = partner.get(j);
      if (other !== undefined && !augment(other, seen)) return false;
      partner.set(j, i);
      return true;
    });
  return a.filter((_, i) => augment(i, new Set())).length;
}

/** The most pairs and the least that they can be apart together, by trying every pairing. */
function best(a: readonly number[], b: readonly number[], tolerance: number): [number, number] {
  const [first, ...rest] = a;
  if (first === undefined) return [0, 0];
  let found = best(rest, b, tolerance);
  b.forEach((time, j) => {
    const apart = Math.abs(first - time);
    if (apart >= tolerance) return;
    const [pairs, more] = best(rest, b.toSpliced(j, 1), tolerance);
    const [most, least] = found;
    if (pairs + 1 > most || (pairs + 1 === most && apart + more < least)) found = [pairs + 1, apart + more];
  });
  return found;
}

const apart = (pairs: [number, number][], a: readonly number[], b: readonly number[]): number[] =>
  pairs.map(([i, j]) => Math.abs((a[i] as number) - (b[j] as number)));

test('as many times are paired as can be, each once and less than the tolerance apart', () => {
  fc.assert(
    fc.property(sorted(40, 300), sorted(40, 300), fc.integer({ min: 1, max: 60 }), (a, b, tolerance) => {
      const pairs = pairTimes(a, b, tolerance);
      expect(pairs).toHaveLength(mostPairs(a, b, tolerance));
      for (const distance of apart(pairs, a, b)) expect(distance).toBeLessThan(tolerance);
      for (const side of [0, 1]) expect(new Set(pairs.map((pair) => pair[side])).size).toBe(pairs.length);
    }),
    tries(300, 5000),
  );
});

test('of the pairings with as many pairs it is one that lies closest together', () => {
  fc.assert(
    fc.property(sorted(6, 40), sorted(6, 40), fc.integer({ min: 1, max: 30 }), (a, b, tolerance) => {
      const pairs = pairTimes(a, b, tolerance);
      const sum = apart(pairs, a, b).reduce((total, distance) => total + distance, 0);
      expect([pairs.length, sum]).toEqual(best(a, b, tolerance));
    }),
    tries(300, 5000),
  );
});

test('a year of one song on repeat is paired in a moment', () => {
  const year = Array.from({ length: 175_000 }, (_, i) => i * 180_000);
  const late = year.map((time) => time + 900).slice(1);
  const pairs = pairTimes(year, late, 180_000);
  expect(pairs).toHaveLength(late.length);
  expect(pairs.every(([i, j]) => i === j + 1)).toBe(true);
});
