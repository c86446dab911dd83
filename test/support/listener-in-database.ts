import type { Play } from '../../core/ports.ts';

/** A play of a song, so many days before a time, as recently-played tells it unless told. */
export function playOf(
  song: { id: string; name: string | null; artist: string | null; isrc?: string },
  daysAgo: number,
  now: number,
): Play {
  const played_at = new Date(Math.round(now - daysAgo * 86_400_000)).toISOString();
  return {
    ...{ played_at, track_id: song.id, name: song.name, artist_id: null, artist_name: song.artist },
    ...{ duration_ms: null, isrc: song.isrc ?? null, source: 'spotify:recently-played' },
    ...{ spotify_at: played_at, export_at: null, short_at: null, song: null },
  };
}
