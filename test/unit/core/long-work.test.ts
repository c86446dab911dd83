import { BudgetSpentError } from '../../../core/errors.ts';
import {
  counted,
  inSlices,
  partOf,
  runAtOnce,
  runInSlices,
  type Step,
  type Steps,
  yieldToEventLoop,
} from '../../../core/long-work.ts';
import { mapOf } from '../../../core/map/artist-map.ts';
import { Blend } from '../../../core/methods/blend.ts';
import { confidences } from '../../../core/methods/confidence.ts';
import { fitBlend } from '../../../core/methods/fit-blend.ts';
import { meanRedistance, RESAMPLES, resamplesOf } from '../../../core/methods/resamples.ts';
import { placeInSteps } from '../../../core/methods/space.ts';
import { setsInSteps, trackSets } from '../../../core/methods/track-sets.ts';
import { tracksMethod } from '../../../core/methods/tracks.ts';
import { centres, whitenedMethod } from '../../../core/methods/whitened.ts';
import type { Clock } from '../../../core/ports.ts';
import { scoreCard } from '../../../core/score/card.ts';
import { genreMeasures } from '../../../core/score/measures.ts';
import { artistPlaylists, playlistTruth } from '../../../core/score/truth.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { distancesIn } from './map/points.ts';
import { FEATURES, madeUp, placed } from './methods/fixture.ts';

/** A clock on which each look at it takes so many milliseconds, and nothing else takes any; it counts its sleeps. */
function workClock(milliseconds: number): Clock & { sleeps: number; move(by: number): void } {
  let now = 0;
  return {
    sleeps: 0,
    now: () => {
      now += milliseconds;
      return now;
    },
    async sleep() {
      this.sleeps += 1;
    },
    every: () => () => {},
    move: (by) => {
      now += by;
    },
  };
}

function* counting(total: number): Steps<number> {
  for (let done = 0; done < total; done++) yield { what: 'counting', done, total };
  return total;
}

test('a computation yields after each 50 ms of steps, and says how far it has come', async () => {
  const clock = workClock(10);
  const told: unknown[] = [];
  const progress = (...values: unknown[]) => told.push(values);
  expect(await runInSlices({ clock, progress }, counting(100))).toBe(100);
  // A step is 10 ms, and so is to begin a slice.
  expect(clock.sleeps).toBe(20);
  expect(told.slice(0, 2)).toEqual([
    ['counting', 4, 100],
    ['counting', 9, 100],
  ]);
  expect(told).toHaveLength(20);
});

test('short work does not yield, and long steps do after each', async () => {
  for (const [milliseconds, sleeps] of [
    [0, 0],
    [1000, 100],
  ] as const) {
    const clock = workClock(milliseconds);
    expect(await runInSlices({ clock, progress: () => {} }, counting(100))).toBe(100);
    expect(clock.sleeps).toBe(sleeps);
  }
});

test('a clock that is set back keeps no one from yielding', async () => {
  const clock = workClock(10);
  const items = Array.from({ length: 40 }, (_, i) => i);
  const taken: number[] = [];
  for await (const item of inSlices(clock, items)) {
    if (item === 0) clock.move(-3_600_000);
    taken.push(item);
  }
  expect(taken).toEqual(items);
  expect(clock.sleeps).toBeGreaterThanOrEqual(7);
});

test('to yield before what would end after the deadline is refused', async () => {
  const clock = workClock(10);
  await yieldToEventLoop({ clock });
  await yieldToEventLoop({ clock, deadline: 1000 }, 900);
  await expect(yieldToEventLoop({ clock, deadline: 1000 }, 1000)).rejects.toThrow(BudgetSpentError);
  expect(clock.sleeps).toBe(3);
});

test('parts count in hundredths of the whole, and items by thousands', () => {
  const steps: Step[] = [];
  for (let part = 0; part < 3; part++) steps.push(...partOf('all', part, 3, counting(4)));
  expect(steps.map(({ what, done, total }) => [what, done, total])).toEqual(
    [0, 8, 16, 25, 33, 41, 50, 58, 66, 75, 83, 91].map((done) => ['all', done, 100]),
  );
  expect(runAtOnce(partOf('all', 0, 3, counting(4)))).toBe(4);
  const told: unknown[] = [];
  const items = Array.from({ length: 2001 }, (_, i) => i);
  expect([...counted((...values) => told.push(values), 'writing', 2001, items)]).toEqual(items);
  expect(told).toEqual([0, 1000, 2000].map((done) => ['writing', done, 2001]));
});

const ARTISTS = 60;
const random = mulberry32(3);
const found = madeUp(random, ARTISTS, 4, () => random.uniform());
const space = placed(found);
const sound = whitenedMethod(space);
const nearest = runAtOnce(sound.nearest(ARTISTS));
const resamples = runAtOnce(resamplesOf(space.starts, 1));
const redistance = runAtOnce(meanRedistance(space.points, resamples));
const playlists = artistPlaylists(
  space.ids,
  Array.from({ length: 20 }, () => space.ids.filter(() => random.uniform() < 0.2)),
);
const means = FEATURES.map((feature, f) => ({ feature, values: space.means[f] as Float64Array }));
const genres = space.ids.map((_, row) => new Set([`genre ${row % 3}`]));
const ranking = (artist: number) => nearest.rows.subarray(artist * nearest.k, (artist + 1) * nearest.k);

function* distancesDrawn(): Steps<Float64Array> {
  const distances = new Float64Array(RESAMPLES);
  (yield* meanRedistance(space.points, resamples))(0, 1, distances);
  return distances;
}

test.each<[string, number, () => Steps<unknown>]>([
  ['neighbours by tracks', ARTISTS, () => tracksMethod(space).nearest(5)],
  ['neighbours by the blend', ARTISTS, () => new Blend(sound, playlists, 1, nearest).nearest(5)],
  ['the fit of the blend', 7 * ARTISTS, () => fitBlend(sound, nearest, playlists, 1)],
  ['resamples', ARTISTS, () => resamplesOf(space.starts, 1)],
  ['means of resamples', ARTISTS, () => distancesDrawn()],
  ['confidences', ARTISTS, () => confidences(nearest, 10, redistance)],
  ['a score card', 6 * ARTISTS + 2000, () => scoreCard(ranking, [], genreMeasures(genres, 10), 1)],
  ['what playlists tell', playlists.tokens.length, () => playlistTruth(playlists)],
  // Weights, moves, styles, and the map's quality.
  [
    'the map',
    2 * ARTISTS + 400 + 50,
    () => mapOf(nearest, centres(space), means, distancesIn(centres(space)), 1),
  ],
  ['sets of tracks', FEATURES.length, () => setsInSteps(found, FEATURES)],
  ['places of tracks', 3 * FEATURES.length, () => placeInSteps(trackSets(found, FEATURES).sets)],
])('%s: at least %d steps, in slices with the same result', async (_, least, begin) => {
  const steps = [...begin()];
  expect(steps.length).toBeGreaterThanOrEqual(least);
  for (const { what, done, total } of steps) {
    expect(what).not.toBe('');
    expect(done).toBeGreaterThanOrEqual(0);
    expect(done).toBeLessThanOrEqual(total);
  }
  const clock = workClock(50);
  expect(await runInSlices({ clock, progress: () => {} }, begin())).toEqual(runAtOnce(begin()));
  expect(clock.sleeps).toBe(steps.length);
});
