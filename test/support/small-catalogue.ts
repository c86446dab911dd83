import type { Catalogue, CatalogueArtist, CatalogueTrack } from '../../core/catalogue.ts';
import type { Artist, FoundFeatures } from '../../core/ports.ts';

const digits = (n: number, length: number): string => String(n).padStart(length, '0');

/** Id of the n-th artist, as long as Spotify's. */
export const artistId = (n: number): string => `Artist${digits(n, 16)}`;

/** Id of the n-th artist's i-th track, the most popular first. */
export const trackId = (n: number, i: number): string => `Track${digits(n, 13)}${digits(i, 4)}`;

/** An artist whose name is in no other's, so that a search finds it alone. */
const artist = (n: number): CatalogueArtist => ({
  id: artistId(n),
  name: `Artist ${digits(n, 3)}`,
  genres: [`genre ${n % 3}`],
  popularity: 50,
  followers: 1000 + n,
  image_url: null,
  url: `https://open.spotify.com/artist/${artistId(n)}`,
});

const track = (n: number, i: number): CatalogueTrack => ({
  id: trackId(n, i),
  name: `Track ${i} of ${n}`,
  artist_ids: [artistId(n)],
  popularity: 90 - i,
  duration_ms: 200_000,
  isrc: `ZZSMA26${digits(n, 3)}${digits(i, 2)}`,
  explicit: false,
  album_id: null,
  track_number: i,
  url: `https://open.spotify.com/track/${trackId(n, i)}`,
});

/** Values from 0 to 1 that differ from track to track, of few decimals. */
const share = (n: number, i: number, step: number): number => ((n * step + i * 7) % 97) / 100;

const features = (n: number, i: number): FoundFeatures => ({
  id: trackId(n, i),
  danceability: share(n, i, 3),
  energy: share(n, i, 5),
  key: (n + i) % 12,
  loudness: -1 - 20 * share(n, i, 11),
  mode: n % 2,
  speechiness: share(n, i, 13),
  acousticness: share(n, i, 17),
  instrumentalness: share(n, i, 19),
  liveness: share(n, i, 23),
  valence: share(n, i, 29),
  tempo: 80 + 100 * share(n, i, 31),
  time_signature: 4,
  duration_ms: 200_000,
});

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/**
 * A catalogue without oddities: so many artists (more than a slice of a collection holds, unless told) with so many
 * tracks each, all with features.
 */
export function smallCatalogue(artists = 60, tracks = 3): Catalogue {
  const pairs = upTo(artists).flatMap((n) => upTo(tracks).map((i): [number, number] => [n, i]));
  return {
    name: 'small',
    artists: upTo(artists).map(artist),
    albums: [],
    tracks: pairs.map(([n, i]) => track(n, i)),
    features: pairs.map(([n, i]) => features(n, i)),
    playlists: [],
    plays: [],
  };
}

/** Id of the n-th artist's i-th album. */
export const albumId = (n: number, i: number): string =>
  `Album${String(n).padStart(13, '0')}${String(i).padStart(4, '0')}`;

/** Artists with so many tracks each, which stand on albums of so many, the last first, in the order of popularity. */
export function catalogueOf(artists: number, tracks: number, size: number): Catalogue {
  const catalogue = smallCatalogue(artists, tracks);
  const byArtist = Map.groupBy(catalogue.tracks, ({ artist_ids }) => artist_ids[0]);
  for (const [n, artist] of catalogue.artists.entries()) {
    const own = byArtist.get(artist.id) ?? [];
    for (let i = 0; i * size < own.length; i++) {
      const album = own.slice(i * size, (i + 1) * size);
      for (const [at, track] of album.entries()) {
        Object.assign(track, { album_id: albumId(n + 1, i), track_number: at + 1 });
      }
      catalogue.albums.push({
        id: albumId(n + 1, i),
        name: `Album ${i}`,
        release_date: `${1990 + i}`,
        total_tracks: album.length,
        artist_id: artist.id,
        image_url: null,
      });
    }
  }
  return catalogue;
}

/** An artist of a catalogue as the catalog takes it. */
export const toArtist = ({
  id,
  name,
  url,
  image_url,
  genres,
  followers,
  popularity,
}: CatalogueArtist): Artist => ({
  id,
  name,
  url,
  image_url,
  genres,
  followers,
  popularity,
});
