import * as z from 'zod';
import { spotifyId } from '../schemas.ts';
import { trackSchema } from './schemas.ts';

/*
 * Spotify's answers about the user, as far as they are read, and as forgiving as those of `schemas.ts`.
 */

const optionalText = z.string().nullable().default(null);

/** Answer of GET /me. */
export const profileSchema = z.object({ id: z.string().min(1), display_name: optionalText });

const playedTrackSchema = trackSchema.extend({
  artists: z.array(z.object({ id: optionalText, name: optionalText }).nullable()).nullish(),
});

/** Answer of GET /me/player/recently-played: the track may be null. */
export const playsSchema = z.object({
  items: z.array(
    z
      .object({
        played_at: z.iso.datetime({ offset: true }),
        track: playedTrackSchema.nullable().default(null),
      })
      .nullable(),
  ),
});

/** A playlist, of which the content is not read. */
export const playlistSchema = z.object({
  id: spotifyId,
  name: z.string().nullish(),
  owner: z.object({ id: optionalText }).nullish(),
  external_urls: z.object({ spotify: optionalText }).nullish(),
});

/** Answer of GET /me/playlists. */
export const playlistsSchema = z.object({
  items: z.array(playlistSchema.nullable()),
  next: z.string().nullable().default(null),
});

const entrySchema = playedTrackSchema.extend({ type: z.string().default('track') }).nullish();

/** Answer of GET /playlists/{id}/items: an entry is its `item`, which was called `track` until February 2026. */
export const itemsSchema = z.object({
  items: z.array(z.object({ item: entrySchema, track: entrySchema }).nullable()),
  next: z.string().nullable().default(null),
  total: z.int().nullish(),
});

/** Answer of a change of a playlist's content. */
export const snapshotSchema = z.object({ snapshot_id: optionalText });
