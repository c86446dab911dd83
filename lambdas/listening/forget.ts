import type { ForgetResult } from '../../core/events.ts';
import type { Run, RunKind, VersionedLake } from '../../core/ports.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { copyRuns } from '../../core/run/runs-in-lake.ts';
import { withRun } from '../../core/run/with-run.ts';
import type { TableName } from '../../core/tables.ts';
import { NO_DAY } from '../importer/day.ts';
import type { HistoryDeps } from './with-history.ts';

/** The kinds of runs whose results tell of the user; one that is under way would write of them once more. */
const KINDS_OF_USER = ['listening', 'recommendation', 'push'] as const satisfies readonly RunKind[];
/** The lake's tables that tell of the user alone, and the kind of run that writes each. */
const WRITTEN_BY = {
  recently_played: 'listening',
  heard_features: 'listening',
  recommendations: 'recommendation',
} as const satisfies Partial<Record<TableName, RunKind>>;
const TABLES_OF_USER = Object.keys(WRITTEN_BY) as (keyof typeof WRITTEN_BY)[];

const isOfUser = ({ kind }: { kind: string | null }): boolean => KINDS_OF_USER.some((own) => own === kind);

/** What forgetting needs. */
export interface ForgetDeps extends HistoryDeps {
  lake: HistoryDeps['lake'] & VersionedLake;
}

/**
 * Removes what is known of the user from the database and the lake, with the versions that the lake keeps of it and what
 * killed processes have left, and these datasets of playlists; called again where it failed half-way, it removes the rest.
 * Tokens are removed by who stores them, and whoever calls this has asked before.
 *
 * Throws `LeaseHeldError` where a run that tells of the user is under way.
 */
export async function forget(deps: ForgetDeps, datasets: readonly string[] = []): Promise<ForgetResult> {
  const held: HeldRun[] = [];
  const today = new Date(deps.clock.now()).toISOString().slice(0, 10);
  const wanted = [
    ...KINDS_OF_USER.map((kind) => ({ kind, dt: today })),
    { kind: 'import', dt: NO_DAY } as const,
  ];
  const forgotten = await holdingAll(deps, datasets.length > 0 ? wanted : wanted.slice(0, -1), held, () =>
    forgetAll(deps, held, datasets),
  );
  // What is left is the runs that did this.
  for (const { id } of held) await deps.runs.remove(id);
  for (const dt of await deps.runDays.outdated()) await copyRuns(deps, dt);
  await deps.lake.removeVersions([...TABLES_OF_USER, 'runs']);
  return forgotten;
}

/** Holds a run of each of these kinds, so that none can begin meanwhile. */
async function holdingAll<T>(
  deps: HistoryDeps,
  [first, ...others]: Pick<Run, 'kind' | 'dt'>[],
  held: HeldRun[],
  work: () => Promise<T>,
): Promise<T> {
  if (first === undefined) return await work();
  const wanted = { ...first, alone: [first.kind], resumes: () => false, progress: '{}' };
  return await withRun(deps, wanted, async (run) => {
    held.push(run);
    return { result: await holdingAll(deps, others, held, work) };
  });
}

async function forgetAll(
  { lake, runs }: HistoryDeps,
  held: readonly HeldRun[],
  datasets: readonly string[],
): Promise<ForgetResult> {
  // Before anything is removed, so that one that was taken over has removed nothing.
  for (const each of held) await each.confirm();
  const heldAs = (kind: RunKind) => held.find((each) => each.kind === kind) as HeldRun;
  const run = heldAs('listening');
  const daysOfRuns = await lake.days('runs');
  const cleared = await run.write(async (tables) => {
    const counts = await tables.history.clear();
    for (const dt of daysOfRuns)
      if ((await tables.runs.ofDay(dt)).length > 0) await tables.runDays.changed(dt);
    return counts;
  });
  let days = 0;
  for (const table of TABLES_OF_USER) {
    const writer = heldAs(WRITTEN_BY[table]);
    for (const dt of await lake.days(table)) {
      await writer.place(await lake.stageRemoval(writer.staging, table, dt));
      days++;
    }
  }
  // Runs stage what they write elsewhere: what is unfinished here is of an earlier version.
  for (const table of TABLES_OF_USER) await lake.removeLeftovers(table, { ofAnyone: true });
  await lake.removeLeftovers('runs');
  for (const name of datasets) {
    const importer = heldAs('import');
    await importer.place(await lake.stageRemoval(importer.staging, 'playlists', name));
  }
  // Days that only the lake knows of; the others are copied from the database once the runs that do this are gone.
  for (const dt of daysOfRuns) {
    const rows = (await lake.read('runs', dt)) ?? [];
    if (!rows.some(isOfUser) || (await runs.ofDay(dt)).length > 0) continue;
    const others = rows.filter((row) => !isOfUser(row));
    await run.place(await lake.stageTable(run.staging, 'runs', dt, others));
  }
  const own = held.map(({ id }) => id);
  for (const id of await lake.staging()) {
    if (isOfUser({ kind: id.split('-')[0] as string }) && !own.includes(id)) await lake.clear(id);
  }
  return { ...cleared, days };
}
