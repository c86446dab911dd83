import { modelOfFile, readVectorsFile, type VectorsFile } from '../../adapters/dataset/vectors-file.ts';
import { DatasetError, NoDataError } from '../../core/errors.ts';
import type { ImportResult } from '../../core/events.ts';
import type { LakeBatches, LakeDays, Progress } from '../../core/ports.ts';
import type { ReplaceDeps } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';
import type { TrackVectors } from '../../core/vectors/track-vectors.ts';
import { namesIn, readPlaylists } from '../trainer/playlists.ts';
import { type TrackName, vectorRows } from '../trainer/rows.ts';
import { FileAccount } from './gather-file.ts';

/** What importing vectors needs. */
export interface ImportVectorsDeps extends ReplaceDeps {
  lake: ReplaceDeps['lake'] & LakeDays;
  progress: Progress;
}

/** What was read of a file of vectors. */
export interface ReadModel {
  vectors: TrackVectors;
  result: Omit<ImportResult, 'date' | 'run'>;
  model: string;
}

const TRACK_ID = /^[!-~]{1,64}$/;

/**
 * Makes a file of word2vec's vectors a model of the lake, and the newest one: a run of a training that is done. Memory
 * is what the vectors take. Tracks are called as the lake's playlists name them.
 *
 * Throws `DatasetError` where the file is not whole, or more than 5 % of its vectors are of no use, and `LeaseHeldError`
 * where a training is under way; then the lake stays as it was.
 */
export async function importVectors(
  deps: ImportVectorsDeps,
  file: VectorsFile,
  date: string,
): Promise<ImportResult> {
  const dt = new Date(deps.clock.now()).toISOString().slice(0, 10);
  const alone = ['training'] as const;
  const {
    model: _,
    imported: __,
    ...result
  } = await withRun(
    deps,
    { kind: 'training', dt, alone, resumes: () => false, progress: '{}' },
    async (run) => {
      const { vectors, model, result: read } = await readModel(file, deps.progress);
      const rows = vectorRows(vectors, await namesOf(deps.lake));
      return {
        result: { date, run: run.id, ...read, ...summaryOf(model) },
        replaces: { objects: [await deps.lake.stageTable(run.staging, 'track_vectors', model, rows)] },
      };
    },
  );
  return result;
}

/** What makes an import's result the summary of a training. */
export const summaryOf = (model: string): { model: string; imported: true } => ({ model, imported: true });

/** Reads a file of vectors: those of length 0, which say nothing, and those whose names are no ids of tracks are left out. */
export async function readModel(file: VectorsFile, progress: Progress): Promise<ReadModel> {
  const rejected: ImportResult['rejected'] = [];
  const account = new FileAccount(file, rejected, progress);
  const keeps = (id: string, vector: Float32Array, entry: number): boolean => {
    const reason = TRACK_ID.test(id)
      ? vector.every((value) => value === 0) && 'expected a vector that says something, got one of length 0'
      : `expected a track id of 1 to 64 ASCII characters without spaces, got ${JSON.stringify(id.slice(0, 100))}`;
    // The first line of the text form is not an entry.
    if (reason) account.reject(file.format === 'text' ? entry + 1 : entry, reason);
    else account.rows += 1;
    return !reason;
  };
  const vectors = await readVectorsFile(file, keeps, (bytes) => account.report(bytes));
  account.refuseUnreadable();
  const { path, layout, rows } = account;
  if (rows === 0)
    throw new DatasetError(
      `expected vectors in ${path}, got none`,
      'save them again, and copy the file whole',
    );
  const model = modelOfFile(path);
  return {
    ...{ vectors, model },
    result: {
      ...{ files: [{ path, layout, rows }], artists: 0, tracks: 0, features: 0 },
      ...{ playlists: 0, entries: 0, notSongs: 0, datasets: [] },
      models: [{ name: model, rows, size: vectors.size }],
      ...{ rejected, rejectedCount: account.rejected },
    },
  };
}

async function namesOf(lake: LakeBatches & LakeDays): Promise<(id: string) => TrackName> {
  try {
    return namesIn(await readPlaylists(lake));
  } catch (error) {
    if (!(error instanceof NoDataError)) throw error;
    return () => UNNAMED;
  }
}

/** What a track is called where nobody tells. */
export const UNNAMED: TrackName = { name: null, artist_name: null };
