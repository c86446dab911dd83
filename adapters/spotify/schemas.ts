import * as z from 'zod';
import { featureValue, refuseImpossible, spotifyId } from '../schemas.ts';

/*
 * Spotify's answers, as far as they are read. Ids alone must be there: development mode leaves fields out, and the
 * documentation does not say which may be null.
 */

const optionalText = z.string().nullable().default(null);
/** As large as the lake's columns hold. */
const optionalInt = z.int32().nullable().default(null);
const optionalNumber = z.number().nullable().default(null);
const externalUrls = z.object({ spotify: optionalText }).nullish();

/** An artist; `followers` and `popularity` are absent in development mode. */
export const artistSchema = z.object({
  id: spotifyId,
  name: optionalText,
  external_urls: externalUrls,
  genres: z.array(z.string()).nullish(),
  images: z.array(z.object({ url: z.string(), width: optionalNumber }).nullable()).nullish(),
  followers: z.object({ total: z.int().nullable().default(null) }).nullish(),
  popularity: optionalInt,
});

/** A track; `popularity` is absent in development mode, the ids of local files are null. */
export const trackSchema = z.object({
  id: spotifyId.nullable(),
  name: optionalText,
  artists: z.array(z.object({ id: optionalText }).nullable()).nullish(),
  popularity: optionalInt,
  external_urls: externalUrls,
  external_ids: z.object({ isrc: optionalText }).nullish(),
  duration_ms: optionalInt,
});

/** Answer of GET /tracks/{id}; `is_playable` is there where a market was asked for. */
export const oneTrackSchema = trackSchema.extend({ is_playable: z.boolean().nullish() });

const audioFeaturesSchema = z
  .object({
    id: spotifyId,
    danceability: featureValue,
    energy: featureValue,
    key: featureValue,
    loudness: featureValue,
    mode: featureValue,
    speechiness: featureValue,
    acousticness: featureValue,
    instrumentalness: featureValue,
    liveness: featureValue,
    valence: featureValue,
    tempo: featureValue,
    time_signature: featureValue,
    duration_ms: featureValue,
  })
  .transform(refuseImpossible);

/** Answer of GET /artists: null for an unknown id. */
export const artistsSchema = z.object({ artists: z.array(artistSchema.nullable()) });

/** Answer of GET /artists/{id}/top-tracks. */
export const topTracksSchema = z.object({ tracks: z.array(trackSchema.nullable()) });

/** Answer of GET /audio-features: null for an unknown id. */
export const featuresSchema = z.object({ audio_features: z.array(audioFeaturesSchema.nullable()) });

/** Answer of GET /search?type=artist. */
export const artistSearchSchema = z.object({
  artists: z.object({ items: z.array(artistSchema.nullable()) }),
});

/** Answer of GET /search?type=track. */
export const trackSearchSchema = z.object({
  tracks: z.object({ items: z.array(trackSchema.nullable()), next: z.string().nullish() }),
});

/** Answer of GET /artists/{id}/albums. */
export const albumsSchema = z.object({
  items: z.array(z.object({ id: spotifyId }).nullable()),
  next: z.string().nullish(),
});

/** Answer of GET /albums/{id}/tracks: tracks without popularity and ISRC. */
export const albumTracksSchema = trackSearchSchema.shape.tracks;

/** The body that Spotify's errors have, but for those in plain text. */
export const errorSchema = z.object({
  error: z.object({ message: z.string().default('') }),
});
