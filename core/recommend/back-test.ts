import type { Play } from '../ports.ts';
import { songKey } from './doubles.ts';
import { type EverHeard, everHeard, namesOf } from './ever-heard.ts';
import { type HeardSong, heardSongs, type SongNames } from './heard.ts';

/** Days in which what is recommended may be played. */
export const FOLLOWED_DAYS = 28;
/** Days from one cut to the next. */
const APART_DAYS = 7;
/** Cuts whose followed days overlap: so many beside each other do not count as that many. */
export const OVERLAPPING = FOLLOWED_DAYS / APART_DAYS;
const MOST_CUTS = 52;
const DAY_MS = 86_400_000;

/** A time in the past, and what was known at it. */
export interface Cut {
  /** Epoch milliseconds: the end of a day, UTC. */
  readonly to: number;
  /** The songs of the last days until then, and all until then. */
  readonly heard: readonly HeardSong[];
  readonly known: EverHeard;
  /** The songs that were heard for the first time in the days that followed: what would have to be found. */
  readonly later: LaterSongs;
}

/** What counts as heard lately. */
export interface Listening {
  days: number;
  halfLife: number;
}

/**
 * The last 52 ends of a week, counted back from the last play (plays come in order), of which all followed days and all
 * days that count lie in the history; the last first. Those before which nothing was heard lately, or after which
 * nothing new, are passed over. What is known at a cut are plays until then alone.
 */
export function* cutsOf(plays: readonly Play[], { days, halfLife }: Listening): Generator<Cut> {
  const times = plays.map(({ played_at }) => Date.parse(played_at));
  const [first = Number.POSITIVE_INFINITY, last = 0] = [times[0], times.at(-1)];
  let to = Math.floor(last / DAY_MS - FOLLOWED_DAYS) * DAY_MS;
  for (let cuts = 0; cuts < MOST_CUTS && to - days * DAY_MS >= first; to -= APART_DAYS * DAY_MS) {
    const within = (after: number, until: number) =>
      plays.filter((_, i) => (times[i] as number) > after && (times[i] as number) <= until);
    const heard = heardSongs(within(to - days * DAY_MS, to), to, halfLife);
    if (heard.length === 0) continue;
    const known = everHeard(heard, named(within(Number.NEGATIVE_INFINITY, to)));
    const later = new LaterSongs(within(to, to + FOLLOWED_DAYS * DAY_MS), known);
    if (later.songs.length === 0) continue;
    cuts++;
    yield { to, heard, known, later };
  }
}

/** Of plays of the same song that call it the same one is enough. */
function named(plays: readonly Play[]): Iterable<Play> {
  const different = new Map<string, Play>();
  for (const play of plays) {
    const { track_id, name, artist_name, song } = play;
    different.set(JSON.stringify([track_id, name, artist_name, song]), play);
  }
  return different.values();
}

/** Songs that were heard for the first time, versions of one counting once. */
export class LaterSongs {
  /** By the id that it was heard by first, each with what it is called. */
  readonly songs: readonly HeardSong[];
  /** The id of `songs`, by every id and every name that the song was heard by. */
  readonly #idOf = new Map<string, string>();

  constructor(plays: readonly Play[], known: EverHeard) {
    const songs = new Map<string, HeardSong>();
    for (const play of plays) {
      const { track_id, name, artist_name: artist, isrc } = play;
      const names = [{ name, artist, isrc }, ...namesOf(play)];
      if (known.ids.has(track_id) || names.some((song) => known.songs.has(song))) continue;
      const marks = [track_id, ...names.map((song) => songKey(song.artist, song.name))].filter(
        (mark) => mark !== null,
      );
      const id = marks.map((mark) => this.#idOf.get(mark)).find((own) => own !== undefined) ?? track_id;
      for (const mark of marks) if (!this.#idOf.has(mark)) this.#idOf.set(mark, id);
      if (!songs.has(id)) songs.set(id, { id, name, artist, isrc, weight: 1 });
    }
    this.songs = [...songs.values()];
  }

  /** A list of recommended songs by the ids of `songs`, where they are one of them in any version; each of them once. */
  named(list: readonly string[], song: (id: string) => SongNames): string[] {
    const found = new Set<string>();
    return list.map((id) => {
      const { artist, name } = song(id);
      const own = this.#idOf.get(id) ?? this.#idOf.get(songKey(artist, name) ?? '');
      if (own === undefined) return id;
      const isAgain = found.has(own);
      found.add(own);
      return isAgain ? '' : own;
    });
  }
}
