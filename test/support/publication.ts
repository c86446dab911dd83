import { batched } from '../../core/batches.ts';
import type { Database, Publication, Run } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import { runRow } from './machine.ts';

/**
 * A run over so many artists (`a0`, `a1`, ...) in which every distance and every mean is the run's number, so that rows
 * of two runs cannot be mixed unseen. `atEnd` is called when all neighbours have been read.
 */
export function publicationOf(
  run: number,
  artists: number,
  atEnd: () => Promise<void> = async () => {},
): Publication {
  const ids = Array.from({ length: artists }, (_, i) => `a${i}`).sort();
  return {
    run_id: `run-${run}`,
    dt: '2026-11-22',
    method: 'mean',
    parameters: JSON.stringify({ run }),
    artistFeatures: () => ids.map((id) => means(id, run)),
    relatedArtists: () => withEnd(batched(related(ids, run), 1000), atEnd),
  };
}

async function* withEnd<T>(batches: AsyncIterable<T>, atEnd: () => Promise<void>): AsyncGenerator<T> {
  yield* batches;
  await atEnd();
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

/** A run that holds its day and is about to publish; its epoch is larger than every one before. */
export async function holderOf(
  { runs }: Pick<Database, 'runs'>,
  id: string,
  values: Partial<Run> = {},
): Promise<Run> {
  const epoch = await runs.nextEpoch();
  const run = runRow({ id, kind: 'similarity', status: 'replacing', epoch, ...values });
  await runs.insert(run);
  return run;
}

/** Stages and publishes as a run that holds its day. */
export async function publishAs(
  database: Pick<Database, 'runs' | 'relatedArtists'>,
  publication: Publication,
  run: Partial<Run> = {},
): Promise<void> {
  const holder = await holderOf(database, publication.run_id, run);
  await database.relatedArtists.stage(publication, holder.epoch);
  await database.relatedArtists.publish(publication, holder.epoch, holder);
}
