import type { Clock, Database, RemovableDays } from '../../core/ports.ts';
import type { TableName } from '../../core/tables.ts';

/** What expiring needs. */
export interface ExpireDeps extends Pick<Database, 'relatedArtists'> {
  lake: RemovableDays;
  clock: Clock;
}

/** The tables that a day's runs make; a person's listening is not theirs to remove. */
const DAILY: readonly TableName[] = [
  'artists',
  'top_tracks',
  'audio_features',
  'artist_features',
  'related_artists',
  'runs',
];
const DAY_MS = 86_400_000;

/**
 * Removes the days of the lake that are older than so many days, from Glue and from S3. The day that is published stays,
 * and so does the newest day of features, since no source may know them any more. Returns the days that it removed.
 */
export async function expireDays(
  { lake, clock, relatedArtists }: ExpireDeps,
  keepDays: number,
): Promise<string[]> {
  const oldest = new Date(clock.now() - keepDays * DAY_MS).toISOString().slice(0, 10);
  // No artist has this id: only what stands beside the neighbours is wanted.
  const served = (await relatedArtists.nearest('', 1))?.published.dt;
  const newest = (await lake.days('audio_features')).at(-1);
  const removed = new Set<string>();
  for (const table of DAILY) {
    for (const dt of await lake.days(table)) {
      if (dt >= oldest || dt === served || dt === newest) continue;
      await lake.removeDay(table, dt);
      removed.add(dt);
    }
  }
  return [...removed].sort();
}
