import type { FoundFeatures } from '../../core/ports.ts';
import type { CsvRow } from './csv-row.ts';

/** The audio features in a row, whatever their values: all datasets give them Spotify's names. */
export function readFeatures(row: CsvRow, idColumn: string): FoundFeatures {
  return {
    id: row.id(idColumn),
    danceability: row.number('danceability'),
    energy: row.number('energy'),
    key: row.integer('key'),
    loudness: row.number('loudness'),
    mode: row.integer('mode'),
    speechiness: row.number('speechiness'),
    acousticness: row.number('acousticness'),
    instrumentalness: row.number('instrumentalness'),
    liveness: row.number('liveness'),
    valence: row.number('valence'),
    tempo: row.number('tempo'),
    time_signature: row.integer('time_signature'),
    duration_ms: row.integer('duration_ms') ?? row.integer('track_duration'),
  };
}
