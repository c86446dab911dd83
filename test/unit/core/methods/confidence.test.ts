import { confidences, meanResampler, setResampler } from '../../../../core/methods/confidence.ts';
import { SEVERAL_STYLES, spreads } from '../../../../core/methods/spread.ts';
import { whitenedMethod } from '../../../../core/methods/whitened.ts';
import { xoshiro128 } from '../../../../core/vectors/random.ts';
import { mulberry32 } from '../../../../sample/random.ts';
import { apart, madeUp, placed, pointsOf } from './fixture.ts';

const space = (seed: number, artists = 20) => {
  const random = mulberry32(seed);
  return placed(madeUp(random, artists, 8, () => random.gaussian()));
};

test('the same seed gives the same shares, and in all as many neighbours as are asked for', () => {
  const made = space(1);
  const near = whitenedMethod(made).nearest(9);
  const resampler = meanResampler(made.points, made.starts);
  const shares = confidences(near, 3, made.starts, resampler, 5);
  expect(confidences(near, 3, made.starts, resampler, 5)).toEqual(shares);
  expect(confidences(near, 3, made.starts, resampler, 6)).not.toEqual(shares);
  for (let artist = 0; artist < 20; artist++) {
    const mine = shares.subarray(artist * 9, (artist + 1) * 9);
    expect(mine.reduce((sum, share) => sum + share, 0)).toBeCloseTo(3, 9);
    for (const share of mine) expect(share >= 0 && share <= 1).toBe(true);
  }
});

test('neighbours that are near whatever is drawn are sure; one of two that are alike is half sure', () => {
  // a's tracks are at 0; b's lie round 1 and c's round 1, d's at 100.
  const random = mulberry32(2);
  const around = (at: number) => Array.from({ length: 30 }, () => at + random.gaussian() / 2);
  const points = Float64Array.from([0, ...around(1), ...around(1), 100]);
  const starts = Int32Array.of(0, 1, 31, 61, 62);
  const rows = Int32Array.of(1, 2, 3, 0, 2, 3, 1, 0, 3, 2, 1, 0);
  const near = { n: 4, k: 3, rows, distances: new Float64Array(12) };
  const resamplers = [
    meanResampler(points, starts),
    setResampler((x, y) => Math.abs((points[x] as number) - (points[y] as number)), starts),
  ];
  for (const resampler of resamplers) {
    const two = confidences(near, 2, starts, resampler, 1);
    expect([...two.subarray(0, 3)]).toEqual([1, 1, 0].map((share) => expect.closeTo(share, 9)));
    const [b, c, d] = confidences(near, 1, starts, resampler, 1);
    expect(b as number).toBeGreaterThan(0.02);
    expect(c as number).toBeGreaterThan(0.02);
    expect(d).toBe(0);
  }
});

test('ties go by row', () => {
  const near = { n: 3, k: 2, rows: Int32Array.of(2, 1, 2, 0, 1, 0), distances: new Float64Array(6) };
  const shares = confidences(near, 1, Int32Array.of(0, 1, 2, 3), () => () => 0, 1);
  expect([...shares]).toEqual([0, 1, 0, 1, 0, 1].map((share) => expect.closeTo(share, 9)));
});

test('resampled distances are those of what was drawn, as computed from the drawn tracks themselves', () => {
  const made = space(3);
  const random = xoshiro128(1);
  const d = 3;
  const squared = (x: number, y: number) =>
    apart([...made.points.subarray(x * d, x * d + d)], [...made.points.subarray(y * d, y * d + d)]);
  const resamplers = [meanResampler(made.points, made.starts), setResampler(squared, made.starts)] as const;
  for (let i = 0; i < 50; i++) {
    const [a, b] = [random.int(20), random.int(20)];
    const drawn = [a, b].map((artist) => {
      const points = pointsOf(made, artist);
      const times = new Int32Array(points.length);
      for (const _ of points) {
        const t = random.int(points.length);
        times[t] = (times[t] as number) + 1;
      }
      return {
        times,
        points: points.flatMap((point, t) => Array.from({ length: times[t] as number }, () => point)),
      };
    });
    const [left, right] = drawn as [(typeof drawn)[0], (typeof drawn)[0]];
    const mean = (rows: number[][]) =>
      [0, 1, 2].map((f) => rows.reduce((sum, row) => sum + (row[f] as number), 0) / rows.length);
    const nearest = (from: number[][], to: number[][]) =>
      from.reduce((sum, x) => sum + Math.min(...to.map((y) => apart(x, y))), 0) / from.length;
    const [means, sets] = resamplers.map((resampler) => resampler(a, b)(left.times, right.times));
    expect(means).toBeCloseTo(apart(mean(left.points), mean(right.points)), 9);
    expect(sets).toBeCloseTo(
      (nearest(left.points, right.points) + nearest(right.points, left.points)) / 2,
      9,
    );
  }
});

test('a value that is not known is not drawn', () => {
  const points = Float64Array.of(1, Number.NaN, 3, 10, 5, 20);
  const [once, twice] = [Int32Array.of(1, 1), Int32Array.of(1)];
  const distance = meanResampler(points, Int32Array.of(0, 2, 3))(0, 1);
  expect(distance(once, twice)).toBeCloseTo(Math.hypot(2 - 5, 10 - 20), 12);
  // Of the first track alone the second feature is not known: it tells nothing.
  expect(distance(Int32Array.of(2, 0), twice)).toBe(4);
});

test('spread is 1 where artists vary alike, larger for one of two styles, unknown for one track', () => {
  const random = mulberry32(6);
  const usual = madeUp(random, 200, 1, () => 0).flatMap(({ artist_id }) =>
    Array.from({ length: 10 }, (_, t) => ({
      artist_id,
      id: `${artist_id}-${t}`,
      features: { energy: random.gaussian(), tempo: random.gaussian(), valence: random.gaussian() },
    })),
  );
  const two = Array.from({ length: 10 }, (_, t) => ({
    artist_id: 'two',
    id: `two-${t}`,
    features: { energy: t % 2 ? 2 : -2, tempo: t % 2 ? 2 : -2, valence: random.gaussian() },
  }));
  const single = { artist_id: 'one', id: 'one-1', features: { energy: 0, tempo: 0, valence: 0 } };
  const made = placed([...usual, ...two, single]);
  const found = spreads(made);
  const of = (id: string) => found[made.ids.indexOf(id)] as number;
  const mean = made.ids
    .filter((id) => id !== 'two' && id !== 'one')
    .reduce((sum, id, _, all) => sum + of(id) / all.length, 0);
  expect(mean).toBeCloseTo(1, 1);
  expect(of('two')).toBeGreaterThan(SEVERAL_STYLES);
  expect(of('one')).toBeNaN();
});
