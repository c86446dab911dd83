import { knotsOf, normalQuantile, normalScores } from '../../../../core/methods/normal-scores.ts';
import { placeTracks, spaceRuler } from '../../../../core/methods/space.ts';
import { spreads } from '../../../../core/methods/spread.ts';
import { trackSets } from '../../../../core/methods/track-sets.ts';
import { whitening } from '../../../../core/methods/whitening.ts';
import { mulberry32 } from '../../../../sample/random.ts';
import { FEATURES, madeUp, placed, pointsOf } from './fixture.ts';

test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.84134474606854, 1],
  [0.001349898031630095, -3],
  [0.02425, -1.972961051663],
])('the quantile of %d is %d', (p, expected) => {
  expect(normalQuantile(p)).toBeCloseTo(expected, 6);
  expect(normalQuantile(1 - p)).toBeCloseTo(-expected, 6);
});

test('scores of many values are normal, whatever the values', () => {
  const random = mulberry32(1);
  const values = Float64Array.from({ length: 5000 }, () => Math.exp(3 * random.uniform()));
  const scores = normalScores(values, knotsOf(values)).sort();
  for (const p of [0.05, 0.25, 0.5, 0.9]) expect(scores[5000 * p]).toBeCloseTo(normalQuantile(p), 1);
});

test('equal values get the mean of their places, those beyond the ends that of the end', () => {
  // Of 65 knots the first 40 are 0, the others go from 1 to 25.
  const values = Float64Array.from({ length: 65 }, (_, i) => Math.max(0, i - 39));
  const knots = knotsOf(values);
  expect(knots).toEqual([...values]);
  const score = (j: number) => normalQuantile((j + 0.5) / 65);
  const tied = Array.from({ length: 40 }, (_, j) => score(j)).reduce((sum, x) => sum + x, 0) / 40;
  const found = normalScores(Float64Array.of(-1, 0, 0.5, 1, 25, 99, Number.NaN), knots);
  expect(found[0]).toBe(found[1]);
  expect(found[1]).toBeCloseTo(tied, 12);
  expect(found[2]).toBeCloseTo((tied + score(40)) / 2, 12);
  expect([...found.subarray(3)]).toEqual([score(40), score(64), score(64), Number.NaN]);
});

test('a feature that is the same everywhere has no axis', () => {
  const random = mulberry32(3);
  // The sum of scores that all are equal is not 0 in floats.
  const tracks = madeUp(random, 30, 5, (_, f) => (f === 1 ? 0.3 : random.uniform()));
  const all = placed(tracks);
  const { whitening } = all.ruler;
  expect(whitening.map((row) => row.map((weight) => weight !== 0))).toEqual([
    [true, false, true],
    [false, false, false],
    [true, false, true],
  ]);
  const others = FEATURES.filter((_, f) => f !== 1);
  const without = placeTracks(trackSets(tracks, others).sets);
  for (let artist = 0; artist < 30; artist++) {
    const left = pointsOf(all, artist).map(([x, , z]) => [x, z]);
    // One feature less to draw the scatter by: about the same, not quite.
    for (const [t, point] of pointsOf(without, artist).entries()) {
      for (const f of [0, 1]) expect(left[t]?.[f]).toBeCloseTo(point[f] as number, 1);
    }
  }
  const [spread, alone] = [spreads(all), spreads(without)];
  for (const [i, value] of spread.entries()) {
    if (!Number.isNaN(value)) expect(value / (alone[i] as number)).toBeCloseTo(1, 1);
  }
});

test('whitened, the scatter of tracks within their artist is the same along all axes and between none', () => {
  const random = mulberry32(2);
  // Enough tracks that the draw towards the variances of all is small.
  const starts = Int32Array.from({ length: 1001 }, (_, i) => i * 10);
  const centre = Array.from({ length: 1000 }, () => random.gaussian());
  const raw = Array.from({ length: 10_000 }, (_, t) => {
    const [x, y] = [random.gaussian(), random.gaussian()];
    return [x + (centre[Math.floor(t / 10)] as number), 5 * x + 4 * y, 100 * y + 90 * random.gaussian()];
  });
  const columns = [0, 1, 2].map((f) => Float64Array.from(raw, (row) => row[f] as number));
  const matrix = whitening(columns, starts);
  const white = raw.map((row) =>
    [0, 1, 2].map((f) => row.reduce((sum, x, g) => sum + x * (matrix[g]?.[f] as number), 0)),
  );
  for (const f of [0, 1, 2]) {
    for (const g of [0, 1, 2]) {
      let sum = 0;
      for (let i = 0; i < 1000; i++) {
        const tracks = white.slice(i * 10, i * 10 + 10);
        const mean = (h: number) => tracks.reduce((s, row) => s + (row[h] as number), 0) / 10;
        const [meanF, meanG] = [mean(f), mean(g)];
        for (const row of tracks) sum += ((row[f] as number) - meanF) * ((row[g] as number) - meanG);
      }
      expect(sum / 9000).toBeCloseTo(f === g ? 1 : 0, 1);
    }
  }
  // ZCA: undone by the scales, it is symmetric, and each axis has most of its own feature.
  const scales = columns.map((_, f) => matrix[f] as number[]);
  for (const f of [0, 1, 2]) {
    const own = Math.abs((scales[f]?.[f] as number) * Math.sqrt(variance(columns[f] as Float64Array)));
    for (const g of [0, 1, 2]) {
      const other = Math.abs((scales[g]?.[f] as number) * Math.sqrt(variance(columns[g] as Float64Array)));
      expect(own).toBeGreaterThanOrEqual(other);
    }
  }
});

function variance(column: Float64Array): number {
  const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
  return column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
}

test('one track an artist: each feature is divided by its deviation; what never differs gets no weight', () => {
  const matrix = whitening(
    [Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 5, 5, 5)],
    Int32Array.of(0, 1, 2, 3, 4),
  );
  expect(matrix).toEqual([
    [expect.closeTo(1 / Math.sqrt(1.25), 12), 0],
    [0, 0],
  ]);
});

test('a feature twice does not blow up', () => {
  const column = Float64Array.of(1, 2, 4, 3, 7, 9);
  const matrix = whitening([column, column], Int32Array.of(0, 3, 6));
  for (const value of matrix.flat()) expect(Math.abs(value)).toBeLessThan(40);
});

test('a value that is not known stands where the artist’s others are', () => {
  const random = mulberry32(4);
  const tracks = madeUp(random, 12, 5, () => random.uniform());
  const extra = { artist_id: 'A0', id: 'x', features: { energy: null, tempo: null, valence: null } };
  const { sets } = trackSets(tracks, FEATURES);
  const ruler = spaceRuler(sets);
  const places = pointsOf(placeTracks(sets, ruler), 0);
  const more = pointsOf(placeTracks(trackSets([...tracks, extra], FEATURES).sets, ruler), 0);
  expect(more).toHaveLength(places.length + 1);
  for (const f of [0, 1, 2]) {
    const mean = places.reduce((sum, row) => sum + (row[f] as number), 0) / places.length;
    expect(more.at(-1)?.[f]).toBeCloseTo(mean, 12);
  }
});

test('a ruler survives JSON, and places another day’s tracks', () => {
  const random = mulberry32(5);
  const { sets } = trackSets(
    madeUp(random, 8, 4, () => random.uniform()),
    FEATURES,
  );
  const other = trackSets(
    madeUp(random, 5, 4, () => random.uniform()),
    [...FEATURES].reverse(),
  ).sets;
  const ruler = spaceRuler(sets);
  const again = placeTracks(other, JSON.parse(JSON.stringify(ruler)));
  expect(again.points).toEqual(placeTracks(other, ruler).points);
  expect(again.ruler.features).toEqual(FEATURES);
  expect(placeTracks(sets)).toEqual(placeTracks(sets, ruler));
});
