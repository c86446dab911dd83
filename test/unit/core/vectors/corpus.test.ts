import { buildCorpus, buildVocabulary } from '../../../../core/vectors/corpus.ts';
import { playlistsOf } from '../../../support/playlists.ts';

const LISTS = playlistsOf([['b', 'a', 'c', 'B'], ['b', 'b', 'rare'], ['a', 'c'], ['B', 'rare2'], []]);
const NONE = playlistsOf([]);

test('the vocabulary is ordered by count, then by id bytewise; a track counts wherever it stands', () => {
  const { ids, counts } = buildVocabulary(LISTS, 2);
  expect(ids).toEqual(['b', 'B', 'a', 'c']);
  expect([...counts]).toEqual([3, 2, 2, 2]);
  expect(buildVocabulary(LISTS, 3).ids).toEqual(['b']);
  expect(buildVocabulary(LISTS, 1).ids).toEqual(['b', 'B', 'a', 'c', 'rare', 'rare2']);
  expect(buildVocabulary(LISTS, 4).ids).toEqual([]);
});

test('the corpus has the lists in rows of the vocabulary, without tracks it has not and without lists of one', () => {
  const { tokens, starts } = buildCorpus(LISTS, buildVocabulary(LISTS, 2));
  expect([...starts]).toEqual([0, 4, 6, 8]);
  expect([...tokens]).toEqual([0, 2, 3, 1, 0, 0, 2, 3]);
  expect(buildCorpus(NONE, buildVocabulary(NONE, 1))).toEqual({
    tokens: new Int32Array(0),
    starts: new Int32Array([0]),
  });
});
