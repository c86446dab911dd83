import { runAtOnce } from '../../../../core/long-work.ts';
import { candidatesOf, confidences, confidentAmong } from '../../../../core/methods/confidence.ts';
import { meanRedistance, RESAMPLES, resamplesOf, setRedistance } from '../../../../core/methods/resamples.ts';
import { SEVERAL_STYLES, spreads } from '../../../../core/methods/spread.ts';
import { whitenedMethod } from '../../../../core/methods/whitened.ts';
import { mulberry32 } from '../../../../sample/random.ts';
import { apart, madeUp, placed, pointsOf } from './fixture.ts';

const space = (seed: number, artists = 20) => {
  const random = mulberry32(seed);
  return placed(madeUp(random, artists, 8, () => random.gaussian()));
};

test('the same seed gives the same shares, and in all as many neighbours as are asked for', () => {
  const made = space(1);
  const near = runAtOnce(whitenedMethod(made).nearest(9));
  const by = (seed: number) =>
    runAtOnce(
      confidences(near, 3, runAtOnce(meanRedistance(made.points, runAtOnce(resamplesOf(made.starts, seed))))),
    );
  const shares = by(5);
  expect(by(5)).toEqual(shares);
  expect(by(6)).not.toEqual(shares);
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
  const resamples = runAtOnce(resamplesOf(starts, 1));
  const ways = [
    runAtOnce(meanRedistance(points, resamples)),
    setRedistance((x, y) => Math.abs((points[x] as number) - (points[y] as number)), resamples),
  ];
  for (const redistance of ways) {
    const two = runAtOnce(confidences(near, 2, redistance));
    expect([...two.subarray(0, 3)]).toEqual([1, 1, 0]);
    const [b, c, d] = runAtOnce(confidences(near, 1, redistance));
    expect(b as number).toBeGreaterThan(0.02);
    expect(c as number).toBeGreaterThan(0.02);
    expect(d).toBe(0);
  }
});

test('ties go by row', () => {
  const near = { n: 3, k: 2, rows: Int32Array.of(2, 1, 2, 0, 1, 0), distances: new Float64Array(6) };
  expect([...runAtOnce(confidences(near, 1, (_a, _b, distances) => distances.fill(7)))]).toEqual([
    0, 1, 0, 1, 0, 1,
  ]);
});

test('the shares are those of sorting the candidates in each resample', () => {
  const n = 12;
  const random = mulberry32(8);
  // Few values, so that there are ties.
  const made = Array.from({ length: n * n }, () => Array.from({ length: RESAMPLES }, () => random.int(4)));
  const rows = Int32Array.from({ length: n * 6 }, (_, at) => {
    const artist = Math.floor(at / 6);
    return (artist + 1 + ((at * 5 + artist) % 6)) % n;
  });
  const near = { n, k: 6, rows, distances: new Float64Array(n * 6) };
  const at = (a: number, b: number) => made[a * n + b] as number[];
  const found = runAtOnce(confidences(near, 4, (a, b, distances) => distances.set(at(a, b))));
  const expected = Array.from(rows, (row, at_) => {
    const artist = Math.floor(at_ / 6);
    const others = [...rows.subarray(artist * 6, artist * 6 + 6)];
    const times = Array.from({ length: RESAMPLES }, (_, s) =>
      others
        .sort((x, y) => (at(artist, x)[s] as number) - (at(artist, y)[s] as number) || x - y)
        .slice(0, 4)
        .includes(row),
    );
    return times.filter(Boolean).length / RESAMPLES;
  });
  expect([...found]).toEqual(expected);
});

test.each([
  [1, 0, 0],
  [2, 1, 3],
  [4, 1, 3],
  [5, 2, 6],
  [31, 10, 30],
  [10_000, 10, 30],
])('of %d artists a neighbour has to stay among %d of %d', (n, among, candidates) => {
  expect([confidentAmong(n), candidatesOf(n)]).toEqual([among, candidates]);
});

test('each resample draws as many tracks as an artist has, of its own alone', () => {
  const starts = Int32Array.of(0, 1, 4, 10);
  const { counts, tracks } = runAtOnce(resamplesOf(starts, 3));
  for (let s = 0; s < RESAMPLES; s++) {
    for (const [i, size] of [1, 3, 6].entries()) {
      const drawn = counts.subarray(
        s * tracks + (starts[i] as number),
        s * tracks + (starts[i + 1] as number),
      );
      expect(drawn.reduce((sum, times) => sum + times, 0)).toBe(size);
    }
  }
  expect(new Set(counts.subarray(1, 4)).size + new Set(counts.subarray(11, 14)).size).toBeGreaterThan(2);
});

test('resampled distances are those of what was drawn, as computed from the drawn tracks themselves', () => {
  const made = space(3);
  const d = 3;
  const squared = (x: number, y: number) =>
    apart([...made.points.subarray(x * d, x * d + d)], [...made.points.subarray(y * d, y * d + d)]);
  const resamples = runAtOnce(resamplesOf(made.starts, 2));
  const ways = [runAtOnce(meanRedistance(made.points, resamples)), setRedistance(squared, resamples)];
  const drawn = (artist: number, s: number) =>
    pointsOf(made, artist).flatMap((point, t) => {
      const at = s * resamples.tracks + (made.starts[artist] as number) + t;
      return Array.from({ length: resamples.counts[at] as number }, () => point);
    });
  const mean = (rows: number[][]) =>
    [0, 1, 2].map((f) => rows.reduce((sum, row) => sum + (row[f] as number), 0) / rows.length);
  const nearest = (from: number[][], to: number[][]) =>
    from.reduce((sum, x) => sum + Math.min(...to.map((y) => apart(x, y))), 0) / from.length;
  for (let b = 1; b < 20; b++) {
    const [means, sets] = ways.map((redistance) => {
      const distances = new Float64Array(RESAMPLES);
      redistance(0, b, distances);
      return distances;
    });
    for (let s = 0; s < RESAMPLES; s += 13) {
      const [left, right] = [drawn(0, s), drawn(b, s)];
      expect(means?.[s]).toBeCloseTo(apart(mean(left), mean(right)), 9);
      expect(sets?.[s]).toBeCloseTo((nearest(left, right) + nearest(right, left)) / 2, 9);
    }
  }
});

test('a value that is not known is not drawn', () => {
  const points = Float64Array.of(1, Number.NaN, 3, 10, 5, 20);
  const starts = Int32Array.of(0, 2, 3);
  const counts = new Uint16Array(RESAMPLES * 3).fill(1);
  // In the second resample the first track alone, whose second feature is not known: it tells nothing.
  counts.set([2, 0, 1], 3);
  const distances = new Float64Array(RESAMPLES);
  runAtOnce(meanRedistance(points, { starts, tracks: 3, counts }))(0, 1, distances);
  expect(distances[0]).toBeCloseTo(Math.hypot(2 - 5, 10 - 20), 12);
  expect(distances[1]).toBe(4);
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
