import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inBatches } from '../../core/batches.ts';
import type { Catalogue, CatalogueAlbum, CatalogueArtist, CatalogueTrack } from '../../core/catalogue.ts';
import { FEATURES } from '../../core/features.ts';
import type { CsvRow } from './csv-row.ts';
import { type CsvFile, readCsv } from './csv-table.ts';
import { readFeatures } from './features-row.ts';
import { pythonList } from './python-list.ts';

const ARTISTS: CsvFile = { name: 'artist.csv', required: ['artist_id', 'artist_name', 'artist_genre'] };
const TRACKS: CsvFile = {
  name: 'track.csv',
  required: ['track_id', 'track_name', 'track_artist_id', 'track_popularity'],
};
const AUDIO: CsvFile = { name: 'audio.csv', required: ['track_id', ...FEATURES] };
const ALBUMS: CsvFile = {
  name: 'album.csv',
  required: ['album_id', 'album_name', 'album_release_date', 'album_total_tracks', 'album_artist_id'],
};

function artist(row: CsvRow): CatalogueArtist {
  return {
    id: row.required('artist_id'),
    name: row.required('artist_name'),
    genres: pythonList(row.text('artist_genre') ?? '[]') ?? row.wrong('artist_genre', "a list ['a', 'b']"),
    popularity: row.integer('artist_popularity'),
    followers: row.integer('artist_followers'),
    image_url: row.text('artist_image'),
    url: row.text('artist_homepage'),
  };
}

function track(row: CsvRow): CatalogueTrack {
  return {
    id: row.required('track_id'),
    name: row.text('track_name') ?? '',
    artist_ids: [row.required('track_artist_id')],
    popularity: row.integer('track_popularity') ?? 0,
    duration_ms: null,
    isrc: null,
    explicit: row.text('track_explicit')?.toLowerCase() === 'true',
    album_id: row.text('track_album_id'),
    track_number: row.integer('track_number'),
    url: row.text('track_homepage'),
  };
}

function album(row: CsvRow): CatalogueAlbum {
  return {
    id: row.required('album_id'),
    name: row.text('album_name') ?? '',
    release_date: row.required('album_release_date'),
    total_tracks: row.integer('album_total_tracks') ?? 0,
    artist_id: row.required('album_artist_id'),
    image_url: row.text('album_image'),
  };
}

/** Tracks of an album where a dataset has none. */
const ALBUM_TRACKS = 12;

/** Puts each artist's tracks on albums, in their order; an album has the id of its first track. */
function putOnAlbums(tracks: CatalogueTrack[]): CatalogueAlbum[] {
  const ofArtist = [...Map.groupBy(tracks, (row) => row.artist_ids[0] as string)];
  return ofArtist.flatMap(([artist_id, own]) =>
    [...inBatches(own, ALBUM_TRACKS)].map((batch, i): CatalogueAlbum => {
      const id = (batch[0] as CatalogueTrack).id;
      for (const [n, row] of batch.entries()) Object.assign(row, { album_id: id, track_number: n + 1 });
      const total_tracks = batch.length;
      return { id, name: `Album ${i + 1}`, release_date: '2000', total_tracks, artist_id, image_url: null };
    }),
  );
}

/** The rows of a file, the first of each id. */
async function read<T extends { id: string }>(
  dir: string,
  file: CsvFile,
  toRow: (row: CsvRow) => T,
): Promise<T[]> {
  const rows = new Map<string, T>();
  for (const row of await readCsv(dir, file, toRow)) if (!rows.has(row.id)) rows.set(row.id, row);
  return [...rows.values()];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Reads a dataset folder with `artist.csv`, `track.csv`, `audio.csv` and, where there is one, `album.csv`. The artists
 * are those of `artist.csv`; tracks of others are kept. A track's length is that of its audio row. Where there are no
 * albums, they are made up. Throws `CatalogueError`, naming file and column, where something is missing or a value is wrong.
 */
export async function readArtistsFolder(dir: string): Promise<Catalogue> {
  const name = resolve(dir);
  const hasAlbums = await exists(join(name, ALBUMS.name));
  // One after the other, so that of several faults the same one is told each time.
  const artists = await read(name, ARTISTS, artist);
  const tracks = await read(name, TRACKS, track);
  const audio = await read(name, AUDIO, (row) => readFeatures(row, 'track_id'));
  const albums = hasAlbums ? await read(name, ALBUMS, album) : putOnAlbums(tracks);
  const lengths = new Map(audio.map(({ id, duration_ms }) => [id, duration_ms]));
  return {
    name,
    artists,
    albums,
    tracks: tracks.map((row) => ({ ...row, duration_ms: lengths.get(row.id) ?? null })),
    features: audio,
    playlists: [],
    plays: [],
  };
}
