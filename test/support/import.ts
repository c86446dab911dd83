import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportResult } from '../../core/events.ts';
import { type ImportDeps, importDataset } from '../../lambdas/importer/import.ts';
import type { Machine } from './machine.ts';

/** The feature columns of a dataset, in one order. */
export const FEATURE_COLUMNS =
  'danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo';

/** Values of the feature columns; only danceability differs. */
export const featureValues = (danceability: number | string): string =>
  `${danceability},0.5,1,-7.5,1,0.04,0.1,0.0,0.2,0.6,120.5`;

/** What an import on this machine is given. */
export const importDeps = (machine: Machine): ImportDeps => ({
  ...machine,
  workspaceFolder: join(machine.folder, 'import'),
  progress: () => {},
  say: () => {},
});

/** Writes files into the machine's folder and imports them, in this order. */
export async function importFiles(
  machine: Machine,
  files: Record<string, string>,
  date?: string,
): Promise<ImportResult> {
  const paths: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = join(machine.folder, name);
    await writeFile(path, text);
    paths.push(path);
  }
  return await importDataset(importDeps(machine), { paths, date });
}
