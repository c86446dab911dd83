import fc from 'fast-check';
import { askByHalves } from '../../../core/batches.ts';

test('what fails alone is found, and everything else is asked for with success once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.uniqueArray(fc.nat(99)), async (size, marked) => {
      const items = Array.from({ length: size }, (_, i) => i);
      const bad = new Set(marked);
      const answered: number[] = [];
      const found = await askByHalves(items, async (part) => {
        if (part.some((item) => bad.has(item))) return false;
        answered.push(...part);
        return true;
      });
      expect(found.toSorted((a, b) => a - b)).toEqual(items.filter((item) => bad.has(item)));
      expect(answered.toSorted((a, b) => a - b)).toEqual(items.filter((item) => !bad.has(item)));
    }),
    { seed: 20_261_122 },
  );
});

test.each([0, 1, 49, 50, 99])(
  'one bad item of a hundred, the %ith: three failures in a row at most',
  async (bad) => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const outcomes: boolean[] = [];
    await askByHalves(items, async (part) => {
      const works = !part.includes(bad);
      outcomes.push(works);
      return works;
    });
    expect(outcomes.length).toBeLessThanOrEqual(1 + 2 * 7);
    expect(
      Math.max(
        ...outcomes
          .join()
          .split('true')
          .map((row) => row.split('false').length - 1),
      ),
    ).toBeLessThanOrEqual(3);
  },
);
