import { reasons } from '../../../../core/similarity/reasons.ts';
import { mulberry32 } from '../../../../sample/random.ts';

const UNIT = { min: 0, max: 1 };
const ranges = { energy: UNIT, tempo: { min: 60, max: 160 }, loudness: { min: -60, max: 0 }, mode: UNIT };

test('the feature that adds least comes first, with the raw means', () => {
  const a = { artist_id: 'a', energy: 0.5, tempo: 100, loudness: -30 };
  const b = { artist_id: 'b', energy: 0.2, tempo: 110, loudness: -18 };
  // The squares are 0.09, 0.01 and 0.04.
  expect(reasons(['energy', 'tempo', 'loudness'], ranges, a, b)).toEqual([
    { feature: 'tempo', share: expect.closeTo(1 / 14, 12), a: 100, b: 110 },
    { feature: 'loudness', share: expect.closeTo(4 / 14, 12), a: -30, b: -18 },
    { feature: 'energy', share: expect.closeTo(9 / 14, 12), a: 0.5, b: 0.2 },
  ]);
});

test('the shares are the same seen from the other side, and all together they are 1', () => {
  const random = mulberry32(3);
  const features = Object.keys(ranges);
  for (let i = 0; i < 200; i++) {
    const artist = () => ({
      energy: random.uniform(),
      tempo: 60 + random.int(100),
      loudness: -random.uniform() * 60,
      mode: random.int(2),
    });
    const [a, b] = [artist(), artist()];
    const found = reasons(features, ranges, a, b);
    expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(found.map(({ share }) => share)).toEqual(found.map(({ share }) => share).sort((x, y) => x - y));
    expect(found.map(({ feature }) => feature).sort()).toEqual([...features].sort());
    const back = reasons(features, ranges, b, a);
    expect(back).toEqual(found.map(({ feature, share, a, b }) => ({ feature, share, a: b, b: a })));
  }
});

test.each([
  ['the same to the bit', 0.3, 0.3],
  ['the same but for the last bits', 0.1 + 0.2, 0.3],
])('twins (%s) get equal shares, in the order asked for', (_, x, y) => {
  const found = reasons(['mode', 'energy'], ranges, { mode: 1, energy: x }, { mode: 1, energy: y });
  expect(found).toEqual([
    { feature: 'mode', share: 0.5, a: 1, b: 1 },
    { feature: 'energy', share: 0.5, a: x, b: y },
  ]);
});

test('equal shares stand in the order asked for', () => {
  const [a, b] = [
    { energy: 0, mode: 0 },
    { energy: 1, mode: 1 },
  ];
  for (const features of [
    ['energy', 'mode'],
    ['mode', 'energy'],
  ]) {
    expect(reasons(features, ranges, a, b).map(({ feature }) => feature)).toEqual(features);
  }
});

test('a single feature is the whole reason', () => {
  expect(reasons(['tempo'], ranges, { tempo: 60 }, { tempo: 160 })).toEqual([
    { feature: 'tempo', share: 1, a: 60, b: 160 },
  ]);
});

test('a feature that is the same everywhere has no share, however far the means are', () => {
  const flat = { ...ranges, tempo: { min: 120, max: 120 } };
  const [a, b] = [
    { energy: 0, tempo: 120 },
    { energy: 1, tempo: 120 },
  ];
  expect(reasons(['energy', 'tempo'], flat, a, b)).toMatchObject([
    { feature: 'tempo', share: 0 },
    { feature: 'energy', share: 1 },
  ]);
});
