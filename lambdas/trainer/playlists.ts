import { NoDataError } from '../../core/errors.ts';
import type { Lake, LakeDays } from '../../core/ports.ts';

/** A track as a playlist names it. */
export interface TrackName {
  name: string | null;
  artist_name: string | null;
}

/** The lake's playlists. */
export interface LakePlaylists {
  /** Ids of tracks in order, a list a playlist; by dataset, then by playlist. */
  lists: string[][];
  /** What each track is called where it comes first. */
  names: Map<string, TrackName>;
}

/**
 * Reads the playlists of every dataset. One dataset's rows are held at a time, some 400 bytes each; of all of them the
 * ids stay. Throws `NoDataError` where there is none.
 */
export async function readPlaylists(lake: Pick<Lake, 'read'> & LakeDays): Promise<LakePlaylists> {
  const lists: string[][] = [];
  const names = new Map<string, TrackName>();
  for (const dataset of await lake.days('playlists')) {
    let last: string | undefined;
    for (const { playlist_id, track_id, name, artist_name } of (await lake.read('playlists', dataset)) ??
      []) {
      if (track_id === null) continue;
      if (playlist_id !== last) lists.push([]);
      last = playlist_id;
      lists.at(-1)?.push(track_id);
      if (!names.has(track_id)) names.set(track_id, { name, artist_name });
    }
  }
  if (lists.length > 0) return { lists, names };
  throw new NoDataError(
    'expected playlists in the lake, got none',
    'import some first: a file with playlists (soundalike import <path>), or your own (soundalike import --own-playlists)',
  );
}
