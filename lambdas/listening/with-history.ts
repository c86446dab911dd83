import type { History, Lake, RemovableDays, RunKind } from '../../core/ports.ts';
import { type HeldRun, type LeaseDeps, takeRun } from '../../core/run/lease.ts';

/** What it takes to change the history. */
export interface HistoryDeps extends LeaseDeps {
  history: History;
  lake: Pick<Lake, 'read' | 'write'> & RemovableDays;
}

/**
 * Runs `work` as the one run that changes the history, or the one of these kinds. Throws `LeaseHeldError` where another
 * is under way.
 */
export async function withHistory<T>(
  deps: HistoryDeps,
  work: (run: HeldRun) => Promise<T>,
  alone: readonly RunKind[] = ['listening'],
): Promise<T> {
  const dt = new Date(deps.clock.now()).toISOString().slice(0, 10);
  const run = await takeRun(deps, { kind: 'listening', dt, alone, resumes: () => false, progress: '{}' });
  try {
    const result = await work(run);
    await run.done(JSON.stringify(result));
    return result;
  } catch (error) {
    await run.fail();
    throw error;
  }
}

/**
 * Writes the days that changed to the lake, whole, from the database: those too that an earlier run left behind when it
 * died. Throws `LeaseLostError` where another has taken the run over.
 */
export async function writeDays({ history, lake }: HistoryDeps, run: HeldRun): Promise<void> {
  for (const dt of await history.changedDays()) {
    await run.advance(JSON.stringify({ writing: dt }));
    const plays = await history.between(`${dt}T00`, `${dt}T24`);
    if (plays.length === 0) await lake.removeDay('recently_played', dt);
    else {
      await lake.write(
        'recently_played',
        dt,
        plays.map(({ played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source }) => ({
          played_at: new Date(played_at),
          track_id,
          name,
          artist_id,
          artist_name,
          duration_ms,
          isrc,
          source,
        })),
      );
    }
    await history.dayWritten(dt);
  }
}
