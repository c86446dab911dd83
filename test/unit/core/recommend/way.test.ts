import { itemIndex } from '../../../../core/recommend/items.ts';
import { itemWay, located, locator, vectorWay } from '../../../../core/recommend/way.ts';
import { unitVectors } from '../../../../core/vectors/nearest.ts';
import { playlistsOf } from '../../../support/playlists.ts';

const ids = Array.from({ length: 1200 }, (_, n) => `id${String(n).padStart(4, '0')}`);
const noNames = { ids, names: [], artists: [] };

test('what is left out takes no place of the thousand', () => {
  const leftOut = new Set(ids.slice(0, 1100).map((_, row) => row));
  const items = itemWay(itemIndex(playlistsOf([ids])), noNames);
  const vectors = new Float32Array(2 * ids.length).map((_, i) => (i % 2 ? 1 : 2));
  const alike = vectorWay('sound', unitVectors({ ids, size: 2, vectors }), noNames);
  for (const way of [items, alike]) {
    const found = Array.from(way.nearest(0, leftOut).rows, (row) => way.ids[row]);
    expect(found).toEqual(ids.slice(1100));
    expect(way.nearest(0, new Set([0])).rows).toHaveLength(1000);
    expect(way.nearest(0, new Set([0])).nearness).toHaveLength(1000);
  }
});

test('columns in any order tell what a song is called; a song is found by its id, else by name, the first by id', () => {
  const columns = {
    ids: ['c', 'zero', 'a', 'b', 'd'],
    names: ['Halo - Live', 'Zero', 'Other', 'HALO', null],
    artists: ['Beyoncé', 'Z', 'Beyoncé', 'beyonce', null],
    isrcs: ['3', '0', '1', null, '4'],
  };
  const vectors = Float32Array.from([1, 0, 1, 1, 1]);
  const way = vectorWay('playlists', unitVectors({ ids: columns.ids, size: 1, vectors }), columns);
  expect(way.ids).toEqual(['a', 'b', 'c', 'd']);
  expect(way.ids.map((_, row) => way.song(row))).toEqual([
    { name: 'Other', artist: 'Beyoncé', isrc: '1' },
    { name: 'HALO', artist: 'beyonce', isrc: null },
    { name: 'Halo - Live', artist: 'Beyoncé', isrc: '3' },
    { name: null, artist: null, isrc: '4' },
  ]);
  const heard = (id: string, name: string | null, artist: string | null) => ({
    ...{ id, name, artist, isrc: null, weight: 1 },
  });
  const songs = [
    heard('c', 'Halo', 'Beyoncé'),
    heard('x', 'Halo (Remastered)', 'Beyoncé'),
    heard('y', null, null),
    heard('zero', 'Zero', 'Z'),
    heard('w', 'Halo', 'Nobody'),
  ];
  expect(located(way, songs)).toEqual([2, 1, undefined, undefined, undefined]);
  const locate = locator(way);
  for (const some of [songs.slice(2), songs, songs.slice(0, 2)])
    expect(locate(some)).toEqual(located(way, some));
});
