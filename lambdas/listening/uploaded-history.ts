import { RETRY } from '../../adapters/dataset/history-json.ts';
import type { HistoryPlays } from '../../adapters/dataset/history-plays.ts';
import { DatasetError } from '../../core/errors.ts';
import type { UploadedHistory } from '../../core/events.ts';
import type { Uploads } from '../../core/ports.ts';
import type { HistoryDocument } from './record-history.ts';

/** What the command line uploads of an export: a part of a file without what is not needed, or why it cannot be read. */
export type UploadedFile = { found: HistoryPlays } | { reason: string; hint?: string };

/** A file of an export as it is uploaded, part by part. */
export async function* toUploads({ read }: HistoryDocument): AsyncGenerator<UploadedFile> {
  try {
    for await (const found of read()) yield { found };
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    yield { reason: error.message, hint: error.hint };
  }
}

/** The files of an export that the command line has uploaded; the parts of one follow one another. */
export function uploadedDocuments(lake: Uploads, { upload, paths }: UploadedHistory): HistoryDocument[] {
  const starts = paths.flatMap((path, i) => (path === paths[i - 1] ? [] : i));
  return starts.map((start, n) => ({
    path: paths[start] as string,
    read: async function* () {
      for (let i = start; i < (starts[n + 1] ?? paths.length); i++) {
        const file = (await lake.uploadedHistory(upload, i)) as UploadedFile;
        if ('reason' in file) throw new DatasetError(file.reason, file.hint ?? RETRY);
        yield file.found;
      }
    },
  }));
}
