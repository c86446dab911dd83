import type { FoundFeatures } from './ports.ts';

/** An artist of a catalogue that the stand-in serves. */
export interface CatalogueArtist {
  id: string;
  name: string;
  genres: string[];
  popularity: number | null;
  followers: number | null;
  image_url: string | null;
  url: string | null;
}

/** A track of a catalogue. */
export interface CatalogueTrack {
  id: string;
  name: string;
  /** The artists it counts for, the main one first. */
  artist_ids: string[];
  /** 0 to 100. */
  popularity: number;
  duration_ms: number | null;
  isrc: string | null;
  explicit: boolean;
  album_id: string | null;
  track_number: number | null;
  url: string | null;
}

/** An album of a catalogue. */
export interface CatalogueAlbum {
  id: string;
  name: string;
  /** yyyy, yyyy-mm or yyyy-mm-dd. */
  release_date: string;
  total_tracks: number;
  artist_id: string;
  image_url: string | null;
}

/** A playlist of a catalogue. */
export interface CataloguePlaylist {
  id: string;
  name: string;
  track_ids: string[];
}

/** Everything that the stand-in serves: the bundled sample, or a dataset folder. */
export interface Catalogue {
  /** Where it comes from, for messages and for the mark of the data folder: `sample`, or the folder's path. */
  name: string;
  artists: CatalogueArtist[];
  albums: CatalogueAlbum[];
  tracks: CatalogueTrack[];
  features: FoundFeatures[];
  playlists: CataloguePlaylist[];
  /** What the stand-in's user heard, oldest first: minutes before the first start, and the track. */
  plays: { minutesAgo: number; track_id: string }[];
}
