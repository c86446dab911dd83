import { boundsInWords, impossibleFeatures } from '../../core/features.ts';
import type { FoundFeatures } from '../../core/ports.ts';
import type { CsvRow } from './csv-row.ts';

/** The audio features in a row, whatever the dataset. Throws `RowError`, also where a value cannot be. */
function readFeatures(row: CsvRow, idColumn: string): FoundFeatures {
  const features = readAnyFeatures(row, idColumn);
  for (const feature of impossibleFeatures(features)) {
    const isLength = feature === 'duration_ms' && row.text(feature) === null;
    row.wrong(isLength ? 'track_duration' : feature, boundsInWords(feature));
  }
  return features;
}

/** As `readFeatures`, whatever the values: all datasets give them Spotify's names. */
export function readAnyFeatures(row: CsvRow, idColumn: string): FoundFeatures {
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
