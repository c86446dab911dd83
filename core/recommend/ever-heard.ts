import type { Play } from '../ports.ts';
import { TakenSongs } from './doubles.ts';
import type { HeardSong, SongNames } from './heard.ts';

/** What was heard at any time: ids, and songs in any version. */
export interface EverHeard {
  readonly ids: ReadonlySet<string>;
  readonly songs: TakenSongs;
}

/** A play, or a track of the history, as far as it tells which song it is. */
export type PlayedSong = Pick<Play, 'track_id' | 'name' | 'artist_name' | 'song'>;

/** What was heard lately, whose recording codes count too, and before. */
export function everHeard(lately: readonly HeardSong[], played: Iterable<PlayedSong>): EverHeard {
  const [ids, songs] = [new Set<string>(), new TakenSongs()];
  for (const song of lately) songs.add(song);
  for (const play of played) {
    ids.add(play.track_id);
    for (const names of namesOf(play)) songs.add(names);
  }
  return { ids, songs };
}

/** What a play calls its song: by its names, and by those that an export gave it. */
export function namesOf({ name, artist_name: artist, song }: PlayedSong): SongNames[] {
  const [exported, title] = song?.split('\n') ?? [];
  const names = [{ name, artist, isrc: null }];
  return exported === undefined || title === undefined
    ? names
    : [...names, { name: title, artist: exported, isrc: null }];
}

/** What can be pushed: a local file has another id, or none. */
const SPOTIFY_ID = /^[0-9A-Za-z]{22}$/;

/** Whether a song can be recommended to whoever heard these. */
export const isNew = ({ ids, songs }: EverHeard, id: string, names: SongNames): boolean =>
  SPOTIFY_ID.test(id) && !ids.has(id) && !songs.has(names);
