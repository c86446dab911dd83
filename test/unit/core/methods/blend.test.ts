import { runAtOnce, type Steps } from '../../../../core/long-work.ts';
import { Blend, DEPTH } from '../../../../core/methods/blend.ts';
import { fitBlend, playlistFolds } from '../../../../core/methods/fit-blend.ts';
import type { Method } from '../../../../core/methods/method.ts';
import { whitenedMethod } from '../../../../core/methods/whitened.ts';
import { artistPlaylists } from '../../../../core/score/truth.ts';
import type { Neighbours } from '../../../../core/similarity/neighbours.ts';
import type { Playlists } from '../../../../core/vectors/playlists.ts';
import { mulberry32 } from '../../../../sample/random.ts';
import { madeUp, neighboursOf, placed } from './fixture.ts';

function* stepsTo(result: Neighbours): Steps<Neighbours> {
  yield { what: 'searching', done: 0, total: 1 };
  return result;
}

/** Artists a to e; by sound those next in the alphabet are near. */
const LINE: Method = {
  name: 'whitened',
  ids: ['a', 'b', 'c', 'd', 'e'],
  features: ['energy', 'tempo'],
  matrix: null,
  distancesFrom: () => new Float64Array(5),
  nearest: () =>
    stepsTo({
      n: 5,
      k: 4,
      rows: Int32Array.from(
        [
          [1, 2, 3, 4],
          [0, 2, 3, 4],
          [1, 3, 0, 4],
          [2, 4, 1, 0],
          [3, 2, 1, 0],
        ].flat(),
      ),
      distances: new Float64Array(20),
    }),
  reasons: () => [
    { feature: 'energy', share: 0.25, a: 1, b: 2 },
    { feature: 'tempo', share: 0.75, a: 3, b: 4 },
  ],
};
const nearestBy = (sound: Method) => runAtOnce(sound.nearest(DEPTH));
const blendOf = (sound: Method, playlists: Playlists, weight: number) =>
  new Blend(sound, playlists, weight, nearestBy(sound));
const lists = (playlists: string[][]) => artistPlaylists(LINE.ids, playlists);

test('hand-made: places by sound and by shared playlists', () => {
  // With a: e in both of its playlists (2 / √(2 · 2)), b in one of its two and itself in one (1 / √2), zz is no artist.
  const blend = blendOf(
    LINE,
    lists([
      ['a', 'e', 'b', 'zz'],
      ['e', 'a', 'a'],
    ]),
    2,
  );
  const best = 3 / 61;
  const found = neighboursOf(blend, runAtOnce(blend.nearest(4)), 0);
  expect(found.map(({ y_artist, distance }) => [y_artist, distance])).toEqual([
    ['b', expect.closeTo(1 - (1 / 61 + 2 / 62) / best, 12)],
    ['e', expect.closeTo(1 - (1 / 64 + 2 / 61) / best, 12)],
    ['c', expect.closeTo(1 - 1 / 62 / best, 12)],
    ['d', expect.closeTo(1 - 1 / 63 / best, 12)],
  ]);
  // e has the first place by playlists, and loses by sound alone.
  expect(blend.reasons(0, 4)).toEqual([
    { feature: 'playlists', share: 0, a: 2, b: 2 },
    { feature: 'energy', share: expect.closeTo(0.25, 12), a: 1, b: 2 },
    { feature: 'tempo', share: expect.closeTo(0.75, 12), a: 3, b: 4 },
  ]);
  // b has the first by sound, and the second by playlists.
  expect(blend.reasons(0, 1).at(-1)).toEqual({ feature: 'playlists', share: 1, a: 2, b: 1 });
  expect(blend.reasons(0, 2).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
});

test('without playlists, or with no weight on them, it is the order of sound', () => {
  for (const blend of [blendOf(LINE, lists([]), 2), blendOf(LINE, lists([['a', 'e']]), 0)]) {
    const { rows } = runAtOnce(blend.nearest(4));
    expect([...rows]).toEqual([...nearestBy(LINE).rows]);
  }
});

test('whom neither list has comes last, at distance 1, by id; never the artist itself', () => {
  const first: Method = {
    ...LINE,
    nearest: () =>
      stepsTo({ n: 5, k: 1, rows: Int32Array.of(1, 4, 3, 2, 0), distances: new Float64Array(5) }),
  };
  const { rows, distances } = runAtOnce(blendOf(first, lists([]), 1).nearest(9));
  expect([...rows.subarray(4, 8)]).toEqual([4, 0, 2, 3]);
  expect([...distances.subarray(4, 8)]).toEqual([0.5, 1, 1, 1]);
});

test('equal places tie by id', () => {
  // By sound c comes second for a and b first; by playlists the other way round.
  const blend = blendOf(
    LINE,
    lists([
      ['a', 'c'],
      ['a', 'c'],
      ['a', 'b'],
    ]),
    1,
  );
  const { rows, distances } = runAtOnce(blend.nearest(2));
  expect([...rows.subarray(0, 2)]).toEqual([1, 2]);
  expect(distances[0]).toBe(distances[1]);
});

test('each playlist is held out once, and never learnt from then', () => {
  const playlists = lists(
    Array.from({ length: 12 }, (_, p) => ['a', 'b', 'c', 'd', 'e'].slice(0, 1 + (p % 5))),
  );
  const folds = playlistFolds(playlists, 3);
  expect(folds).toHaveLength(5);
  const out = folds.flatMap(({ heldOut }) => [...heldOut.starts]);
  expect(out.sort((x, y) => x - y)).toEqual([...playlists.starts]);
  for (const { training, heldOut } of folds) {
    expect(training.starts.length + heldOut.starts.length).toBe(12);
    expect([...training.starts].filter((start) => heldOut.starts.includes(start))).toEqual([]);
  }
  expect(playlistFolds(lists([['a', 'b']]), 1)).toHaveLength(1);
});

test('playlists get weight where they tell something that sound does not, and none where they do not', () => {
  const random = mulberry32(4);
  const sound = whitenedMethod(placed(madeUp(random, 40, 3, () => random.uniform())));
  // Two camps that nothing in the sound tells apart.
  const camp = (p: number) => sound.ids.filter((_, row) => row % 2 === p % 2 && random.uniform() < 0.4);
  const told = runAtOnce(
    fitBlend(
      sound,
      nearestBy(sound),
      artistPlaylists(
        sound.ids,
        Array.from({ length: 60 }, (_, p) => camp(p)),
      ),
      1,
    ),
  );
  expect(told.weight).toBeGreaterThan(0);
  expect(told.tried.map(({ weight }) => weight)).toEqual([0, 0.25, 0.5, 1, 2, 4, 8]);
  expect(runAtOnce(fitBlend(sound, nearestBy(sound), artistPlaylists(sound.ids, []), 1)).weight).toBe(0);
  const alone = artistPlaylists(
    sound.ids,
    sound.ids.map((id) => [id]),
  );
  expect(runAtOnce(fitBlend(sound, nearestBy(sound), alone, 1)).weight).toBe(0);
  expect(runAtOnce(fitBlend(sound, nearestBy(sound), alone, 1))).toEqual(
    runAtOnce(fitBlend(sound, nearestBy(sound), alone, 1)),
  );
});
