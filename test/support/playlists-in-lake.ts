import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { partitionKey } from '../../core/names.ts';
import type { Row } from '../../core/tables.ts';
import type { Machine } from './machine.ts';
import { askDuckDb } from './parquet-readers.ts';

/** The bytes of a dataset's playlists in the lake. */
export const playlistsFile = ({ lakeFolder }: Machine, dataset: string): Promise<Buffer> =>
  readFile(join(lakeFolder, partitionKey('playlists', dataset)));

/** What DuckDB reads of a dataset's playlists, in the order of the file. */
export const playlistRows = async (machine: Machine, dataset: string): Promise<Row<'playlists'>[]> =>
  (await askDuckDb(
    await playlistsFile(machine, dataset),
    'SELECT * FROM file',
  )) as unknown as Row<'playlists'>[];

/** A dataset's playlists with the ids of their songs in order, whose positions are counted from 0. */
export async function playlistTracks(machine: Machine, dataset: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { playlist_id, position, track_id } of await playlistRows(machine, dataset)) {
    found[playlist_id] ??= [];
    expect(position).toBe(found[playlist_id].length);
    found[playlist_id].push(String(track_id));
  }
  return found;
}
