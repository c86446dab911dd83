import { type Cut, cutsOf, LaterSongs } from '../../../../core/recommend/back-test.ts';
import { everHeard, isNew } from '../../../../core/recommend/ever-heard.ts';
import { playOf } from '../../../support/listener-in-database.ts';

const DAY = 86_400_000;
/** A midnight. */
const NOW = Date.UTC(2026, 10, 22);
const song = (id: string) => ({ id, name: `Song ${id}`, artist: `Artist ${id}` });
/** Plays of songs, so many days before now, in order. */
const plays = (...all: [string, number][]) =>
  all
    .map(([id, daysAgo]) => playOf(song(id), daysAgo, NOW))
    .sort((a, b) => (a.played_at < b.played_at ? -1 : 1));
const cuts = (all: ReturnType<typeof plays>) => [...cutsOf(all, { days: 7, halfLife: 3 })];
const daysAgo = ({ to }: Cut) => (NOW - to) / DAY;
/** A new song each day, from so many days ago to now. */
const daily = (from: number, until = 0): [string, number][] =>
  Array.from({ length: from - until + 1 }, (_, i) => [`d${i}`, from - i]);

test('cuts are a week from each other, the last of them 28 days before the last play', () => {
  expect(cuts(plays(...daily(60))).map(daysAgo)).toEqual([28, 35, 42, 49]);
  expect(cuts(plays(...daily(60, 3))).map(daysAgo)).toEqual([31, 38, 45, 52]);
});

test.each([
  ['35 days', 35, 0, 1],
  ['a moment less', 35 - 1e-8, 0, 0],
  ['the same, and the last play a moment too early', 35, 1e-8, 0],
  ['no play', -1, 0, 0],
])('a history of %s', (_, from, until, expected) => {
  const all = from < 0 ? [] : plays(['a', from], ['b', 30], ['c', 20], ['d', until]);
  expect(cuts(all)).toHaveLength(expected);
});

test('at most 52 cuts, the most recent', () => {
  const found = cuts(plays(...daily(500)));
  expect(found.map(daysAgo)).toEqual(Array.from({ length: 52 }, (_, i) => 28 + 7 * i));
});

test('what lies at the cut is known, what lies a millisecond later is what comes; 28 days after it still counts', () => {
  const moment = 1 / DAY;
  const around: [string, number][] = [
    ['old', 40],
    ['edge', 35],
    ['first', 35 - moment],
    ['at', 28],
    ['next', 28 - moment],
    ['last', 0],
  ];
  const [cut] = cuts(plays(...around)) as [Cut];
  expect(cut.heard.map(({ id }) => id)).toEqual(['at', 'first']);
  expect([...cut.known.ids].sort()).toEqual(['at', 'edge', 'first', 'old']);
  expect(cut.later.songs.map(({ id }) => id)).toEqual(['next', 'last']);
  // What is a millisecond later does not count.
  const all = plays(['a', 36], ['a', 29], ['b', 20], ['c', -1], ['d', -1 - moment]);
  expect(
    cuts(all)
      .at(0)
      ?.later.songs.map(({ id }) => id),
  ).toEqual(['b', 'c']);
});

test('what is known at a cut does not change with what comes after it', () => {
  const before = plays(...daily(60, 28));
  const with_ = (...later: [string, number][]) => cuts([...before, ...plays(...later)])[0] as Cut;
  const [one, other] = [with_(['x', 20], ['d3', 10], ['y', 0]), with_(['d9', 27], ['z', 0])];
  expect(one.to).toBe(other.to);
  expect(one.heard).toEqual(other.heard);
  expect(one.known).toEqual(other.known);
});

test('days before which nothing was heard lately, or after which nothing new, are not asked of', () => {
  const busy: [string, number][] = [...daily(49, 43), ['d0', 20], ['new', 15], ['d0', 0]];
  // At 35 and at 28 days ago nothing was heard in the week before.
  expect(cuts(plays(['old', 70], ...busy)).map(daysAgo)).toEqual([42, 49]);
  expect(cuts(plays(['d0', 70], ['d0', 40], ['d0', 20], ['d0', 0]))).toEqual([]);
});

describe('songs that came later', () => {
  const heard = everHeard(
    [{ id: 'isrc', name: null, artist: null, isrc: 'CODE', weight: 1 }],
    [
      { track_id: 'a', name: 'Song A', artist_name: 'Artist A', song: null },
      { track_id: 'unknown:1', name: null, artist_name: null, song: 'artist b\nsong b' },
    ],
  );
  const play = (id: string, name: string, artist: string, more = {}) => ({
    ...playOf({ id, name, artist }, 0, NOW),
    ...more,
  });
  const named = (name: string, artist: string) => () => ({ name, artist, isrc: null });

  test('are none that was heard before, in any version, by whichever name', () => {
    const later = new LaterSongs(
      [
        play('a', 'Another name', 'Artist A'),
        play('a2', 'Song A - Live', 'ARTIST A'),
        play('b', 'Song B', 'Artist B'),
        play('c', 'Other', 'Artist C', { song: 'artist b\nsong b' }),
        play('d', 'Other', 'Artist D', { isrc: 'CODE' }),
        play('e', 'Song E', 'Artist E'),
      ],
      heard,
    );
    expect(later.songs.map(({ id }) => id)).toEqual(['e']);
  });

  test('count once, however many versions were heard, and are found by any of them, once', () => {
    const later = new LaterSongs(
      [
        play('e', 'Song E', 'Artist E'),
        play('e2', 'Song E (Remastered)', 'Artist E'),
        play('f', 'Song F', 'Artist F'),
        play('e', 'Song E', 'Artist E'),
      ],
      heard,
    );
    expect(later.songs.map(({ id }) => id)).toEqual(['e', 'f']);
    const unknown = () => ({ name: null, artist: null, isrc: null });
    expect(later.named(['x', 'e2', 'e', 'f'], unknown)).toEqual(['x', 'e', '', 'f']);
    expect(later.named(['g'], named('Song E - Live', 'Artist E'))).toEqual(['e']);
    expect(later.named(['g'], named('Song G', 'Artist E'))).toEqual(['g']);
  });
});

test('a song is new by its id and its names, and has an id of Spotify', () => {
  const id = (name: string) => name.padEnd(22, '0');
  const names = { name: 'Song', artist: 'Artist', isrc: null };
  const known = everHeard([], [{ track_id: id('a'), name: 'Heard', artist_name: 'Artist', song: null }]);
  expect(isNew(known, id('b'), names)).toBe(true);
  expect(isNew(known, id('a'), names)).toBe(false);
  expect(isNew(known, id('b'), { ...names, name: 'Heard (Live)' })).toBe(false);
  expect(isNew(known, 'spotify:local:b', names)).toBe(false);
});
