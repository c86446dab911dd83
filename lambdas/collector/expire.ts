import type { LakeDays } from '../../core/ports.ts';
import { EXCLUDED, type ReplaceDeps } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';
import type { TableName } from '../../core/tables.ts';

/** What expiring needs. */
export interface ExpireDeps extends ReplaceDeps {
  lake: ReplaceDeps['lake'] & LakeDays;
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
export async function expireDays(deps: ExpireDeps, keepDays: number): Promise<string[]> {
  const { lake, clock, relatedArtists } = deps;
  const [oldest, today] = [dayOf(clock.now() - keepDays * DAY_MS), dayOf(clock.now())];
  const isOld = async () =>
    (await Promise.all(DAILY.map((table) => lake.days(table)))).flat().some((dt) => dt < oldest);
  if (!(await isOld())) return [];
  // No day that is removed may be made or published meanwhile.
  const alone = [...EXCLUDED.day, ...EXCLUDED.similarity];
  return await withRun(
    deps,
    { kind: 'expiry', dt: today, alone, resumes: () => false, progress: '{}' },
    async (run) => {
      const served = (await relatedArtists.published())?.dt;
      const newest = (await lake.days('audio_features')).at(-1);
      const removed = new Set<string>();
      for (const table of DAILY) {
        for (const dt of await lake.days(table)) {
          if (dt >= oldest || dt === served || dt === newest) continue;
          await run.place(await lake.stageRemoval(run.staging, table, dt));
          removed.add(dt);
        }
      }
      return { result: [...removed].sort() };
    },
  );
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
