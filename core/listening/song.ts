import type { Play } from '../ports.ts';
import { foldName } from '../text.ts';

/** What stands before the hash in the id of a song without a known id. */
export const UNKNOWN = 'unknown:';

/** Whether a track's id is its own. */
export const isIdentified = (trackId: string): boolean => !trackId.startsWith(UNKNOWN);

/** A song by folded artist and title, all that the short export gives of it; null where one is missing. */
export const songOf = (artist: string | null, title: string | null): string | null =>
  artist !== null && title !== null ? `${foldName(artist)}\n${foldName(title)}` : null;

/** Every song that a play may be of: by its names, and by those that an export gave it. */
export function songsOf(play: Pick<Play, 'name' | 'artist_name' | 'song'>): string[] {
  const songs = [songOf(play.artist_name, play.name), play.song];
  return songs.filter((song) => song !== null);
}
