import type * as z from 'zod';
import type { Artist, FoundPlay, FoundTrack } from '../../core/ports.ts';
import type { artistSchema, trackSchema } from './schemas.ts';
import type { OwnPlaylist, PlaylistSong } from './user-client.ts';
import type { itemsSchema, playlistSchema, playsSchema } from './user-schemas.ts';

type RawArtist = z.infer<typeof artistSchema>;
type RawTrack = z.infer<typeof trackSchema>;

/** A row of an artist. */
export function toArtist(raw: RawArtist): Artist {
  return {
    id: raw.id,
    name: raw.name,
    url: raw.external_urls?.spotify ?? null,
    image_url: largestImage(raw.images ?? []),
    genres: raw.genres ?? [],
    followers: raw.followers?.total ?? null,
    popularity: raw.popularity,
  };
}

/** Rows of the tracks that have an id, each once, in order. */
export function toTracks(raw: readonly (RawTrack | null)[]): FoundTrack[] {
  const tracks = new Map<string, FoundTrack>();
  for (const track of raw) {
    if (!track?.id || tracks.has(track.id)) continue;
    tracks.set(track.id, {
      id: track.id,
      name: track.name,
      popularity: track.popularity,
      external_url: track.external_urls?.spotify ?? null,
      isrc: track.external_ids?.isrc ?? null,
      duration_ms: track.duration_ms,
    });
  }
  return [...tracks.values()];
}

/** As `toTracks`, of an artist: tracks of several are theirs if they are one of them. */
export const tracksOf = (artistId: string, raw: readonly (RawTrack | null)[]): FoundTrack[] =>
  toTracks(raw.filter((track) => track?.artists?.some((artist) => artist?.id === artistId)));

/** Whether there is a page after this one, which had room for `limit` items. */
export const goesOn = (
  { items, next }: { items: readonly unknown[]; next?: string | null },
  limit: number,
): boolean => items.length > 0 && (next === undefined ? items.length === limit : next !== null);

/** A play; local files have no id, and count as no track. */
export function toPlay({
  played_at,
  track,
}: NonNullable<z.infer<typeof playsSchema>['items'][number]>): FoundPlay {
  const time = new Date(played_at).toISOString();
  if (!track?.id) return { played_at: time, track: null };
  const [artist] = track.artists ?? [];
  return {
    played_at: time,
    track: {
      id: track.id,
      name: track.name,
      artist_id: artist?.id ?? null,
      artist_name: artist?.name ?? null,
      duration_ms: track.duration_ms,
      isrc: track.external_ids?.isrc ?? null,
    },
  };
}

/** A playlist's entry; null for what is no song of Spotify's. */
export function toSong(raw: z.infer<typeof itemsSchema>['items'][number]): PlaylistSong | null {
  const song = raw?.item ?? raw?.track;
  if (!song?.id || song.type !== 'track') return null;
  const [artist] = song.artists ?? [];
  return {
    track_id: song.id,
    name: song.name,
    artist_id: artist?.id ?? null,
    artist_name: artist?.name ?? null,
  };
}

/** A playlist, without whose it is. */
export const toPlaylist = (raw: z.infer<typeof playlistSchema>): OwnPlaylist => ({
  id: raw.id,
  name: raw.name ?? '',
  url: raw.external_urls?.spotify ?? null,
});

/** The widest image; the first where widths are equal or not told. */
function largestImage(images: NonNullable<RawArtist['images']>): string | null {
  let largest: (typeof images)[number] = null;
  for (const image of images) {
    if (image && (!largest || (image.width ?? 0) > (largest.width ?? 0))) largest = image;
  }
  return largest?.url ?? null;
}
