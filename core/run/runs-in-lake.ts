import type { Lake, StagedObject, Tables, Transactions } from '../ports.ts';

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
  const { lake, transaction, runDays, newId } = deps;
  for (let isPlaced = false; !isPlaced; ) {
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
    const copy = `runs-${dt}-${newId()}`;
    const staged = await lake.stageTable({ run: copy, epoch: version }, 'runs', dt, rows);
    const { claimed, replaces } = await runDays.claim(dt, version, JSON.stringify(staged));
    if (!claimed) await lake.discard(staged);
    else {
      if (replaces) await lake.discard(JSON.parse(replaces) as StagedObject);
      isPlaced = await lake.place(staged);
      if (isPlaced) await runDays.written(dt, version);
    }
    await lake.clear(copy);
  }
}
