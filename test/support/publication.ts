import type { Publication } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';

/**
 * A run over so many artists (`a0`, `a1`, ...) in which every distance and every mean is the run's number, so that rows
 * of two runs cannot be mixed unseen.
 */
export function publicationOf(run: number, artists: number): Publication {
  const ids = Array.from({ length: artists }, (_, i) => `a${i}`).sort();
  return {
    run_id: `run-${run}`,
    dt: '2026-11-22',
    method: 'mean',
    parameters: JSON.stringify({ run }),
    artistFeatures: ids.map((id) => means(id, run)),
    relatedArtists: related(ids, run),
  };
}

function means(artist_id: string, mean: number): Row<'artist_features'> {
  return {
    artist_id,
    tracks: mean,
    danceability: mean,
    energy: mean,
    key: mean,
    loudness: mean,
    mode: mean,
    speechiness: mean,
    acousticness: mean,
    instrumentalness: mean,
    liveness: mean,
    valence: mean,
    tempo: mean,
    duration_ms: mean,
    playlists: mean,
    spread: mean,
  };
}

function* related(ids: readonly string[], distance: number): Generator<Row<'related_artists'>> {
  for (const artist_id of ids) {
    const others = ids.filter((id) => id !== artist_id);
    for (const [r, y_artist] of others.entries()) {
      yield { artist_id, y_artist, distance, rank: r + 1, confidence: distance, reasons: `[${distance}]` };
    }
  }
}
