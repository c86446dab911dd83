import fc from 'fast-check';
import { xoshiro128 } from '../../../../core/vectors/random.ts';
import { drawSettings, Race } from '../../../../core/vectors/search.ts';
import { settingsOf } from '../../../../core/vectors/settings.ts';

test('settings are drawn by a seed, those that are given stay, what is not searched for is as before', () => {
  const base = settingsOf({ negatives: 7, seed: 9 });
  const draw = (seed: number) => {
    const random = xoshiro128(seed);
    return Array.from({ length: 200 }, () => drawSettings({ size: 12, cbow: true }, base, random));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  for (const settings of draw(1)) {
    expect(settings).toMatchObject({ size: 12, architecture: 'cbow', negatives: 7, seed: 9 });
  }
  expect(new Set(draw(1).map(({ window }) => window))).toEqual(new Set([3, 5, 10, 20, 40]));
  const architectures = Array.from(
    { length: 50 },
    (_, i) => drawSettings({}, base, xoshiro128(i)).architecture,
  );
  expect(new Set(architectures)).toEqual(new Set(['skip-gram', 'cbow']));
});

test('the best third goes on, at each stage by itself, and the first always', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(9)), { maxLength: 30 }), (runs) => {
      const race = new Race();
      for (const [i, [stage, reached]] of runs.entries()) {
        const all = runs.slice(0, i + 1).filter(([other]) => other === stage);
        const rank = all.filter(([, value]) => value > reached).length + 1;
        expect(race.goesOn(stage, reached)).toBe(rank === 1 || rank <= Math.ceil(all.length / 3));
      }
    }),
  );
});
