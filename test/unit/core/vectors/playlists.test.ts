import fc from 'fast-check';
import { fingerprint, PlaylistsBuilder, playlistsWhere } from '../../../../core/vectors/playlists.ts';
import { tries } from '../../../support/long.ts';
import { listsOf, playlistsOf } from '../../../support/playlists.ts';

const ids = fc.constantFrom('a', 'B', 'b', 'c0', 'c00', 'zz');
const lists = fc.array(fc.array(ids, { maxLength: 5 }), { maxLength: 8 });

test('playlists are as they were gathered, their tracks sorted bytewise, each once', () => {
  fc.assert(
    fc.property(lists, (gathered) => {
      const playlists = playlistsOf(gathered);
      expect(listsOf(playlists)).toEqual(gathered);
      expect(playlists.ids).toEqual([...new Set(gathered.flat())].sort());
      expect([...playlists.rows]).toEqual(playlists.ids.map((id, row) => [id, row]));
      expect(listsOf(playlistsWhere(playlists, (p) => p % 2 === 1))).toEqual(
        gathered.filter((_, p) => p % 2 === 1),
      );
    }),
    tries(),
  );
});

test('more than is held at first is gathered too', () => {
  const long = Array.from({ length: 5000 }, (_, i) => `t${i % 1700}`);
  expect(listsOf(playlistsOf([[], long, ['x']]))).toEqual([[], long, ['x']]);
});

test('it tells which tracks are new, and which of them each row is', () => {
  const builder = new PlaylistsBuilder();
  builder.begin();
  expect(['b', 'a', 'b', 'c'].map((id) => builder.add(id))).toEqual([true, true, false, true]);
  expect(builder.playlists).toBe(1);
  expect([...builder.build().order]).toEqual([1, 0, 2]);
});

test('the fingerprint tells other tracks, places and bounds', () => {
  const of = (...those: string[][]) => fingerprint(playlistsOf(those));
  const prints = [
    of(['a', 'b', 'c']),
    of(['a', 'c', 'b']),
    of(['a'], ['b', 'c']),
    of(['a', 'b'], ['c']),
    of(),
  ];
  expect(new Set(prints).size).toBe(prints.length);
  expect(of(['a', 'b', 'c'])).toBe(prints[0]);
});
