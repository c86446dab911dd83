import { someAtOnce } from '../../core/batches.ts';
import type { History, LakeDays } from '../../core/ports.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import type { ReplaceDeps } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';

/** What it takes to change the history. */
export interface HistoryDeps extends ReplaceDeps {
  history: History;
  lake: ReplaceDeps['lake'] & LakeDays;
}

/** Days that are written at once. */
const CONCURRENCY = 4;

/**
 * Runs `work` as the one run that changes the history. Throws `LeaseHeldError` where another is under way, and
 * `LeaseLostError` where another takes it over.
 */
export async function withHistory<T>(deps: ReplaceDeps, work: (run: HeldRun) => Promise<T>): Promise<T> {
  const dt = new Date(deps.clock.now()).toISOString().slice(0, 10);
  const alone = ['listening'] as const;
  return await withRun(
    deps,
    { kind: 'listening', dt, alone, resumes: () => false, progress: '{}' },
    async (run) => ({ result: await work(run) }),
  );
}

/**
 * Writes the days that changed to the lake, whole, from the database: those too that an earlier run left behind when it
 * died. Throws `LeaseLostError` where another has taken the run over.
 */
export async function writeDays({ history, lake }: HistoryDeps, run: HeldRun): Promise<void> {
  await someAtOnce(await history.changedDays(), CONCURRENCY, async (dt) => {
    const plays = await history.between(`${dt}T00`, `${dt}T24`);
    const rows = plays.map(
      ({ played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source }) => ({
        played_at: new Date(played_at),
        track_id,
        name,
        artist_id,
        artist_name,
        duration_ms,
        isrc,
        source,
      }),
    );
    await run.place(
      rows.length === 0
        ? await lake.stageRemoval(run.staging, 'recently_played', dt)
        : await lake.stageTable(run.staging, 'recently_played', dt, rows),
    );
    await run.write((tables) => tables.history.dayWritten(dt));
  });
}
