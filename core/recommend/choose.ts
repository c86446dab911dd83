import type { RecommendedSong } from '../events.ts';
import { byId, foldName } from '../text.ts';
import { TakenSongs } from './doubles.ts';
import type { HeardSong, SongNames } from './heard.ts';
import { DEPTH, reciprocalRank } from './merge.ts';

/** A song near a heard one. */
export interface Neighbour {
  id: string;
  /** By which way it was found, and its cosine by that. */
  method: RecommendedSong['method'];
  nearness: number;
  /** What it is worth to the heard song: what the way ranks by, or, merged, the sum of reciprocal ranks. */
  worth: number;
}

/** A heard song with its neighbours, what is worth the most first. */
export interface Naming {
  heard: HeardSong;
  neighbours: readonly Neighbour[];
}

/** A song of the list, without what it is called. */
export type ChosenSong = Pick<RecommendedSong, 'id' | 'score' | 'method' | 'nearness'> & {
  because: HeardSong;
};

/** What songs are chosen by. */
export interface Choice {
  perSong: number;
  size: number;
  maxPerArtist: number;
  /** Whether a song may stand in the list. */
  isAdmissible: (id: string) => boolean;
  song: (id: string) => SongNames;
}

/**
 * The list: each heard song names the first `perSong` admissible of its neighbours; a song's score is the sum over who
 * names it of weight times worth, and the largest come first (ties by id), no two versions of a song, so many of an
 * artist. Where that does not fill the list, each names twice as many, and so on, up to 1,000.
 */
export function chooseSongs(namings: readonly Naming[], choice: Choice): ChosenSong[] {
  for (let perSong = choice.perSong; ; perSong *= 2) {
    const list = firstOf(ranked(namings, { ...choice, perSong }), choice);
    if (list.length === choice.size || perSong >= DEPTH) return list;
  }
}

function ranked(namings: readonly Naming[], { perSong, isAdmissible }: Choice): ChosenSong[] {
  const songs = new Map<string, ChosenSong & { most: number }>();
  for (const { heard, neighbours } of namings) {
    let named = 0;
    for (const { id, worth, method, nearness } of neighbours) {
      if (named === perSong) break;
      if (!isAdmissible(id)) continue;
      named++;
      const added = heard.weight * worth;
      const song = songs.get(id) ?? { id, score: 0, most: -1, method, nearness, because: heard };
      song.score += added;
      if (added > song.most) Object.assign(song, { most: added, method, nearness, because: heard });
      songs.set(id, song);
    }
  }
  return [...songs.values()]
    .sort((a, b) => b.score - a.score || byId(a.id, b.id))
    .map(({ most: _, ...song }) => song);
}

function firstOf(songs: readonly ChosenSong[], { size, maxPerArtist, song }: Choice): ChosenSong[] {
  const [list, taken, artists]: [ChosenSong[], TakenSongs, Map<string, number>] = [
    [],
    new TakenSongs(),
    new Map(),
  ];
  for (const candidate of songs) {
    if (list.length === size) break;
    const names = song(candidate.id);
    // Songs whose artist nobody knows are not taken for those of one artist.
    const artist = names.artist === null ? candidate.id : foldName(names.artist);
    const ofArtist = artists.get(artist) ?? 0;
    if (ofArtist === maxPerArtist || taken.has(names)) continue;
    taken.add(names);
    artists.set(artist, ofArtist + 1);
    list.push(candidate);
  }
  return list;
}

/**
 * One ranking out of several: each song is worth the sum of its reciprocal ranks, and is told to be found by the way
 * that ranks it the highest, of equal ones the first.
 */
export function merged(rankings: readonly (readonly Neighbour[])[]): readonly Neighbour[] {
  const songs = new Map<string, Neighbour & { rank: number }>();
  for (const ranking of rankings) {
    for (const [place, neighbour] of ranking.entries()) {
      const rank = place + 1;
      const song = songs.get(neighbour.id) ?? { ...neighbour, worth: 0, rank };
      const worth = song.worth + reciprocalRank(rank);
      songs.set(neighbour.id, rank < song.rank ? { ...neighbour, rank, worth } : { ...song, worth });
    }
  }
  return [...songs.values()].sort((a, b) => b.worth - a.worth || byId(a.id, b.id));
}
