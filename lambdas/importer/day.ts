import type { ImportResult } from '../../core/events.ts';
import type { Run } from '../../core/ports.ts';
import { type HeldRun, takeRun } from '../../core/run/lease.ts';
import { DAY_KINDS, type ReplaceDeps, replaceDay } from '../../core/run/replace.ts';

/** The tables that an import fills. */
export const IMPORTED_TABLES = ['artists', 'top_tracks', 'audio_features'] as const;

/** Makes what `stage` stages the day, as one run that holds the lease meanwhile; goes on with one that `resumes`. */
export async function importDay(
  deps: ReplaceDeps,
  dt: string,
  stage: (run: HeldRun) => Promise<ImportResult>,
  resumes: (run: Run) => boolean = () => false,
): Promise<ImportResult> {
  const run = await takeRun(deps, { kind: 'import', dt, alone: DAY_KINDS, resumes, progress: '{}' });
  let result: ImportResult;
  try {
    result = await stage(run);
  } catch (error) {
    await run.fail();
    throw error;
  }
  await replaceDay(deps, run, [...IMPORTED_TABLES], JSON.stringify(result));
  return result;
}
