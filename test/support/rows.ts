import type { Artist, AudioFeatures, TopTrack } from '../../core/ports.ts';

/** An artist of the lake or the catalog, named as its id unless told. */
export const artistRow = (id: string, values: Partial<Artist> = {}): Artist => ({
  id,
  name: id,
  url: `https://open.spotify.com/artist/${id}`,
  image_url: null,
  genres: [],
  followers: null,
  popularity: null,
  ...values,
});

/** A track of an artist. */
export const trackRow = (artist_id: string, id: string, values: Partial<TopTrack> = {}): TopTrack => ({
  artist_id,
  id,
  name: id,
  popularity: null,
  external_url: null,
  isrc: null,
  duration_ms: null,
  rank: 1,
  source: 'spotify:top-tracks',
  ...values,
});

/** A track's audio features, null but for what is told. */
export const featuresRow = (id: string, values: Partial<AudioFeatures> = {}): AudioFeatures => ({
  id,
  danceability: null,
  energy: null,
  key: null,
  loudness: null,
  mode: null,
  speechiness: null,
  acousticness: null,
  instrumentalness: null,
  liveness: null,
  valence: null,
  tempo: null,
  time_signature: null,
  duration_ms: null,
  source: 'spotify:audio-features',
  ...values,
});
