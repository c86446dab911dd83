import { hash } from 'node:crypto';
import { FEATURES } from '../../core/features.ts';
import type { FoundFeatures } from '../../core/ports.ts';
import { type CsvRow, isId } from './csv-row.ts';
import { readFeatures } from './features-row.ts';
import type { PlaylistEntry } from './playlists-layouts.ts';
import { pythonList } from './python-list.ts';

/** An artist as a dataset names it. */
export interface DatasetArtist {
  id: string;
  /** Null where only the id is known. */
  name: string | null;
  url?: string | null;
  image_url?: string | null;
  genres?: string[];
  followers?: number | null;
  popularity?: number | null;
}

/** A track as a dataset names it. */
export interface DatasetTrack {
  id: string;
  name: string | null;
  popularity: number | null;
  url: string | null;
  duration_ms: number | null;
}

/** What a row of a dataset tells: an artist, a track and whose it is, audio features, or several of these. */
export interface DatasetRow {
  artist?: DatasetArtist;
  track?: DatasetTrack;
  /** The artists for whom the track counts. */
  artistsOfTrack?: DatasetArtist[];
  /** The track that the artists belong to. */
  trackId?: string;
  features?: FoundFeatures;
  /** The playlist in which the track stands next. */
  entry?: PlaylistEntry & { playlist_id: string };
}

/** A kind of CSV file, recognised by its header. */
export interface Layout {
  name: string;
  /** Columns that it has, for the message that lists the layouts. */
  columns: readonly string[];
  /** Whether a file with these columns (lower case) is one. */
  matches: (has: (...columns: string[]) => boolean) => boolean;
  /** Reads a row. Throws `RowError`. */
  read: (row: CsvRow) => DatasetRow;
}

/** Every layout, the most particular first. */
export const LAYOUTS: readonly Layout[] = [
  {
    name: 'songs-30k',
    columns: ['track_id', 'track_artist', 'danceability', '…'],
    matches: (has) => has('track_id', 'track_artist', ...FEATURES),
    read: (row) => ({
      ...song(row, 'track_id', names(row, 'track_artist', [row.required('track_artist')])),
      entry: entry(row),
    }),
  },
  {
    name: 'kaggle-114k',
    columns: ['track_id', 'artists', 'track_genre', 'danceability', '…'],
    matches: (has) => has('track_id', 'artists', ...FEATURES),
    read: (row) => song(row, 'track_id', names(row, 'artists', row.required('artists').split(';'))),
  },
  {
    name: 'kaggle-1.2m',
    columns: ['id', 'name', 'artists', 'artist_ids', 'danceability', '…'],
    matches: (has) => has('id', 'artists', 'artist_ids', ...FEATURES),
    read: (row) => song(row, 'id', withIds(row, 'artist_ids')),
  },
  {
    name: 'kaggle-600k',
    columns: ['id', 'name', 'artists', 'id_artists', 'danceability', '…'],
    matches: (has) => has('id', 'artists', 'id_artists', ...FEATURES),
    read: (row) => song(row, 'id', withIds(row, 'id_artists')),
  },
  {
    name: 'kaggle-160k',
    columns: ['id', 'name', 'artists', 'danceability', '…'],
    matches: (has) => has('id', 'artists', ...FEATURES),
    read: (row) => song(row, 'id', names(row, 'artists', list(row, 'artists'))),
  },
  {
    name: 'audio-features',
    columns: ['track_id or id', 'danceability', '…'],
    matches: (has) => (has('track_id') || has('id')) && has(...FEATURES),
    read: (row) => {
      const idColumn = row.has('track_id') ? 'track_id' : 'id';
      const isNamed = ['track_name', 'name', 'track_popularity', 'popularity'].some((column) =>
        row.has(column),
      );
      return {
        track: isNamed ? track(row, idColumn) : undefined,
        features: readFeatures(row, idColumn),
      };
    },
  },
  {
    name: 'tracks',
    columns: ['track_id', 'track_name', 'track_artist_id'],
    matches: (has) => has('track_id', 'track_artist_id'),
    read: (row) => ({
      track: track(row, 'track_id'),
      trackId: row.id('track_id'),
      artistsOfTrack: [byId(row.id('track_artist_id'), null)],
    }),
  },
  {
    name: 'artist-tracks',
    columns: ['artist_id', 'track_id'],
    matches: (has) => has('artist_id', 'track_id'),
    read: (row) => ({ trackId: row.id('track_id'), artistsOfTrack: [byId(row.id('artist_id'), null)] }),
  },
  {
    name: 'albums',
    columns: ['album_id', 'album_name'],
    matches: (has) => has('album_id', 'album_name'),
    read: () => ({}),
  },
  {
    name: 'artists',
    columns: ['artist_id, artist_name', 'or id, name, genres, followers'],
    matches: (has) =>
      (has('artist_id') && (has('artist_name') || has('name'))) ||
      (has('id', 'name') &&
        !has('artists') &&
        !has('duration_ms') &&
        !has('album_id') &&
        !has('playlist_id')),
    read: (row) => ({ artist: artist(row) }),
  },
];

/** A track with its features, as one row of the large datasets has it. */
function song(row: CsvRow, idColumn: string, artistsOfTrack: DatasetArtist[]): DatasetRow {
  return {
    track: track(row, idColumn),
    trackId: row.id(idColumn),
    artistsOfTrack,
    features: readFeatures(row, idColumn),
  };
}

/** The track in its playlist; what cannot be an id of one is none, and does not spoil the row. */
function entry(row: CsvRow): DatasetRow['entry'] {
  const playlist_id = row.text('playlist_id')?.trim() ?? '';
  if (!isId(playlist_id)) return undefined;
  const artist_name = row.required('track_artist').trim();
  return {
    playlist_id,
    track_id: row.id('track_id'),
    name: row.text('track_name'),
    artist_id: null,
    artist_name,
  };
}

function track(row: CsvRow, idColumn: string): DatasetTrack {
  const id = row.id(idColumn);
  const popularity = row.has('track_popularity') ? 'track_popularity' : 'popularity';
  return {
    id,
    name: row.first('track_name', 'name'),
    popularity: row.integer(popularity),
    url: row.first('track_homepage', 'external_url') ?? spotifyUrl('track', id),
    duration_ms: row.integer('duration_ms'),
  };
}

function artist(row: CsvRow): DatasetArtist {
  const id = row.id(row.has('artist_id') ? 'artist_id' : 'id');
  const genres = row.first('artist_genre', 'artist_genres', 'genres', 'genre');
  return {
    id,
    name: row.first('artist_name', 'name'),
    url: row.first('artist_homepage', 'url') ?? spotifyUrl('artist', id),
    image_url: row.first('artist_image', 'image_url'),
    genres: genres === null ? [] : (pythonList(genres) ?? genres.split(/[;,]/).map((genre) => genre.trim())),
    followers: row.integer(row.has('artist_followers') ? 'artist_followers' : 'followers'),
    popularity: row.integer(row.has('artist_popularity') ? 'artist_popularity' : 'popularity'),
  };
}

function list(row: CsvRow, column: string): string[] {
  return pythonList(row.required(column)) ?? row.wrong(column, "a list ['a', 'b']");
}

/** Ids with the names that stand beside them, where there are as many. */
function withIds(row: CsvRow, column: string): DatasetArtist[] {
  const ids = list(row, column).map((id) => id.trim());
  if (ids.length === 0 || !ids.every(isId)) row.wrong(column, 'ids of 1 to 64 ASCII characters');
  const known = pythonList(row.text('artists') ?? '') ?? [];
  return ids.map((id, i) => byId(id, (known.length === ids.length && known[i]) || null));
}

const byId = (id: string, name: string | null): DatasetArtist => ({
  id,
  name,
  url: spotifyUrl('artist', id),
});

function names(row: CsvRow, column: string, given: readonly string[]): DatasetArtist[] {
  const artists = given.map((name) => name.trim()).filter((name) => name !== '');
  return artists.length > 0 ? artists.map(byName) : row.wrong(column, 'at least one name');
}

/** An artist that has no id gets one of its name, the same whatever the case, width or spaces around it. */
function byName(name: string): DatasetArtist {
  const trimmed = name.trim();
  const folded = trimmed.normalize('NFKC').toLowerCase().normalize('NFKC');
  return { id: `name:${hash('sha256', folded, 'hex').slice(0, 32)}`, name: trimmed };
}

/** Spotify's page for an id that looks like one of Spotify's. */
const spotifyUrl = (kind: 'artist' | 'track', id: string): string | null =>
  /^[0-9A-Za-z]{22}$/.test(id) ? `https://open.spotify.com/${kind}/${id}` : null;
