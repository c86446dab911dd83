import fc from 'fast-check';
import {
  byPopularity,
  ItemNeighbours,
  itemIndex as indexOf,
  itemScorer,
} from '../../../../core/recommend/items.ts';
import { popularityScorer, randomScorer } from '../../../../core/recommend/scorer.ts';
import { xoshiro128 } from '../../../../core/vectors/random.ts';
import { tries } from '../../../support/long.ts';
import { playlistsOf } from '../../../support/playlists.ts';

const itemIndex = (lists: readonly string[][]) => indexOf(playlistsOf(lists));

const LISTS = [
  ['a', 'b', 'c'],
  ['a', 'b', 'b'],
  ['a', 'd'],
  ['e', 'f'],
  ['a', 'f'],
];

test('songs that share playlists, by the cosine of their playlists', () => {
  const index = itemIndex(LISTS);
  const near = new ItemNeighbours(index).nearest([0], 10);
  expect(Array.from(near.rows, (row) => index.ids[row])).toEqual(['b', 'c', 'd', 'f']);
  expect([...near.similarities]).toEqual([2 / Math.sqrt(4 * 2), 1 / 2, 1 / 2, 1 / Math.sqrt(4 * 2)]);
});

test('popularity counts playlists, ties by id', () => {
  expect(byPopularity(itemIndex(LISTS))).toEqual(['a', 'b', 'f', 'c', 'd', 'e']);
  const scorer = popularityScorer(['a', 'b', 'f', 'c']);
  expect(scorer(['b', 'unknown'], 2)).toEqual(['a', 'f']);
  expect(scorer([], 9)).toEqual(['a', 'b', 'f', 'c']);
});

test('nothing known, nothing ranked', () => {
  expect(itemScorer(itemIndex(LISTS))(['unknown'], 5)).toEqual([]);
  expect(itemScorer(itemIndex([]))(['a'], 5)).toEqual([]);
});

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const playlists = fc.array(fc.array(fc.constantFrom(...ids), { maxLength: 6 }), { maxLength: 12 });

test('it ranks as the plain way does, also when asked again', () => {
  const given = fc.array(fc.constantFrom(...ids, 'unknown'), { maxLength: 5 });
  const questions = fc.array(fc.tuple(given, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(playlists, questions, (lists, asked) => {
      const scorer = itemScorer(itemIndex(lists));
      for (const [tracks, limit] of asked)
        expect(scorer(tracks, limit)).toEqual(obvious(lists, tracks, limit));
    }),
    tries(300, 5000),
  );
});

/** Every pair of tracks, every playlist. Sums in the order of the given tracks, as sums of roots may differ by it. */
function obvious(lists: string[][], given: string[], limit: number): string[] {
  const inAll = (...tracks: string[]) =>
    lists.filter((list) => tracks.every((id) => list.includes(id))).length;
  const scored = ids
    .filter((id) => !given.includes(id))
    .map((id) => {
      const known = [...new Set(given)].filter((other) => inAll(other) > 0 && inAll(id) > 0);
      const score = known.reduce((sum, g) => sum + inAll(g, id) / Math.sqrt(inAll(g) * inAll(id)), 0);
      return { id, score };
    });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
    .map(({ id }) => id);
}

describe('chance', () => {
  test.each([[5], [7], [40], [400]])(
    'of %d tracks each is drawn alike, once, and none that was given',
    (n) => {
      const all = Array.from({ length: n }, (_, i) => `t${i}`);
      const scorer = randomScorer(all, xoshiro128(1));
      const counts: Record<string, number> = {};
      for (let i = 0; i < 2000; i++) {
        const ranked = scorer(['t0', 'unknown'], 4);
        expect(new Set(ranked).size).toBe(4);
        for (const id of ranked) counts[id] = (counts[id] ?? 0) + 1;
      }
      expect(counts.t0).toBeUndefined();
      expect(Object.keys(counts)).toHaveLength(n - 1);
      const expected = 8000 / (n - 1);
      for (const count of Object.values(counts)) {
        expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
      }
    },
  );

  test('asked for more than there are, it ranks all', () => {
    const ranked = randomScorer(['a', 'b', 'c'], xoshiro128(1))(['a'], 10);
    expect([...ranked].sort()).toEqual(['b', 'c']);
  });
});
