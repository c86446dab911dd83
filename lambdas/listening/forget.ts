import type { ForgetResult } from '../../core/events.ts';
import type { RunKind, VersionedLake } from '../../core/ports.ts';
import type { TableName } from '../../core/tables.ts';
import { type HistoryDeps, withHistory } from './with-history.ts';

/** The lake's tables that tell of the user alone. */
const TABLES_OF_USER = [
  'recently_played',
  'heard_features',
  'recommendations',
] as const satisfies readonly TableName[];
/** The kinds of runs whose results tell of the user; one that is under way would write of them once more. */
const KINDS_OF_USER = ['listening', 'recommendation'] as const satisfies readonly RunKind[];

/** What forgetting needs. */
export interface ForgetDeps extends HistoryDeps {
  lake: HistoryDeps['lake'] & VersionedLake;
}

/**
 * Removes what is known of the user from the database and the lake, with the versions that the lake keeps of it; called again where it failed half-way, it removes
 * the rest. Tokens are removed by who stores them, and whoever calls this has asked before.
 *
 * Throws `LeaseHeldError` where such a run is under way.
 */
export async function forget(deps: ForgetDeps): Promise<ForgetResult> {
  const { history, lake } = deps;
  const forgotten = await withHistory(
    deps,
    async () => {
      const cleared = await history.clear();
      let days = 0;
      for (const table of TABLES_OF_USER) {
        for (const dt of await lake.days(table)) {
          await lake.removeDay(table, dt);
          days++;
        }
      }
      for (const dt of await lake.days('runs')) {
        const runs = (await lake.read('runs', dt)) ?? [];
        const others = runs.filter(({ kind }) => !KINDS_OF_USER.some((own) => own === kind));
        if (others.length < runs.length) await lake.write('runs', dt, others);
      }
      return { ...cleared, days };
    },
    KINDS_OF_USER,
  );
  await lake.removeVersions([...TABLES_OF_USER, 'runs']);
  // What is left is the run that did this.
  await history.clear();
  return forgotten;
}
