import { SOUND_FEATURES } from '../../../../core/features.ts';
import { runAtOnce } from '../../../../core/long-work.ts';
import { mapOf } from '../../../../core/map/artist-map.ts';
import { type Means, stylesOf } from '../../../../core/map/styles.ts';
import { wordsOf } from '../../../../core/map/words.ts';
import { nearestNeighbours } from '../../../../core/similarity/neighbours.ts';
import { mulberry32 } from '../../../../sample/random.ts';
import { clusters, distancesIn } from './points.ts';

const random = mulberry32(4);
/** Artists that are loud and fast, acoustic and quiet, or spoken, of which half as many each. */
const KINDS = [
  { energy: 0.8, loudness: -5, tempo: 160, acousticness: 0.1, speechiness: 0.05 },
  { energy: 0.4, loudness: -18, tempo: 110, acousticness: 0.9, speechiness: 0.05 },
  { energy: 0.5, loudness: -12, tempo: 110, acousticness: 0.3, speechiness: 0.8 },
];
const kinds = [...Array(60).fill(0), ...Array(30).fill(1), ...Array(15).fill(2)] as number[];
const means: Means[] = ['energy', 'loudness', 'tempo', 'acousticness', 'speechiness'].map((feature) => ({
  feature,
  values: Float64Array.from(kinds, (kind) => {
    const value = KINDS[kind]?.[feature as keyof (typeof KINDS)[number]] as number;
    return value * (1 + 0.03 * random.gaussian());
  }),
}));

test('finds the styles that there are, the largest first, and says what each stands out by', () => {
  const { of, styles } = runAtOnce(stylesOf(means, 1));
  expect([...of]).toEqual(kinds);
  expect(styles.map(({ artists }) => artists)).toEqual([60, 30, 15]);
  const [loud, quiet, spoken] = styles.map(({ words }) => words);
  expect(loud).toMatch(/fast|loud|energetic/);
  expect(quiet).toBe('acoustic and quiet');
  expect(spoken).toMatch(/^wordy/);
  expect(runAtOnce(stylesOf(means, 1))).toEqual({ of, styles });
});

test('an artist without a value counts as usual in it, and a feature without values says nothing', () => {
  const holes = means.map(({ feature, values }) => ({ feature, values: values.slice() }));
  for (const { values } of holes.slice(0, 2)) values[3] = Number.NaN;
  const empty = { feature: 'valence', values: new Float64Array(kinds.length).fill(Number.NaN) };
  const { of, styles } = runAtOnce(stylesOf([...holes, empty], 1));
  expect([...of]).toEqual(kinds);
  expect(styles.map(({ words }) => words).join()).not.toMatch(/cheerful|sombre/);
});

test.each([
  [0, 0],
  [1, 1],
  [15, 1],
])('of %i artists there are %i styles', (n, count) => {
  const { of, styles } = runAtOnce(
    stylesOf(
      means.map(({ feature, values }) => ({ feature, values: values.slice(0, n) })),
      1,
    ),
  );
  expect([of.length, styles.length]).toEqual([n, count]);
  expect(styles.reduce((sum, { artists }) => sum + artists, 0)).toBe(n);
});

test('artists that are all the same are one style', () => {
  const same = means.map(({ feature }) => ({ feature, values: new Float64Array(200).fill(0.1 + 0.2) }));
  expect(runAtOnce(stylesOf(same, 1)).styles).toEqual([{ words: 'of everything the middle', artists: 200 }]);
});

test('there are eight styles at the most', () => {
  const { columns } = clusters(600, 6, 30);
  const many = columns.map((values, f) => ({ feature: SOUND_FEATURES[f] as string, values }));
  const { of, styles } = runAtOnce(stylesOf(many, 1));
  expect(styles.length).toBeLessThanOrEqual(8);
  expect(new Set(of).size).toBe(styles.length);
});

test('words name the two strongest features, and more where another style is called the same', () => {
  const features = ['loudness', 'tempo', 'energy', 'valence'];
  expect(
    wordsOf(features, [
      [1, 2, 0, 0],
      [1, 2, 0.5, 0],
      [-1, 0, 0.3, 0],
      [0.1, -0.1, 0, 0],
      [1, 2, 0.5, -0.4],
    ]),
  ).toEqual([
    'fast and loud',
    'fast, loud and energetic',
    'quiet',
    'of everything the middle',
    'fast, loud, energetic and sombre',
  ]);
});

test('a map has a place and a style for each artist, and tells how good it is', () => {
  const points = clusters(60, 5, 4);
  const found = runAtOnce(
    mapOf(
      nearestNeighbours(points, 15),
      points,
      points.columns.map((values, f) => ({ feature: SOUND_FEATURES[f] as string, values })),
      distancesIn(points),
      1,
    ),
  );
  expect([found.x.length, found.y.length, found.style.length]).toEqual([60, 60, 60]);
  expect(found.quality).toMatchObject({ k: 10, artists: 60 });
  expect(found.quality.kept).toBeGreaterThan(0.6);
  expect(found.quality.styles.length).toBe(new Set(found.style).size);
});
