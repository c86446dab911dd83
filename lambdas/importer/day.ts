import type { ImportResult } from '../../core/events.ts';
import type { Run, StagedObject } from '../../core/ports.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { EXCLUDED, type ReplaceDeps } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';

/** The tables of a day that an import fills. */
export const IMPORTED_TABLES = ['artists', 'top_tracks', 'audio_features'] as const;

/** Stands for the day of a run that imports playlists alone: these are of no day, so it owns none. */
export const NO_DAY = 'playlists';

/** Under which name an upload holds a table: that of a dataset's playlists stands by itself. */
export const ofDataset = (upload: string, dataset: string): string => `${upload}/${dataset}`;

/** What an import has staged. */
export interface StagedImport {
  result: ImportResult;
  objects: StagedObject[];
}

/** Puts what `stage` stages in place, as one run; resumes one that `resumes`. */
export function importStaged(
  deps: ReplaceDeps,
  dt: string,
  stage: (run: HeldRun) => Promise<StagedImport>,
  resumes: (run: Run) => boolean = () => false,
): Promise<ImportResult> {
  return withRun(deps, { kind: 'import', dt, alone: EXCLUDED.day, resumes, progress: '{}' }, async (run) => {
    const { result, objects } = await stage(run);
    return { result, replaces: { objects } };
  });
}
