import { basename } from 'node:path';
import { historyFiles, readHistoryFile } from '../../adapters/dataset/history-files.ts';
import { readHistoryPlays } from '../../adapters/dataset/history-plays.ts';
import { HistoryImportRequest, type HistoryImportResult, parseInput } from '../../core/events.ts';
import type { Clock } from '../../core/ports.ts';
import { type HistoryDocument, type RecordHistoryDeps, recordHistory } from './record-history.ts';

/**
 * Takes Spotify's privacy exports on this machine into the history: `recordHistory` of their files. Throws `DatasetError`
 * also where there is no file of one.
 */
export async function importHistory(
  deps: RecordHistoryDeps,
  input: HistoryImportRequest,
): Promise<HistoryImportResult> {
  return await recordHistory(deps, await historyDocuments(input, deps.clock));
}

/** The files of privacy exports. Throws `DatasetError` where there is none. */
export async function historyDocuments(
  input: HistoryImportRequest,
  clock: Clock,
): Promise<HistoryDocument[]> {
  const { paths } = parseInput(HistoryImportRequest, input, 'import');
  const files = await historyFiles(paths);
  return files.map((file) => ({
    path: file.path,
    read: () => readHistoryPlays(() => readHistoryFile(file), `dataset:${basename(file.path)}`, clock.now()),
  }));
}
