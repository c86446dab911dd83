import { listAt, type Playlists, playlistsWhere } from '../vectors/playlists.ts';
import { shuffled, xoshiro128 } from '../vectors/random.ts';

/** What a scorer is asked: what it is given, and what it would have to find. */
export interface Question {
  readonly given: readonly string[];
  readonly hidden: readonly string[];
}

/** The questions of a playlist that was held out. */
export interface HeldOut {
  /** What came next? One track is hidden, all before it are given. */
  readonly next: readonly Question[];
  /** What else? Half of the tracks are hidden, the others are given in order. */
  readonly rest: Question;
}

/** Playlists to learn from, and others to be asked of. */
export interface Holdout {
  readonly training: Playlists;
  readonly heldOut: readonly HeldOut[];
}

/** Playlists with fewer different tracks are never held out. */
const FEWEST = 5;
/** A fifth of the playlists is held out. */
export const FOLDS = 5;
/** More playlists are not held out, and more places of one not asked of: figures are sure enough, answers take time. */
const MOST_PLAYLISTS = 1000;
const MOST_PLACES = 5;

/**
 * Splits playlists for the measurement that docs/method.md defines. Of the same playlists, in the same order, and the
 * same seed, the folds 0 to 4 hold out each playlist once, as long as there are fewer than five thousand.
 */
export function holdOut(playlists: Playlists, seed: number, fold = 0): Holdout {
  const random = xoshiro128(seed);
  const chosen = shuffled(longLists(playlists), random)
    .filter((_, i) => i % FOLDS === fold)
    .slice(0, MOST_PLAYLISTS);
  const out = new Set(chosen);
  return {
    training: playlistsWhere(playlists, (p) => !out.has(p)),
    heldOut: chosen.map((p) => {
      const tracks = Array.from(new Set(listAt(playlists, p)), (row) => playlists.ids[row] as string);
      const places = tracks.map((_, i) => i);
      const asked = shuffled(places.slice(1), random).slice(0, MOST_PLACES);
      const hidden = new Set(shuffled(places, random).slice(0, Math.floor(tracks.length / 2)));
      return {
        next: asked.map((i) => ({ given: tracks.slice(0, i), hidden: [tracks[i] as string] })),
        rest: {
          given: tracks.filter((_, i) => !hidden.has(i)),
          hidden: tracks.filter((_, i) => hidden.has(i)),
        },
      };
    }),
  };
}

/** The playlists, by their places, that have enough different tracks to be asked of. */
function longLists(playlists: Playlists): number[] {
  const long: number[] = [];
  // The playlist in which each track was last seen, counted from 1.
  const seen = new Int32Array(playlists.ids.length);
  for (let p = 0; p < playlists.starts.length; p++) {
    let different = 0;
    for (const row of listAt(playlists, p)) {
      if (seen[row] !== p + 1) different += 1;
      seen[row] = p + 1;
    }
    if (different >= FEWEST) long.push(p);
  }
  return long;
}
