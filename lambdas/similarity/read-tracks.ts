import type { ArtistTrack } from '../../core/methods/track-sets.ts';
import type { Warehouse } from '../../core/ports.ts';
import artistTracksSql from '../../sql/athena/artist_tracks.sql' with { type: 'text' };

/** The tracks of a day with audio features, of the artists that are asked for, by artist and id. */
export async function readTracks(
  warehouse: Warehouse,
  dt: string,
  asked: readonly string[],
): Promise<ArtistTrack[]> {
  const known = new Set(asked);
  const tracks: ArtistTrack[] = [];
  for await (const row of warehouse.rows(artistTracksSql, [dt, dt])) {
    const { artist_id, id, ...features } = row;
    if (!known.has(String(artist_id))) continue;
    tracks.push({
      ...{ artist_id: String(artist_id), id: String(id) },
      features: features as ArtistTrack['features'],
    });
  }
  return tracks;
}
