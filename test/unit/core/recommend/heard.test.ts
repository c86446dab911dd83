import { type HeardPlay, heardSongs } from '../../../../core/recommend/heard.ts';
import { shuffled, xoshiro128 } from '../../../../core/vectors/random.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 12);
const play = (track_id: string, daysAgo: number, more: Partial<HeardPlay> = {}): HeardPlay => ({
  ...{ track_id, played_at: new Date(NOW - daysAgo * DAY).toISOString() },
  ...{ name: `Name ${track_id}`, artist_name: 'Artist', isrc: null, ...more },
});

test('a play weighs half for every half-life that it is older, and the plays of a song add up', () => {
  const songs = heardSongs([play('b', 0), play('a', 3), play('b', 6), play('c', 1.5)], NOW, 3);
  expect(songs.map(({ id, weight }) => [id, weight])).toEqual([
    ['a', 0.5],
    ['b', 1.25],
    ['c', Math.SQRT1_2],
  ]);
});

test('songs without an id are told apart by folded names; those with one by that alone', () => {
  const unknown = { name: 'Déjà Vu', artist_name: 'Ö' };
  const songs = heardSongs(
    [
      play('unknown:1', 2, unknown),
      play('unknown:2', 1, { name: 'deja vu', artist_name: 'ö' }),
      play('unknown:3', 1, { name: null, artist_name: null }),
      play('x', 1, unknown),
      play('y', 1, unknown),
    ],
    NOW,
    1,
  );
  expect(songs.map(({ id, name, weight }) => [id, name, weight])).toEqual([
    ['unknown:1', 'deja vu', 0.75],
    ['unknown:3', null, 0.5],
    ['x', 'Déjà Vu', 0.5],
    ['y', 'Déjà Vu', 0.5],
  ]);
});

test('the newest play that tells a name, an artist or a code tells it', () => {
  const [song] = heardSongs(
    [
      play('a', 1, { name: null, artist_name: null, isrc: null }),
      play('a', 2, { name: 'New', isrc: 'new' }),
      play('a', 3, { name: 'Old', isrc: 'old' }),
    ],
    NOW,
    1,
  );
  expect(song).toMatchObject({ name: 'New', artist: 'Artist', isrc: 'new' });
});

test('the order of plays makes no difference, to the last bit', () => {
  const random = xoshiro128(1);
  const plays = Array.from({ length: 300 }, () => play(`s${random.int(20)}`, random.uniform() * 7));
  const songs = heardSongs(plays, NOW, 3);
  for (let i = 0; i < 5; i++) expect(heardSongs(shuffled(plays, random), NOW, 3)).toEqual(songs);
});
