import { StagingGoneError } from '../errors.ts';
import type { Lake, StagedObject, Tables, Transactions } from '../ports.ts';

/** Copies of other processes that come first, at the most. */
const TRIES = 20;

/** What copying a day's runs to the lake needs. */
export interface CopyDeps extends Transactions, Pick<Tables, 'runDays'> {
  lake: Pick<Lake, 'stageTable' | 'place' | 'discard' | 'clear'>;
  newId: () => string;
}

/**
 * Writes the lake's copy of a day's runs, as the database has them. Runs of several leases share that copy, so it has
 * versions of its own: the copy that was staged of an earlier version is discarded before a later one takes its place.
 */
export async function copyRuns(deps: CopyDeps, dt: string): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) if (await isCopied(deps, dt)) return;
  throw new StagingGoneError(
    `expected to write the lake's copy of the runs of ${dt}, but something removed or replaced it ${TRIES} times`,
    'see what else writes to the lake, and run the command again',
  );
}

/** Returns false where the day's runs changed meanwhile, or another process wrote its copy. */
async function isCopied({ lake, transaction, runDays, newId }: CopyDeps, dt: string): Promise<boolean> {
  const { version, runs } = await transaction(async (tables) => ({
    version: await tables.runDays.version(dt),
    runs: await tables.runs.ofDay(dt),
  }));
  const rows = runs.map(({ id, kind, status, started_at, finished_at, summary }) => ({
    id,
    kind,
    status,
    started_at,
    finished_at,
    summary,
  }));
  const run = `runs-${dt}-${newId()}`;
  const copy = await lake.stageTable({ run, epoch: version }, 'runs', dt, rows);
  const { claimed, replaces } = await runDays.claim(dt, version, JSON.stringify(copy));
  if (replaces) await lake.discard(JSON.parse(replaces) as StagedObject);
  const isPlaced = claimed && (await lake.place(copy));
  if (isPlaced) await runDays.written(dt, version);
  else await lake.discard(copy);
  await lake.clear(run);
  return isPlaced;
}
