import { isIdentified, songOf } from '../listening/song.ts';
import type { Play } from '../ports.ts';
import { byId } from '../text.ts';

/** What a song is called, as far as it is known. */
export interface SongNames {
  name: string | null;
  /** Its first artist. */
  artist: string | null;
  isrc: string | null;
}

/** A song that was heard lately. */
export interface HeardSong extends SongNames {
  id: string;
  /** The sum over its plays of 0.5^(age / half-life). */
  weight: number;
}

/** A play, as far as it matters here. */
export type HeardPlay = Pick<Play, 'played_at' | 'track_id' | 'name' | 'artist_name' | 'isrc'>;

const DAY_MS = 86_400_000;

/**
 * The different songs of plays, which come in any order, by id: by id they are told apart, or, where nobody told it, by
 * folded artist and title. A play at `to` (epoch milliseconds) weighs 1, one that is `halfLife` days older half of it.
 */
export function heardSongs(plays: readonly HeardPlay[], to: number, halfLife: number): HeardSong[] {
  const songs = new Map<string, HeardSong>();
  const inOrder = [...plays].sort((a, b) => byId(a.played_at, b.played_at) || byId(a.track_id, b.track_id));
  for (const play of inOrder) {
    const { track_id: id, name, artist_name: artist, isrc } = play;
    const song = isIdentified(id) ? id : (songOf(artist, name) ?? id);
    const heard = songs.get(song) ?? { id, name: null, artist: null, isrc: null, weight: 0 };
    heard.name = name ?? heard.name;
    heard.artist = artist ?? heard.artist;
    heard.isrc = isrc ?? heard.isrc;
    heard.weight += 0.5 ** ((to - Date.parse(play.played_at)) / DAY_MS / halfLife);
    songs.set(song, heard);
  }
  return [...songs.values()].sort((a, b) => byId(a.id, b.id));
}
