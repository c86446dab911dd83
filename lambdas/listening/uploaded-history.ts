import type { HistoryPlays } from '../../adapters/dataset/history-plays.ts';
import { DatasetError } from '../../core/errors.ts';
import type { UploadedHistory } from '../../core/events.ts';
import type { Uploads } from '../../core/ports.ts';
import type { HistoryDocument } from './record-history.ts';

/** What the command line uploads of a file of an export: what it tells, without what is not needed, or why it cannot be read. */
export type UploadedFile = { found: HistoryPlays } | { reason: string };

/** A file of an export as it is uploaded. */
export async function toUpload({ read }: HistoryDocument): Promise<UploadedFile> {
  try {
    return { found: await read() };
  } catch (error) {
    if (error instanceof DatasetError) return { reason: error.message };
    throw error;
  }
}

/** The files of an export that the command line has uploaded. */
export const uploadedDocuments = (lake: Uploads, { upload, paths }: UploadedHistory): HistoryDocument[] =>
  paths.map((path, i) => ({
    path,
    read: async () => {
      const file = (await lake.uploadedHistory(upload, i)) as UploadedFile;
      if ('found' in file) return file.found;
      throw new DatasetError(file.reason, 'ask Spotify for the export once more');
    },
  }));
