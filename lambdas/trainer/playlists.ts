import { NoDataError } from '../../core/errors.ts';
import type { LakeBatches, LakeDays } from '../../core/ports.ts';
import { type Playlists, PlaylistsBuilder } from '../../core/vectors/playlists.ts';
import type { TrackName } from './rows.ts';

/** The lake's playlists. */
export interface LakePlaylists extends Playlists {
  /** What each track, by its row, is called where it comes first. */
  readonly names: readonly (string | null)[];
  readonly artistNames: readonly (string | null)[];
}

/**
 * Reads the playlists of every dataset: by dataset, then by playlist. A batch of rows is held at a time; of all of them
 * four bytes a place, and the id and the name of each track once. Throws `NoDataError` where there is none.
 */
export async function readPlaylists(lake: LakeBatches & LakeDays): Promise<LakePlaylists> {
  const builder = new PlaylistsBuilder();
  const names: (string | null)[] = [];
  const artistNames: (string | null)[] = [];
  // Many tracks have the same artist.
  const artists = new Map<string | null, string | null>();
  const columns = ['playlist_id', 'track_id', 'name', 'artist_name'] as const;
  for (const dataset of await lake.days('playlists')) {
    let last: string | undefined;
    for await (const batch of lake.batches('playlists', dataset, columns)) {
      for (const [i, playlist] of batch.playlist_id.entries()) {
        const id = batch.track_id[i];
        if (id === null || id === undefined) continue;
        if (playlist !== last) builder.begin();
        last = playlist;
        if (!builder.add(id)) continue;
        names.push(batch.name[i] ?? null);
        const artist = batch.artist_name[i] ?? null;
        if (!artists.has(artist)) artists.set(artist, artist);
        artistNames.push(artists.get(artist) ?? null);
      }
    }
  }
  if (builder.playlists === 0) throw noPlaylists();
  const { playlists, order } = builder.build();
  const inOrder = (values: readonly (string | null)[]) => Array.from(order, (from) => values[from] ?? null);
  return { ...playlists, names: inOrder(names), artistNames: inOrder(artistNames) };
}

/** What tracks of the playlists are called. */
export const namesIn =
  ({ rows, names, artistNames }: LakePlaylists) =>
  (id: string): TrackName => {
    const row = rows.get(id) ?? -1;
    return { name: names[row] ?? null, artist_name: artistNames[row] ?? null };
  };

/** The lake has none. */
export const noPlaylists = (): NoDataError =>
  new NoDataError(
    'expected playlists in the lake, got none',
    'import some first: a file with playlists (soundalike import <path>), or your own (soundalike import --own-playlists)',
  );
