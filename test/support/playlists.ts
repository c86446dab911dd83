import { listAt, type Playlists, PlaylistsBuilder } from '../../core/vectors/playlists.ts';

/** Playlists of these tracks. */
export function playlistsOf(lists: readonly (readonly string[])[]): Playlists {
  const builder = new PlaylistsBuilder();
  for (const list of lists) {
    builder.begin();
    for (const id of list) builder.add(id);
  }
  return builder.build().playlists;
}

/** The tracks of each playlist. */
export const listsOf = (playlists: Playlists): string[][] =>
  Array.from(playlists.starts, (_, p) =>
    Array.from(listAt(playlists, p), (row) => playlists.ids[row] as string),
  );
