import { inBatches } from '../batches.ts';
import type { SimilarityResult } from '../events.ts';
import type { PublishedDay } from '../explore.ts';
import type { Lake, LakeDays } from '../ports.ts';

/** The lake, as far as telling what was published needs it. */
export type PublishedDaysLake = Pick<Lake, 'read'> & LakeDays;

/** A published run by what the lake tells of it. */
export interface PublishedRun extends PublishedDay {
  result: SimilarityResult;
  finishedAt: string;
}

/** The similarity run whose rows a day of the lake has: the last one of the day that was published. */
export async function publishedOn(lake: Pick<Lake, 'read'>, dt: string): Promise<PublishedRun | undefined> {
  const published = ((await lake.read('runs', dt)) ?? []).flatMap((run) => {
    if (run.kind !== 'similarity' || run.status !== 'done' || run.summary === null) return [];
    const result = JSON.parse(run.summary) as SimilarityResult;
    if (!result.published) return [];
    return { date: dt, run: run.id, method: result.method, result, finishedAt: run.finished_at ?? '' };
  });
  return published.sort((a, b) => (a.finishedAt < b.finishedAt ? -1 : 1)).at(-1);
}

/** Days of the lake that are read at once. */
const AT_ONCE = 8;

/** Those days of the lake on which a run was published, the last day first, read one by one. */
export async function* publishedRuns(lake: PublishedDaysLake): AsyncGenerator<PublishedRun> {
  for (const dt of (await lake.days('related_artists')).reverse()) {
    const run = await publishedOn(lake, dt);
    if (run) yield run;
  }
}

/** The runs that were published on the last `most` days that the lake has, the last day first, read some at once. */
export async function lastPublished(lake: PublishedDaysLake, most: number): Promise<PublishedRun[]> {
  const found: (PublishedRun | undefined)[] = [];
  const days = (await lake.days('related_artists')).slice(-most).reverse();
  for (const some of inBatches(days, AT_ONCE)) {
    found.push(...(await Promise.all(some.map((dt) => publishedOn(lake, dt)))));
  }
  return found.filter((run) => run !== undefined);
}
