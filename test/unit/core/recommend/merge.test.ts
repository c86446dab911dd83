import { merged, type Neighbour } from '../../../../core/recommend/choose.ts';
import { reciprocalRankScorer } from '../../../../core/recommend/merge.ts';
import { shuffled, xoshiro128 } from '../../../../core/vectors/random.ts';

const ids = Array.from({ length: 1500 }, (_, n) => `id${String(n).padStart(4, '0')}`);

/** Looks every song up in every list. */
function plain(rankings: readonly (readonly string[])[]): { id: string; worth: number }[] {
  return ids
    .map((id) => {
      const places = rankings.map((ranking) => ranking.slice(0, 1000).indexOf(id));
      return { id, worth: places.reduce((sum, at) => sum + (at < 0 ? 0 : 1 / (61 + at)), 0) };
    })
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth || (a.id < b.id ? -1 : 1));
}

test.each([1, 2, 3])('scorers are merged as a plain look-up merges them, seed %i', (seed) => {
  const random = xoshiro128(seed);
  const rankings = [shuffled(ids, random), shuffled(ids, random).slice(0, 40), shuffled(ids, random)];
  const scorer = reciprocalRankScorer(rankings.map((ranking) => (_, limit) => ranking.slice(0, limit)));
  const expected = plain(rankings).map(({ id }) => id);
  expect(scorer([], 10)).toEqual(expected.slice(0, 10));
  expect(scorer([], 5000)).toEqual(expected);
});

const ranking = (method: Neighbour['method'], ...near: string[]): Neighbour[] =>
  near.map((id, i) => ({ id, method, nearness: 0.9 - i / 10, worth: 0 }));

test('a merged song is found by the way that ranks it higher, of equal ones by the first, and as near as by that', () => {
  const list = merged([ranking('sound', 'a', 'b', 'c'), ranking('playlists', 'a', 'd', 'b')]);
  expect(list.map(({ id, method, nearness, worth }) => [id, method, nearness, worth])).toEqual([
    ['a', 'sound', 0.9, 2 / 61],
    ['b', 'sound', 0.8, 1 / 62 + 1 / 63],
    ['d', 'playlists', 0.8, 1 / 62],
    ['c', 'sound', 0.7, 1 / 63],
  ]);
  const other = merged([ranking('sound', 'x', 'y', 'z'), ranking('playlists', 'z')]);
  expect(other[0]).toMatchObject({ id: 'z', method: 'playlists', nearness: 0.9 });
});

test('one of two rankings may be empty', () => {
  expect(merged([[], ranking('sound', 'a')]).map(({ id, worth }) => [id, worth])).toEqual([['a', 1 / 61]]);
  expect(merged([[], []])).toEqual([]);
});
