import type { CatalogueAlbum, CatalogueArtist, CatalogueTrack } from '../../core/catalogue.ts';
import type { FoundFeatures } from '../../core/ports.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import type { AppRights } from './modes.ts';
import { type Page, pageOf, type Window } from './paging.ts';

const MARKETS = ['BR', 'CA', 'DE', 'FR', 'GB', 'JP', 'KR', 'US'];

const image = (url: string | null): { url: string; height: number; width: number }[] =>
  url === null ? [] : [{ url, height: 640, width: 640 }];

const datePrecision = (date: string): string => ({ 4: 'year', 7: 'month' })[date.length] ?? 'day';

/** A part of a local file's URI, as it is shown; URLSearchParams reads `+` and bears a stray `%`. */
const shown = (part = ''): string =>
  new URLSearchParams(`part=${part.replaceAll('&', '%26')}`).get('part') ?? '';

function localTrack(uri: string, extended: { available_markets?: string[] }) {
  const [, , artist, album, title, seconds] = uri.split(':');
  const none = { external_urls: {}, href: null, id: null, uri: null };
  return {
    ...none,
    type: 'track',
    uri,
    name: shown(title),
    artists: [{ ...none, type: 'artist', name: shown(artist) }],
    album: {
      ...none,
      type: 'album',
      name: shown(album),
      album_type: null,
      artists: [],
      images: [],
      release_date: null,
      release_date_precision: null,
      total_tracks: null,
      ...extended,
    },
    disc_number: 0,
    track_number: 0,
    duration_ms: Number(seconds) * 1000,
    explicit: false,
    external_ids: {},
    is_local: true,
    preview_url: null,
  };
}

/** The Web API's objects, as an app of a mode sees them; `api` is the base of their links. */
export class SpotifyObjects {
  readonly #index: CatalogueIndex;
  readonly #rights: AppRights;
  readonly #api: string;

  constructor(index: CatalogueIndex, rights: AppRights, api: string) {
    this.#index = index;
    this.#rights = rights;
    this.#api = api;
  }

  /** SimplifiedArtistObject. */
  simpleArtist({ id, name, url }: CatalogueArtist) {
    return { ...this.#identity('artist', id, url), name };
  }

  /** ArtistObject. */
  artist(artist: CatalogueArtist) {
    return {
      ...this.simpleArtist(artist),
      genres: artist.genres,
      images: image(artist.image_url),
      ...this.#extended({
        followers: { href: null, total: artist.followers ?? 0 },
        popularity: artist.popularity ?? 0,
      }),
    };
  }

  /** SimplifiedTrackObject; names only the artists that the catalogue knows. */
  simpleTrack(track: CatalogueTrack) {
    return {
      ...this.#identity('track', track.id, track.url),
      name: track.name,
      artists: this.#artists(track.artist_ids),
      disc_number: 1,
      track_number: track.track_number ?? undefined,
      duration_ms: track.duration_ms ?? undefined,
      explicit: track.explicit,
      is_local: false,
      is_playable: true,
      preview_url: null,
      ...this.#extended({ available_markets: MARKETS }),
    };
  }

  /** TrackObject. */
  track(track: CatalogueTrack) {
    const album = this.#index.albums.get(track.album_id ?? '');
    return {
      ...this.simpleTrack(track),
      album: album && this.simpleAlbum(album),
      external_ids: track.isrc === null ? {} : { isrc: track.isrc },
      ...this.#extended({ popularity: track.popularity }),
    };
  }

  /** TrackObject of a URI: a local file has neither id nor links, what the catalogue does not have is null. */
  trackOf(uri: string | null) {
    if (uri === null) return null;
    if (uri.startsWith('spotify:local:')) return localTrack(uri, this.#extended({ available_markets: [] }));
    const track = this.#index.tracks.get(uri.split(':')[2] ?? '');
    return track === undefined ? null : this.track(track);
  }

  /** SimplifiedAlbumObject. */
  simpleAlbum(album: CatalogueAlbum) {
    return {
      ...this.#identity('album', album.id, null),
      name: album.name,
      album_type: album.total_tracks < 4 ? 'single' : 'album',
      artists: this.#artists([album.artist_id]),
      images: image(album.image_url),
      release_date: album.release_date,
      release_date_precision: datePrecision(album.release_date),
      total_tracks: album.total_tracks,
      ...this.#extended({ available_markets: MARKETS }),
    };
  }

  /** ArtistDiscographyAlbumObject. */
  discographyAlbum(album: CatalogueAlbum) {
    const simple = this.simpleAlbum(album);
    return { ...simple, ...this.#extended({ album_group: simple.album_type }) };
  }

  /** AlbumObject. */
  album(album: CatalogueAlbum) {
    const tracks = this.#index.tracksOfAlbum(album.id);
    return {
      ...this.simpleAlbum(album),
      tracks: this.albumTracks(album.id, { limit: 50, offset: 0 }),
      copyrights: [],
      external_ids: {},
      genres: [],
      ...this.#extended({
        label: 'Stand-In Records',
        popularity: Math.max(0, ...tracks.map(({ popularity }) => popularity)),
      }),
    };
  }

  /** A page of an album's tracks. */
  albumTracks(id: string, window: Window, url = `${this.#api}/albums/${id}/tracks`): Page<unknown> {
    return pageOf(this.#index.tracksOfAlbum(id), window, url, (track) => this.simpleTrack(track));
  }

  /** AudioFeaturesObject. Values that the catalogue does not know are null. */
  features(features: FoundFeatures) {
    const { id } = features;
    return {
      ...features,
      type: 'audio_features',
      uri: `spotify:track:${id}`,
      track_href: `${this.#api}/tracks/${id}`,
      analysis_url: `${this.#api}/audio-analysis/${id}`,
      duration_ms: features.duration_ms ?? undefined,
    };
  }

  #identity<T extends 'artist' | 'album' | 'track'>(type: T, id: string, url: string | null) {
    return {
      id,
      type,
      uri: `spotify:${type}:${id}`,
      href: `${this.#api}/${type}s/${id}`,
      external_urls: { spotify: url ?? `https://open.spotify.com/${type}/${id}` },
    };
  }

  #artists(ids: readonly string[]) {
    const known = ids.map((id) => this.#index.artists.get(id)).filter((artist) => artist !== undefined);
    return known.map((artist) => this.simpleArtist(artist));
  }

  /** Fields that Spotify took from development-mode apps. */
  #extended<T extends object>(fields: T): T | Record<string, never> {
    return this.#rights.all ? fields : {};
  }
}
