import type { ParquetLake } from '../../adapters/lake/lake.ts';
import type { Runs } from '../../core/ports.ts';
import { mulberry32, type Random } from '../../sample/random.ts';
import { artistRow, featuresRow, trackRow } from './rows.ts';

/** How large a generated day is. */
export interface DaySize {
  artists: number;
  /** Of each artist. */
  tracks: number;
  playlists: number;
}

const STYLES = 40;
const ARTISTS_OF_A_PLAYLIST = 30;

/**
 * Puts a day into the lake, and the collection that made it into the database: artists in styles whose tracks lie around
 * the style's, and playlists that mostly stay within a style. The same size gives the same day.
 */
export async function putGeneratedDay(
  { lake, runs }: { lake: Pick<ParquetLake, 'write'>; runs: Pick<Runs, 'insert'> },
  { artists, tracks, playlists }: DaySize,
  dt = new Date().toISOString().slice(0, 10),
): Promise<void> {
  const random = mulberry32(1);
  const digits = (number: number, count = 6) => String(number).padStart(count, '0');
  const middles = Array.from({ length: STYLES }, () => Array.from({ length: 9 }, () => random.uniform()));
  const ids = Array.from({ length: artists }, (_, i) => `artist${digits(i)}`);
  await lake.write(
    'artists',
    dt,
    ids.map((id, i) => artistRow(id, { genres: [`genre ${i % STYLES}`], popularity: (i * 7) % 100 })),
  );
  const own = ids.map((artist) =>
    Array.from({ length: tracks }, (_, t) => ({ artist, id: `${artist}t${digits(t, 3)}` })),
  );
  await lake.write(
    'top_tracks',
    dt,
    own.flat().map(({ artist, id }) => trackRow(artist, id, { duration_ms: 150_000 + random.int(100_000) })),
  );
  await lake.write(
    'audio_features',
    dt,
    own.flatMap((tracks, i) => {
      const middle = (middles[i % STYLES] as number[]).map((value) => value + 0.1 * random.gaussian());
      return tracks.map(({ id }) => featuresRow(id, featuresAround(middle, random)));
    }),
  );
  await lake.write('playlists', 'generated', [...generatedPlaylists(ids, playlists, random)]);
  await runs.insert({
    ...{ id: `collection-${dt}`, kind: 'collection', dt, owner: 'generated', status: 'done', summary: null },
    ...{ lease_until: dt, progress: '{}', started_at: `${dt}T00:00:00.000Z`, finished_at: null, epoch: 0 },
  });

  function* generatedPlaylists(ids: readonly string[], count: number, random: Random) {
    for (let p = 0; p < count; p++) {
      const style = random.int(STYLES);
      const listed = new Set(
        Array.from({ length: ARTISTS_OF_A_PLAYLIST }, () => {
          const i = random.int(ids.length);
          return random.uniform() < 0.2 ? i : Math.min(ids.length - 1, i - (i % STYLES) + style);
        }),
      );
      for (const [position, i] of [...listed].entries()) {
        const [playlist_id, artist_id] = [`playlist${digits(p)}`, ids[i] as string];
        const others = { track_id: `${artist_id}t000`, name: null, artist_name: null };
        yield { playlist_id, position, artist_id, ...others };
      }
    }
  }
}

function featuresAround(middle: readonly number[], random: Random) {
  const [danceability, energy, speechiness, acousticness, instrumentalness, liveness, valence, x, y] =
    middle.map((value) => value + 0.15 * random.gaussian()) as [
      ...[number, number, number, number, number, number, number, number, number],
    ];
  const others = { loudness: 20 * x - 25, tempo: 60 + 100 * y, key: random.int(12), mode: random.int(2) };
  return { danceability, energy, speechiness, acousticness, instrumentalness, liveness, valence, ...others };
}
