import type { Lake, Run } from '../ports.ts';
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
  await run.replacing(JSON.stringify({ replacement }));
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
    await writeRuns(deps, run.dt, run.asDone(summary));
    await run.done(summary);
    await deps.lake.clearStaging([]);
  } finally {
    run.release();
  }
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
