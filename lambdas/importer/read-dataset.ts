import { basename } from 'node:path';
import { type DatasetFile, isTable } from '../../adapters/dataset/files.ts';
import { datasetName } from '../../adapters/dataset/playlists-name.ts';
import { type MadeTables, Workspace } from '../../adapters/dataset/workspace.ts';
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
    const datasets = new Set<string>();
    const rejected: ImportResult['rejected'] = [];
    const accounts: FileAccount[] = [];
    for (const file of files) {
      const account = new FileAccount(file, rejected, deps.progress);
      await workspace.beginFile(file.path);
      const hasPlaylists = isTable(file)
        ? (await gatherTable(file, workspace, account)) > 0
        : await gatherPlaylists(file, workspace, account).then(() => true);
      account.refuseUnreadable();
      accounts.push(account);
      if (hasPlaylists) datasets.add(datasetName(file.path));
    }
    const playlists = await makePlaylists(workspace, datasets);
    const tables = files.some(isTable) ? await makeTables(workspace, files) : undefined;
    if (tables) for (const table of IMPORTED_TABLES) await keep(table, tables[table].path);
    for (const { name, path } of playlists) await keep('playlists', path, name);
    return {
      files: accounts.map(({ path, layout, rows, encoding }) => ({ path, layout, rows, encoding })),
      artists: tables?.artists.rows ?? 0,
      tracks: tables?.tracks ?? 0,
      features: tables?.audio_features.rows ?? 0,
      merged: tables?.merged.artists ? tables.merged : undefined,
      playlists: sum(playlists.map((made) => made.playlists)),
      entries: sum(playlists.map(({ rows }) => rows)),
      notSongs: sum(accounts.map(({ notSongs }) => notSongs)),
      datasets: playlists.map(({ name, playlists, rows }) => ({ name, playlists, entries: rows })),
      rejected,
      rejectedCount: sum(accounts.map((account) => account.rejected)),
    };
  } finally {
    await workspace.close();
  }
}

async function makeTables(workspace: Workspace, files: readonly DatasetFile[]): Promise<MadeTables> {
  const tables = await workspace.makeTables();
  if (tables.tracks > 0) return tables;
  const seen = files
    .filter(isTable)
    .map(({ path, header, mapped }) => `${basename(path)} (${mapped.layout.name}: ${header.join(', ')})`);
  throw new DatasetError(
    `expected at least one track with an artist, got none in ${seen.join('; ')}`,
    'import a table with a track (track_id, track_uri, id or uri) and its artists (artist_id, artist_name, artists, …) together with the others',
  );
}

async function makePlaylists(workspace: Workspace, datasets: ReadonlySet<string>) {
  const made: (Awaited<ReturnType<Workspace['makePlaylists']>> & { name: string })[] = [];
  for (const name of datasets) {
    const playlists = await workspace.makePlaylists(name);
    if (playlists.rows === 0) {
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
