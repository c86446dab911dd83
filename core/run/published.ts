import { inBatches } from '../batches.ts';
import type { SimilarityResult } from '../events.ts';
import type { PublishedDay } from '../explore.ts';
import type { Lake, LakeDays } from '../ports.ts';
import { byId } from '../text.ts';
import type { HalfReplaced } from './replace.ts';

/** The lake, as far as telling what was published needs it. */
export type PublishedDaysLake = Pick<Lake, 'read'> & LakeDays;

/** A published run by what the lake tells of it. */
export interface PublishedRun extends PublishedDay {
  result: SimilarityResult;
  finishedAt: string;
}

/**
 * The similarity run whose rows a day of the lake has: the last one of the day that was published. Undefined also while
 * any run replaces the day, and where one was stopped half-way for good.
 */
export async function publishedOn(lake: Pick<Lake, 'read'>, dt: string): Promise<PublishedRun | undefined> {
  const runs = (await lake.read('runs', dt)) ?? [];
  if (runs.some(({ status }) => status === 'replacing')) return undefined;
  const ended = runs
    .filter(({ kind, summary }) => kind === 'similarity' && summary !== null)
    .map((run) => ({
      run,
      result: JSON.parse(run.summary as string) as Partial<HalfReplaced> & SimilarityResult,
    }))
    .filter(({ result }) => result.published || result.halfReplaced)
    .sort((a, b) => byId(a.run.finished_at ?? '', b.run.finished_at ?? ''));
  const last = ended.at(-1);
  if (!last || last.result.halfReplaced) return undefined;
  const { run, result } = last;
  return { date: dt, run: run.id, method: result.method, result, finishedAt: run.finished_at ?? '' };
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
