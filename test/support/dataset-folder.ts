import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalogue } from '../../core/catalogue.ts';

const quoted = (value: unknown): string => {
  const text = Array.isArray(value)
    ? `[${value.map((item) => `'${String(item).replaceAll("'", "\\'")}'`).join(', ')}]`
    : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const csv = (header: string, rows: readonly unknown[][]): string =>
  `\ufeff${[header, ...rows.map((row) => row.map(quoted).join(','))].join('\n')}\n`;

/** Writes a catalogue, but for its albums, in the layout of `artists-20k`. A track counts for its first artist alone. */
export async function writeDatasetFolder(
  dir: string,
  { artists, tracks, features }: Catalogue,
): Promise<void> {
  const files = {
    'artist.csv': csv(
      'artist_id,artist_name,artist_genre,artist_popularity,artist_followers,artist_image,artist_homepage',
      artists.map((a) => [a.id, a.name, a.genres, a.popularity, a.followers, a.image_url, a.url]),
    ),
    'track.csv': csv(
      'track_id,track_name,track_artist_id,track_album_id,track_number,track_popularity,track_explicit,track_homepage',
      tracks.map((t) => [
        t.id,
        t.name,
        t.artist_ids[0],
        t.album_id,
        t.track_number,
        t.popularity,
        t.explicit ? 'True' : 'False',
        t.url,
      ]),
    ),
    'audio.csv': csv(
      'track_id,track_duration,danceability,energy,loudness,speechiness,acousticness,instrumentalness,liveness,valence,tempo,key,mode,time_signature',
      features.map((f) => [
        f.id,
        f.duration_ms,
        f.danceability,
        f.energy,
        f.loudness,
        f.speechiness,
        f.acousticness,
        f.instrumentalness,
        f.liveness,
        f.valence,
        f.tempo,
        f.key,
        f.mode,
        f.time_signature,
      ]),
    ),
  };
  await mkdir(dir, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
}
