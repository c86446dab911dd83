import { inBatches } from '../batches.ts';
import { DayNotReadyError } from '../errors.ts';
import type { SimilarityResult } from '../events.ts';
import type { PublishedDay } from '../explore.ts';
import type { Lake, LakeDays } from '../ports.ts';
import type { Row } from '../tables.ts';
import { byId } from '../text.ts';
import { isHalfReplaced } from './half-replaced.ts';
import { DAY_KINDS } from './replace.ts';

/** The lake, as far as telling what was published needs it. */
export type PublishedDaysLake = Pick<Lake, 'read'> & LakeDays;

/** A published run by what the lake tells of it. */
export interface PublishedRun extends PublishedDay {
  result: SimilarityResult;
  finishedAt: string;
}

/** What a day of the lake has by its runs. */
interface Standing {
  /** The day's runs that replace what it has, by when they ended. */
  runs: Row<'runs'>[];
  published: PublishedRun | undefined;
  /** The similarity run that was stopped half-way, and the collection or import; undefined where another made it good. */
  halfCompared: Row<'runs'> | undefined;
  halfMade: Row<'runs'> | undefined;
  replacing: Row<'runs'> | undefined;
  /** Whether there was anything that questions are answered from. */
  wasPublished: boolean;
}

const MADE_BY: readonly (string | null)[] = DAY_KINDS;

async function standingOf(lake: Pick<Lake, 'read'>, dt: string): Promise<Standing> {
  const runs = ((await lake.read('runs', dt)) ?? [])
    .filter(({ kind }) => kind === 'similarity' || MADE_BY.includes(kind))
    .sort(
      (a, b) =>
        byId(a.finished_at ?? '', b.finished_at ?? '') || byId(a.started_at ?? '', b.started_at ?? ''),
    );
  const published = runs
    .filter(({ kind, summary }) => kind === 'similarity' && summary !== null)
    .map((run) => ({ run, result: JSON.parse(run.summary as string) as SimilarityResult }))
    .filter(({ run, result }) => result.published || isHalfReplaced(run));
  const made = runs.filter(
    (run) => MADE_BY.includes(run.kind) && (run.status === 'done' || isHalfReplaced(run)),
  );
  const replacing = runs.find(({ status }) => status === 'replacing');
  const [compared, day] = [published.at(-1), made.at(-1)];
  const halfCompared = compared && isHalfReplaced(compared.run) ? compared.run : undefined;
  const isWhole = compared && !halfCompared && !replacing;
  return {
    runs,
    published: isWhole ? publishedRunOf(dt, compared) : undefined,
    halfCompared,
    halfMade: day && isHalfReplaced(day) ? day : undefined,
    replacing,
    wasPublished: published.length > 0,
  };
}

const publishedRunOf = (
  date: string,
  { run, result }: { run: Row<'runs'>; result: SimilarityResult },
): PublishedRun => ({ date, run: run.id, method: result.method, result, finishedAt: run.finished_at ?? '' });

/**
 * The similarity run whose rows a day of the lake has: the last one of the day that was published. Undefined also while
 * any run replaces the day, and where one was stopped half-way for good.
 */
export async function publishedOn(lake: Pick<Lake, 'read'>, dt: string): Promise<PublishedRun | undefined> {
  return (await standingOf(lake, dt)).published;
}

/** Why nothing can be answered from a day of the lake that has, or is to have, a published run; else undefined. */
export async function whyNotReady(
  lake: Pick<Lake, 'read'>,
  dt: string,
): Promise<DayNotReadyError | undefined> {
  const { replacing, halfCompared, wasPublished } = await standingOf(lake, dt);
  if (replacing && (wasPublished || replacing.kind === 'similarity')) return beingReplaced(dt, replacing.id);
  return halfCompared && ofTwoRuns(dt, halfCompared);
}

/** As `whyNotReady`, of the newest day of which there is a reason. */
export async function whyNoneReady(lake: PublishedDaysLake): Promise<DayNotReadyError | undefined> {
  for (const dt of (await lake.days('runs')).slice(-NEWEST).reverse()) {
    const error = await whyNotReady(lake, dt);
    if (error) return error;
  }
  return undefined;
}

/** Days of the lake's end that may be about to get their first published run. */
const NEWEST = 7;

/** A run is replacing the day. */
export const beingReplaced = (dt: string, run: string): DayNotReadyError =>
  new DayNotReadyError(
    `expected ${dt} to be whole, but run ${run} is replacing it`,
    'ask again when it is done; if it was ended by force, the next command that writes brings it to its end once its lease has run out',
  );

const ofTwoRuns = (dt: string, { id, kind }: Row<'runs'>): DayNotReadyError =>
  new DayNotReadyError(
    `expected ${dt} to be whole, but run ${id} was stopped while it replaced it, and what it had staged is gone`,
    kind === 'similarity'
      ? `compare it again: soundalike similarity --date ${dt}`
      : `collect or import it again, with --date ${dt}`,
  );

/** A day that is read: what a run published on it, or the tracks that were collected or imported. */
export type ReadDay = Pick<PublishedRun, 'date' | 'run'> | { date: string; run?: undefined };

/**
 * Reads days of the lake such that no rows of two runs are mixed. Throws `DayNotReadyError` where a run replaces one of
 * them, before or meanwhile, or where it has another published run than `run`.
 */
export async function readWhole<T>(
  lake: Pick<Lake, 'read'>,
  days: readonly ReadDay[],
  read: () => Promise<T>,
): Promise<T> {
  const before = await Promise.all(days.map((day) => madeBy(lake, day)));
  const result = await read();
  const after = await Promise.all(days.map((day) => madeBy(lake, day)));
  const changed = days.find((_, i) => before[i] !== after[i]);
  if (!changed) return result;
  throw new DayNotReadyError(`${changed.date} was replaced while it was read`, 'ask again');
}

/** The runs that have made a day as it is. Throws `DayNotReadyError` where it is not whole. */
async function madeBy(lake: Pick<Lake, 'read'>, { date, run }: ReadDay): Promise<string> {
  const { runs, published, replacing, halfCompared, halfMade } = await standingOf(lake, date);
  if (replacing) throw beingReplaced(date, replacing.id);
  const half = run === undefined ? halfMade : halfCompared;
  if (half) throw ofTwoRuns(date, half);
  if (run !== undefined && published?.run !== run) {
    throw new DayNotReadyError(
      `expected run ${run} on ${date}, but ${published ? `run ${published.run}` : 'no run'} is published there now`,
      'ask again',
    );
  }
  return runs.map(({ id, status }) => `${id} ${status}`).join();
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
