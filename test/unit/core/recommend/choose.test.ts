import { type Choice, chooseSongs, type Naming } from '../../../../core/recommend/choose.ts';
import type { SongNames } from '../../../../core/recommend/heard.ts';

const heard = (id: string, weight: number) => ({ id, name: id, artist: 'Someone', isrc: null, weight });
const naming = (id: string, weight: number, near: Record<string, number>): Naming => ({
  heard: heard(id, weight),
  neighbours: Object.entries(near).map(([song, worth]) => ({
    ...{ id: song, method: 'sound' as const },
    ...{ nearness: worth, worth },
  })),
});
const choose = (namings: Naming[], choice: Partial<Choice> = {}) =>
  chooseSongs(namings, {
    ...{ perSong: 2, size: 30, maxPerArtist: 2, isAdmissible: () => true },
    song: (id) => ({ name: id, artist: `Artist of ${id}`, isrc: null }),
    ...choice,
  });
const idsOf = (list: ReturnType<typeof choose>) => list.map(({ id }) => id);

test('a song is worth the sum over who names it, and comes from the one that adds the most', () => {
  const namings = [
    naming('h1', 1, { a: 0.9, b: 0.8 }),
    naming('h2', 3, { b: 0.5, c: 0.4 }),
    naming('h3', 0.1, { c: 1, a: 0.9 }),
  ];
  const list = choose(namings, { size: 3 });
  expect(list.map(({ id, because, nearness }) => [id, because.id, nearness])).toEqual([
    ['b', 'h2', 0.5],
    ['c', 'h2', 0.4],
    ['a', 'h1', 0.9],
  ]);
  expect(list.map(({ score }) => score)).toEqual([0.8 + 1.5, 1.2000000000000002 + 0.1, 0.9 + 0.1 * 0.9]);
});

test('ties go by id, and to the first that adds as much', () => {
  const list = choose([naming('h1', 1, { b: 0.5, a: 0.5 }), naming('h2', 1, { a: 0.5, b: 0.5 })]);
  expect(list.map(({ id, because }) => [id, because.id])).toEqual([
    ['a', 'h1'],
    ['b', 'h1'],
  ]);
});

test('each names its first admissible ones; more of them only where the list is not full', () => {
  const near = { a: 0.9, b: 0.8, c: 0.7, d: 0.6, e: 0.5 };
  const isAdmissible = (id: string) => id !== 'b';
  expect(idsOf(choose([naming('h', 1, near)], { isAdmissible, size: 2 }))).toEqual(['a', 'c']);
  expect(idsOf(choose([naming('h', 1, near)], { isAdmissible, size: 3 }))).toEqual(['a', 'c', 'd']);
  expect(idsOf(choose([naming('h', 1, near)], { isAdmissible }))).toEqual(['a', 'c', 'd', 'e']);
});

test('a list that doubles and artists have shortened is filled from further down', () => {
  const names: Record<string, SongNames> = {
    a: { name: 'Halo', artist: 'Beyoncé', isrc: null },
    b: { name: 'Halo - Live', artist: 'BEYONCE', isrc: null },
    c: { name: 'Other', artist: 'Various', isrc: '1' },
    d: { name: 'Same Recording', artist: 'Somebody', isrc: '1' },
    e: { name: 'Crazy', artist: 'Beyoncé', isrc: null },
    f: { name: 'Lemonade', artist: 'Beyoncé', isrc: null },
    g: { name: null, artist: null, isrc: null },
    h: { name: null, artist: null, isrc: null },
  };
  const song = (id: string): SongNames => names[id] as SongNames;
  const near = { a: 0.9, b: 0.8, c: 0.7, d: 0.6, e: 0.5, f: 0.4, g: 0.3, h: 0.2 };
  expect(idsOf(choose([naming('x', 1, near)], { song }))).toEqual(['a', 'c', 'e', 'g', 'h']);
  expect(idsOf(choose([naming('x', 1, near)], { song, maxPerArtist: 1, size: 3 }))).toEqual(['a', 'c', 'g']);
});

test('nothing named is an empty list', () => {
  expect(choose([])).toEqual([]);
  expect(choose([naming('h', 1, {})])).toEqual([]);
});
