import type { Row } from '../../core/tables.ts';
import { xoshiro128 } from '../../core/vectors/random.ts';
import type { Machine } from './machine.ts';

/** Puts a dataset of playlists into the lake, named by their tracks, whose artists are the letter they begin with. */
export async function putPlaylists(
  { lake }: Pick<Machine, 'lake'>,
  dataset: string,
  lists: Readonly<Record<string, readonly (string | null)[]>>,
): Promise<void> {
  const rows = Object.entries(lists).flatMap(([playlist_id, ids]) =>
    ids.map((id, position): Row<'playlists'> => {
      const names = { name: id && `Song ${id}`, artist_id: null, artist_name: id && `Artist ${id[0]}` };
      return { playlist_id, position, track_id: id, ...names };
    }),
  );
  await lake.write('playlists', dataset, rows);
}

/** Two groups of songs that never share a playlist, ten songs a playlist. */
export function groups(seed: number): Record<string, string[]> {
  const random = xoshiro128(seed);
  return Object.fromEntries(
    Array.from({ length: 60 }, (_, p) => [
      `p${seed}-${String(p).padStart(2, '0')}`,
      Array.from({ length: 10 }, () => `${p % 2 ? 'x' : 'y'}${random.int(15)}`),
    ]),
  );
}
