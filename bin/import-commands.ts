import { join } from 'node:path';
import { isHistory } from '../adapters/dataset/history-files.ts';
import { UsageError } from '../core/errors.ts';
import { HistoryImportRequest, ImportRequest } from '../core/events.ts';
import { Ledger } from '../core/ledger.ts';
import { importDataset } from '../lambdas/importer/import.ts';
import { importOwnPlaylists } from '../lambdas/importer/import-own-playlists.ts';
import { importHistory } from '../lambdas/listening/import-history.ts';
import { asUser } from './as-user.ts';
import type { Local } from './local.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import { importWords } from './print.ts';
import { withProgress } from './progress.ts';
import { brings, bringsFiles, type ProviderOptions } from './provider.ts';
import { historyImportWords } from './user-words.ts';

/** Options of `import`. */
interface ImportOptions extends CommonOptions, ProviderOptions {
  ownPlaylists?: boolean;
}

/** `soundalike import`: datasets, privacy exports, or the user's own playlists. */
export async function importAny(paths: string[], options: ImportOptions): Promise<void> {
  if (Boolean(options.ownPlaylists) === paths.length > 0) {
    throw new UsageError(
      `expected either paths or --own-playlists, got ${paths.length > 0 ? 'both' : 'neither'}`,
      'name files or folders, or give --own-playlists alone',
    );
  }
  if (options.ownPlaylists) return await importOwn(options);
  const areExports = await Promise.all(paths.map(isHistory));
  if (areExports.every((isExport) => !isExport)) return await importFiles(paths, options);
  if (areExports.every(Boolean)) return await importExports(paths, options);
  const named = (wanted: boolean) => paths.filter((_, i) => areExports[i] === wanted).join(', ');
  throw new UsageError(
    `expected either datasets or privacy exports, got both: ${named(true)} (privacy export) and ${named(false)}`,
    'import them in two calls',
  );
}

async function importFiles(paths: string[], options: ImportOptions): Promise<void> {
  const request = requestOf(ImportRequest, { paths, date: options.date });
  await perform(options, {
    folder: bringsFiles(options),
    local: (local) =>
      withProgress((progress) =>
        importDataset({ ...local, workspaceFolder: join(local.folder, 'import'), progress }, request),
      ),
    stack: (stack) => stack.importDataset(request),
    words: importWords,
  });
}

async function importExports(paths: string[], options: ImportOptions): Promise<void> {
  const request = requestOf(HistoryImportRequest, { paths });
  await perform(options, {
    folder: bringsFiles(options),
    local: (local) => withProgress((progress) => importHistory({ ...local, progress }, request)),
    stack: (stack) => stack.importHistory(request),
    words: historyImportWords,
  });
}

async function importOwn(options: ImportOptions): Promise<void> {
  if (options.stack !== undefined) {
    throw new UsageError(
      'expected files or folders with --stack, got --own-playlists, which no deployed stack takes yet',
      'leave out --stack, after soundalike login without it',
    );
  }
  await perform(options, {
    folder: brings(options),
    local: (local) =>
      asUser(local, options, async ({ connectUser }) => {
        const ledger = new Ledger();
        const { client: source, close } = connectUser(ledger);
        const pushed = await pushedBy(local);
        return await withProgress((progress) =>
          importOwnPlaylists({ ...local, source, pushed, ledger, progress }),
        ).finally(close);
      }),
    words: importWords,
  });
}

async function pushedBy({ playlistPushes }: Local): Promise<string[]> {
  const pushes = await Promise.all(['standing', 'new'].map((slot) => playlistPushes.read(slot)));
  return pushes.flatMap((push) => push?.playlist_id ?? []);
}
