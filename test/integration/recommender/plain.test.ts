import { SOUND_FEATURES } from '../../../core/features.ts';
import type { Play } from '../../../core/ports.ts';
import { shuffled, xoshiro128 } from '../../../core/vectors/random.ts';
import { recommend } from '../../../lambdas/recommender/recommend.ts';
import { playOf } from '../../support/listener-in-database.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';
import { type PlainQuestion, type PlainSong, plainRecommend } from '../../support/plain-recommend.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const METHODS = ['sound', 'playlists', 'items', 'both'] as const;

/** Songs of few artists, some of them versions of each other, some unknown to a way, and what a person heard of them. */
function world(seed: number, now: number) {
  const random = xoshiro128(seed);
  const songs: PlainSong[] = Array.from({ length: 90 }, (_, n) => {
    const version = n % 7 === 6;
    return {
      id: `song${String((n * 37) % 90).padStart(18, '0')}`,
      name: version ? `SONG ${n - 1} - Live` : `Song ${n}`,
      artist: `Artist ${(version ? n - 1 : n) % 25}`,
      ...(random.int(10) > 0 && { isrc: `CODE${random.int(400)}` }),
      ...(random.int(6) > 0 && { features: SOUND_FEATURES.map(() => Math.fround(random.uniform())) }),
      ...(random.int(6) > 0 && {
        // That of a model of our own has a middle far from 0, and counts.
        vector: Array.from({ length: 5 }, () => Math.fround(random.uniform() - (seed % 2 ? 0.5 : 2))),
        count: seed % 2 ? null : 1 + random.int(9),
      }),
    };
  });
  const playlists = Array.from({ length: 40 }, () =>
    Array.from({ length: 1 + random.int(12) }, () => (songs[random.int(songs.length)] as PlainSong).id),
  );
  // The last is in none of the lake's tables, but a version of it is.
  const another = { id: 'another0000000000000id', name: 'song 5 - live', artist: 'artist 5' };
  const heard = [...shuffled(songs, random).slice(0, 15), another];
  const plays = Array.from({ length: 40 }, () => {
    const song = heard[random.int(heard.length)] as PlainSong;
    return playOf(song, random.uniform() * 12, now);
  });
  return { songs, playlists, plays };
}

async function putWorld({ songs, playlists, plays }: ReturnType<typeof world>, random = xoshiro128(1)) {
  const { lake, history } = machine;
  const mixed = shuffled(songs, random);
  const artists = [...new Set(songs.map(({ artist }) => artist))];
  await lake.write(
    'artists',
    TODAY,
    artists.map((name) => artistRow(`of ${name}`, { name })),
  );
  await lake.write(
    'top_tracks',
    TODAY,
    mixed.map(({ id, name, artist, isrc }) => trackRow(`of ${artist}`, id, { name, isrc: isrc ?? null })),
  );
  const measured = mixed.filter(({ features }) => features);
  await lake.write(
    'audio_features',
    TODAY,
    measured.map(({ id, features }) =>
      featuresRow(id, Object.fromEntries(SOUND_FEATURES.map((name, f) => [name, features?.[f]]))),
    ),
  );
  await lake.write(
    'track_vectors',
    'a-model',
    mixed.flatMap(({ id, name, artist, vector, count = null }) =>
      vector ? [{ track_id: id, name, artist_name: artist, vector: Float32Array.from(vector), count }] : [],
    ),
  );
  const byId = new Map(songs.map((song) => [song.id, song]));
  await lake.write(
    'playlists',
    'some',
    playlists.flatMap((ids, p) =>
      ids.map((track_id, position) => ({
        ...{ playlist_id: `p${String(p).padStart(2, '0')}`, position, track_id, artist_id: null },
        ...{ name: byId.get(track_id)?.name ?? null, artist_name: byId.get(track_id)?.artist ?? null },
      })),
    ),
  );
  await history.replace([], plays as Play[]);
}

const QUESTIONS: Partial<PlainQuestion>[] = [
  {},
  { perSong: 1, size: 5, maxPerArtist: 1 },
  { perSong: 3, size: 12, halfLife: 0.5, days: 3 },
  { perSong: 5, size: 200, maxPerArtist: 100, days: 12 },
];

describe.each([1, 2, 3, 4])('as the plain way recommends, seed %i', (seed) => {
  test.each(METHODS)('%s', async (method) => {
    const to = machine.clock.now();
    const made = world(seed, to);
    // Without recording codes where the way has none.
    const songs =
      method === 'sound' || method === 'both' ? made.songs : made.songs.map(({ isrc: _, ...song }) => song);
    await putWorld(made);
    for (const question of QUESTIONS) {
      const { days, perSong, size, maxPerArtist, halfLife } = question;
      const result = await recommend(
        { ...machine, progress: () => {} },
        { method, days, perSong, size, maxPerArtist, halfLife },
      );
      const plain = plainRecommend({ ...made, songs: codesOf(songs, method), to, method, ...question });
      expect(result.songs.map(({ id, because, method: way }) => [id, because.id, way])).toEqual(
        plain.songs.map(({ id, because, method: way }) => [id, because, way]),
      );
      for (const [i, { score, nearness }] of plain.songs.entries()) {
        expect([result.songs[i]?.score, result.songs[i]?.nearness]).toEqual([
          expect.closeTo(score, 5),
          expect.closeTo(nearness, 5),
        ]);
      }
      expect(result.unknown.map(({ id }) => id)).toEqual(plain.unknown);
    }
  });
});

/** By vectors alone nobody tells recording codes; of both ways, sound tells those of the songs that it knows. */
const codesOf = (songs: readonly PlainSong[], method: string): PlainSong[] =>
  songs.map(({ isrc, ...song }) => ({ ...song, ...(method !== 'both' || song.features ? { isrc } : {}) }));

test('the same input gives the same list, however the rows came', async () => {
  const now = machine.clock.now();
  const made = world(5, now);
  const lists: unknown[] = [];
  for (const seed of [1, 2]) {
    await putWorld(
      { ...made, plays: seed === 1 ? shuffled(made.plays, xoshiro128(3)) : [] },
      xoshiro128(seed),
    );
    for (const method of METHODS)
      lists.push((await recommend({ ...machine, progress: () => {} }, { method })).songs);
  }
  expect(lists.slice(4)).toEqual(lists.slice(0, 4));
});
