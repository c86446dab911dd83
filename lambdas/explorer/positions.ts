import { NoDataError } from '../../core/errors.ts';
import type { Positions } from '../../core/methods/drift.ts';
import { placeTracks } from '../../core/methods/space.ts';
import { trackSets } from '../../core/methods/track-sets.ts';
import { centres } from '../../core/methods/whitened.ts';
import type { Lake, LakeBatches } from '../../core/ports.ts';
import type { PublishedRun } from '../../core/run/published.ts';
import { type Matrix, type Range, rescale } from '../../core/similarity/matrix.ts';
import { tracksInLake } from './lake-tracks.ts';

/** A day's artists, to be placed by any ruler of the same method. */
export interface PlaceableDay {
  by(ruler: PublishedRun): Positions;
}

/**
 * Reads what a run's artists are placed by: their means for `mean`, and for the other methods, of which the middle of an
 * artist's tracks tells how it moves, these tracks.
 */
export async function placeableDay(
  lake: Pick<Lake, 'read'> & LakeBatches,
  { date, method }: PublishedRun,
): Promise<PlaceableDay> {
  if (method !== 'mean') {
    const tracks = await tracksInLake(lake, date);
    return { by: (ruler) => byTracks(tracks, ruler, date) };
  }
  const rows = (await lake.read('artist_features', date)) ?? [];
  return {
    by: ({ result: { features, ranges } }) =>
      new Map(
        rows.flatMap((row) => {
          const means = features.map((feature) => (row as unknown as Record<string, unknown>)[feature]);
          if (!means.every((mean) => typeof mean === 'number')) return [];
          return [
            [row.artist_id, means.map((mean, f) => rescale(mean, ranges[features[f] as string] as Range))],
          ];
        }),
      ),
  };
}

function byTracks(
  tracks: Awaited<ReturnType<typeof tracksInLake>>,
  ruler: PublishedRun,
  date: string,
): Positions {
  const { space } = ruler.result;
  const { sets } = trackSets(tracks, space?.features ?? []);
  const missing = space?.features.find((feature) => !sets.features.includes(feature));
  if (!space || missing !== undefined) {
    throw new NoDataError(
      space
        ? `expected tracks with ${missing} on ${date}, by which run ${ruler.run} measures, got none`
        : `expected run ${ruler.run} to tell what it measured tracks by, got nothing`,
      'choose other days with --from and --to',
    );
  }
  return positionsOf(centres(placeTracks(sets, space)));
}

const positionsOf = ({ ids, columns }: Matrix): Positions =>
  new Map(ids.map((id, i) => [id, columns.map((column) => column[i] as number)]));
