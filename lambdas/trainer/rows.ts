import type { Row } from '../../core/tables.ts';
import { orderById } from '../../core/vectors/nearest.ts';
import type { TrackVectors } from '../../core/vectors/track-vectors.ts';

/** What a track is called, where that is known. */
export type TrackName = Pick<Row<'track_vectors'>, 'name' | 'artist_name'>;

/** The rows of a model in order, made as they are written. */
export function* vectorRows(
  { ids, size, vectors, counts }: TrackVectors,
  nameOf: (id: string) => TrackName,
): Generator<Row<'track_vectors'>> {
  for (const row of orderById(ids)) {
    const id = ids[row] as string;
    const vector = vectors.subarray(row * size, (row + 1) * size);
    yield { track_id: id, ...nameOf(id), vector, count: counts?.[row] ?? null };
  }
}
