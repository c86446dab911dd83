import { inBatches } from '../../core/batches.ts';
import { costOf } from '../../core/cost.ts';
import type { ExploredRun, ExploredRuns } from '../../core/explore.ts';
import type { RunKind } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import { byId } from '../../core/text.ts';
import type { ExploreSources } from './sources.ts';

/** Runs that are told, and the days that are looked at for them. */
const MOST_RUNS = 200;
const MOST_DAYS = 60;
const DAY_MS = 86_400_000;
/** Days that are read at once. */
const AT_ONCE = 8;

/** The runs of the last days, the last first: those of the lake, and of the database where somebody reaches it. */
export async function exploredRuns({ lake, runs, clock }: ExploreSources): Promise<ExploredRuns> {
  const lately = Array.from({ length: MOST_DAYS }, (_, i) =>
    new Date(clock.now() - i * DAY_MS).toISOString().slice(0, 10),
  );
  const inLake = new Set((await lake.days('runs')).slice(-MOST_DAYS));
  const runsOf = async (dt: string): Promise<ExploredRun[]> => {
    const stored = inLake.has(dt) ? await lake.read('runs', dt) : undefined;
    // The database knows how those that the lake has stand by now.
    const ofDay = [...(stored ?? []), ...((await runs?.ofDay(dt)) ?? [])] as Row<'runs'>[];
    const latest = new Map(ofDay.map((run) => [run.id, run]));
    return [...latest.values()].map((run) => toldOf(run, dt, runs === undefined));
  };
  const found: ExploredRun[] = [];
  // Only a database has runs of days that the lake does not know.
  const days = [...new Set([...inLake, ...(runs ? lately : [])])].sort(byId).reverse();
  for (const some of inBatches(days, AT_ONCE)) {
    found.push(...(await Promise.all(some.map(runsOf))).flat());
    if (found.length >= MOST_RUNS) break;
  }
  found.sort((a, b) => byId(b.startedAt, a.startedAt) || byId(b.id, a.id));
  return { runs: found.slice(0, MOST_RUNS) };
}

function toldOf(run: Row<'runs'>, date: string, isPaid: boolean): ExploredRun {
  const { id, kind, status, started_at, finished_at, summary } = run;
  return {
    ...{
      id,
      date,
      kind: kind ?? '',
      status: status ?? '',
      startedAt: started_at ?? '',
      finishedAt: finished_at,
    },
    result: resultOf(summary),
    cost:
      isPaid && started_at !== null && finished_at !== null ? costOfRun(kind, started_at, finished_at) : null,
  };
}

const costOfRun = (kind: string | null, from: string, to: string): number =>
  costOf(kind as RunKind, (Date.parse(to) - Date.parse(from)) / 1000);

/** What tracks are measured by is hundreds of numbers that mean nothing to a reader. */
function resultOf(summary: string | null): ExploredRun['result'] {
  if (summary === null) return null;
  const { space: _, ...result } = JSON.parse(summary) as Record<string, unknown>;
  return result;
}
