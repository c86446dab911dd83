import type * as z from 'zod';
import type { Artist, FoundTrack } from '../../core/ports.ts';
import type { artistSchema, trackSchema } from './schemas.ts';

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

/** The widest image; the first where widths are equal or not told. */
function largestImage(images: NonNullable<RawArtist['images']>): string | null {
  let largest: (typeof images)[number] = null;
  for (const image of images) {
    if (image && (!largest || (image.width ?? 0) > (largest.width ?? 0))) largest = image;
  }
  return largest?.url ?? null;
}
