import type { ImportResult } from '../../core/events.ts';
import type { Run } from '../../core/ports.ts';
import { type HeldRun, takeRun } from '../../core/run/lease.ts';
import { DAY_KINDS, type ReplaceDeps, replaceDay } from '../../core/run/replace.ts';

/** The tables of a day that an import fills. */
export const IMPORTED_TABLES = ['artists', 'top_tracks', 'audio_features'] as const;

/** Stands in the place of the day in a run that imports playlists alone: these are of no day, so it owns none. */
export const NO_DAY = 'playlists';

/** Under which name a run stages, or an upload holds, a table: that of a dataset's playlists stands by itself. */
export const ofDataset = (runOrUpload: string, dataset?: string): string =>
  dataset === undefined ? runOrUpload : `${runOrUpload}/${dataset}`;

/**
 * Puts what `stage` stages in its place, as one run that holds the lease meanwhile; goes on with one that `resumes`. The
 * playlists come first, each dataset by one put, then the day's tables; where `dt` is `NO_DAY` there are none of these.
 */
export async function importStaged(
  deps: ReplaceDeps,
  dt: string,
  stage: (run: HeldRun) => Promise<ImportResult>,
  resumes: (run: Run) => boolean = () => false,
): Promise<ImportResult> {
  const run = await takeRun(deps, { kind: 'import', dt, alone: DAY_KINDS, resumes, progress: '{}' });
  let result: ImportResult;
  try {
    result = await stage(run);
    for (const { name } of result.datasets) {
      await run.advance(JSON.stringify({ replacing: name }));
      await deps.lake.replaceDay(ofDataset(run.id, name), name, ['playlists']);
    }
    if (dt === NO_DAY) await run.done(JSON.stringify(result));
  } catch (error) {
    await run.fail();
    throw error;
  }
  if (dt === NO_DAY) await deps.lake.clearStaging();
  else await replaceDay(deps, run, [...IMPORTED_TABLES], JSON.stringify(result));
  return result;
}
