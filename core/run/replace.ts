import { DayTakenError } from '../errors.ts';
import type { ArtistCatalog, Lake, Run } from '../ports.ts';
import type { TableName } from '../tables.ts';
import { type HeldRun, type LeaseDeps, takeReplacing } from './lease.ts';

/** Kinds of runs that own a day of the lake's tables; one of them goes at a time. */
export const DAY_KINDS = ['collection', 'import'] as const;

/** What a run notes before it replaces its day: enough for another process to bring it to its end. */
interface Replacement {
  tables: TableName[];
  /** JSON text of the run's result. */
  summary: string;
}

/** What replacing a day needs. */
export interface ReplaceDeps extends LeaseDeps {
  lake: Lake;
  artists: ArtistCatalog;
}

/** A day belongs to a collection or to an import; throws `DayTakenError` where it belongs to one of this kind. */
export async function refuseDayOf(
  kind: (typeof DAY_KINDS)[number],
  { runs }: ReplaceDeps,
  dt: string,
): Promise<void> {
  const owner = (await runs.ofDay(dt)).find((run) => run.kind === kind && run.status !== 'failed');
  if (!owner) return;
  throw new DayTakenError(
    `expected ${dt} to be free, but it belongs to run ${owner.id} (${owner.status})`,
    'choose another day with --date',
  );
}

/**
 * Puts the staged tables of a run in the place of its day's, each by one put, and ends the run. From the first put to
 * the last the day is not to be used; a process that dies there leaves what `rollForward` needs.
 */
export async function replaceDay(
  deps: ReplaceDeps,
  run: HeldRun,
  tables: TableName[],
  summary: string,
): Promise<void> {
  const replacement: Replacement = { tables, summary };
  try {
    await run.replacing(JSON.stringify({ replacement }));
  } catch (error) {
    await run.fail();
    throw error;
  }
  await finish(deps, run, replacement);
}

/** Brings the runs that died while they replaced their day to their end. Every command that uses days calls it first. */
export async function rollForward(deps: ReplaceDeps): Promise<void> {
  for (const run of await takeReplacing(deps, DAY_KINDS)) {
    const { replacement } = JSON.parse(run.progress) as { replacement: Replacement };
    await finish(deps, run, replacement);
  }
}

async function finish(deps: ReplaceDeps, run: HeldRun, { tables, summary }: Replacement): Promise<void> {
  try {
    await deps.lake.replaceDay(run.id, run.dt, tables);
    if (run.kind === 'import') await knowArtists(deps, run.dt);
    await writeRuns(deps, run.dt, run.asDone(summary));
    await run.done(summary);
    await deps.lake.clearStaging();
  } finally {
    run.release();
  }
}

/** The catalog reads imported artists from the lake, so that whoever brings the run to its end needs nothing else. */
async function knowArtists({ lake, artists, clock }: ReplaceDeps, dt: string): Promise<void> {
  const imported = (await lake.read('artists', dt)) ?? [];
  await artists.know(imported, 'dataset', new Date(clock.now()).toISOString());
}

/** Writes the lake's copy of a day's runs, with `last` as it will stand. */
export async function writeRuns({ runs, lake }: ReplaceDeps, dt: string, last: Run): Promise<void> {
  const others = (await runs.ofDay(dt)).filter(({ id }) => id !== last.id);
  await lake.write(
    'runs',
    dt,
    [...others, last].map(({ id, kind, status, started_at, finished_at, summary }) => ({
      id,
      kind,
      status,
      started_at,
      finished_at,
      summary,
    })),
  );
}
