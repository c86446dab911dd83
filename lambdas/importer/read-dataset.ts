import { join } from 'node:path';
import { type DatasetFile, isTable } from '../../adapters/dataset/files.ts';
import { datasetName } from '../../adapters/dataset/playlists-name.ts';
import { type MadePlaylists, PlaylistsWorkspace } from '../../adapters/dataset/playlists-workspace.ts';
import { Workspace } from '../../adapters/dataset/workspace.ts';
import { DatasetError } from '../../core/errors.ts';
import type { ImportResult } from '../../core/events.ts';
import type { Progress } from '../../core/ports.ts';
import { IMPORTED_TABLES } from './day.ts';
import { FileAccount, gatherPlaylists, gatherTable } from './gather-file.ts';

/** What reading a dataset needs. */
export interface ReadDatasetDeps {
  /** A folder for what is gathered; it is emptied before and removed after. */
  workspaceFolder: string;
  progress: Progress;
}

/** Keeps a table of the day, or the playlists of a dataset, made as a Parquet file that goes afterwards. */
export type Keep = (
  table: (typeof IMPORTED_TABLES)[number] | 'playlists',
  file: string,
  dataset?: string,
) => Promise<void>;

/**
 * Reads all files into the tables of a day and into playlists, each of which `keep` is given. Where no file is a table
 * there are no tables of a day. Memory is bounded, whatever the size.
 *
 * Throws `DatasetError` where more than 5 % of a file's rows cannot be read, no track of the tables has an artist, or a
 * dataset of playlists has no song; then nothing was kept.
 */
export async function readDataset(
  deps: ReadDatasetDeps,
  files: readonly DatasetFile[],
  keep: Keep,
): Promise<Omit<ImportResult, 'date' | 'run' | 'models'>> {
  const workspace = await Workspace.open(deps.workspaceFolder);
  try {
    const datasets = new Map<string, PlaylistsWorkspace>();
    const folder = join(deps.workspaceFolder, 'playlists');
    const playlistsOf = async (path: string) => {
      const name = datasetName(path);
      const open = datasets.get(name) ?? (await PlaylistsWorkspace.open(join(folder, name)));
      datasets.set(name, open);
      return open;
    };
    const rejected: ImportResult['rejected'] = [];
    const accounts: FileAccount[] = [];
    for (const file of files) {
      const account = new FileAccount(file, rejected, deps.progress);
      if (isTable(file)) await gatherTable(file, workspace, playlistsOf, account);
      else await gatherPlaylists(file, await playlistsOf(file.path), account);
      account.refuseUnreadable();
      accounts.push(account);
    }
    const tables = files.some(isTable) ? await finishTables(workspace) : undefined;
    const playlists = await finishPlaylists(datasets);
    if (tables) for (const table of IMPORTED_TABLES) await keep(table, tables[table].path);
    for (const { name, path } of playlists) await keep('playlists', path, name);
    return {
      files: accounts.map(({ path, layout, rows }) => ({ path, layout, rows })),
      artists: tables?.artists.rows ?? 0,
      tracks: tables?.top_tracks.rows ?? 0,
      features: tables?.audio_features.rows ?? 0,
      playlists: sum(playlists.map((made) => made.playlists)),
      entries: sum(playlists.map(({ entries }) => entries)),
      notSongs: sum(accounts.map(({ notSongs }) => notSongs)),
      datasets: playlists.map(({ path: _, ...counted }) => counted),
      rejected,
      rejectedCount: sum(accounts.map((account) => account.rejected)),
    };
  } finally {
    await workspace.close();
  }
}

async function finishTables(workspace: Workspace): ReturnType<Workspace['finish']> {
  const tables = await workspace.finish();
  if (tables.top_tracks.rows > 0) return tables;
  throw new DatasetError(
    'expected at least one track with an artist, got none',
    'import the file that tells which track is whose together with the others',
  );
}

async function finishPlaylists(
  datasets: ReadonlyMap<string, PlaylistsWorkspace>,
): Promise<(MadePlaylists & { name: string })[]> {
  const made: (MadePlaylists & { name: string })[] = [];
  for (const [name, workspace] of datasets) {
    const playlists = await workspace.finish();
    if (playlists.entries === 0) {
      throw new DatasetError(
        `expected at least one playlist with a song in ${name}, got none`,
        'nothing was imported: leave that file out',
      );
    }
    made.push({ name, ...playlists });
  }
  return made;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);
