import { holdOut as holdOutOf } from '../../../../core/recommend/holdout.ts';
import { listsOf, playlistsOf } from '../../../support/playlists.ts';

const holdOut = (lists: readonly string[][], seed: number, fold?: number) => {
  const { training, heldOut } = holdOutOf(playlistsOf(lists), seed, fold);
  return { training: listsOf(training), heldOut };
};
const playlist = (p: number, length: number) => Array.from({ length }, (_, i) => `p${p}-${i}`);
const LISTS = Array.from({ length: 23 }, (_, p) => playlist(p, p < 3 ? 4 : 5 + p));

test('the folds hold out each playlist of five different tracks once, the rest is to learn from', () => {
  const folds = [0, 1, 2, 3, 4].map((fold) => holdOut(LISTS, 7, fold));
  expect(folds.map(({ heldOut }) => heldOut.length)).toEqual([4, 4, 4, 4, 4]);
  const owner = (id = '') => id.split('-')[0];
  const asked = folds.flatMap(({ heldOut }) => heldOut.map(({ rest }) => owner(rest.hidden[0])));
  expect(asked.sort()).toEqual(
    LISTS.slice(3)
      .map(([id]) => owner(id))
      .sort(),
  );
  for (const { training, heldOut } of folds) {
    expect(training).toHaveLength(19);
    const learnt = new Set(training.flat());
    for (const { rest } of heldOut) expect(rest.hidden.some((id) => learnt.has(id))).toBe(false);
  }
});

test('of a playlist half is hidden, and of five places what comes next', () => {
  const { heldOut } = holdOut([['a', 'b', 'a', 'c', 'd', 'e', 'b', 'f', 'g'], ...LISTS.slice(0, 3)], 1);
  const [{ next, rest }] = heldOut as [(typeof heldOut)[number]];
  const tracks = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect([rest.given.length, rest.hidden.length]).toEqual([4, 3]);
  expect([...rest.given, ...rest.hidden].sort()).toEqual(tracks);
  expect([...rest.given].sort()).toEqual(rest.given);
  expect(next).toHaveLength(5);
  expect(new Set(next.map(({ hidden }) => hidden[0])).size).toBe(5);
  for (const { given, hidden } of next) {
    expect(given.length).toBeGreaterThan(0);
    expect([...given, ...hidden]).toEqual(tracks.slice(0, given.length + 1));
  }
});

test('of a short playlist every place but the first is asked of', () => {
  const { heldOut } = holdOut([['a', 'b', 'c', 'd', 'e']], 1);
  const next = heldOut[0]?.next ?? [];
  expect(next.map(({ hidden }) => hidden[0]).sort()).toEqual(['b', 'c', 'd', 'e']);
});

test('a seed gives the same split, another seed another', () => {
  expect(holdOut(LISTS, 7)).toEqual(holdOut(LISTS, 7));
  expect(holdOut(LISTS, 8)).not.toEqual(holdOut(LISTS, 7));
});

test('playlists that are short are never held out, however often a track stands in them', () => {
  const lists = [['a', 'b', 'c', 'd', 'a', 'b'], ['a'], []];
  expect(holdOut(lists, 1)).toEqual({ training: lists, heldOut: [] });
});

test('at most a thousand are held out; the others are learnt from', () => {
  const { training, heldOut } = holdOut(
    Array.from({ length: 6000 }, (_, p) => playlist(p, 5)),
    1,
  );
  expect([training.length, heldOut.length]).toEqual([5000, 1000]);
});
