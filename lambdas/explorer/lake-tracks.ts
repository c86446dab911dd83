import { FEATURES } from '../../core/features.ts';
import type { ArtistTrack } from '../../core/methods/track-sets.ts';
import type { LakeBatches } from '../../core/ports.ts';

const MEASURED = ['id', ...FEATURES, 'duration_ms'] as const;

/** The tracks of a day with audio features, by artist and id: what sql/athena/artist_tracks.sql asks, of the lake alone. */
export async function tracksInLake(lake: LakeBatches, dt: string): Promise<ArtistTrack[]> {
  const features = new Map<string, Record<string, number | null>>();
  for await (const { id: ids, ...columns } of lake.batches('audio_features', dt, MEASURED)) {
    const values = Object.entries(columns);
    for (const [i, id] of ids.entries()) {
      features.set(id, Object.fromEntries(values.map(([name, column]) => [name, column[i] ?? null])));
    }
  }
  const tracks: ArtistTrack[] = [];
  for await (const { artist_id, id, duration_ms } of lake.batches('top_tracks', dt, [
    'artist_id',
    'id',
    'duration_ms',
  ])) {
    for (const [i, track] of id.entries()) {
      const known = features.get(track);
      if (!known) continue;
      tracks.push({
        artist_id: artist_id[i] as string,
        id: track,
        features: { ...known, duration_ms: known.duration_ms ?? duration_ms[i] ?? null },
      });
    }
  }
  return tracks;
}
