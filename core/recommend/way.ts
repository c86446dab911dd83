import type { RecommendedSong } from '../events.ts';
import { similaritySearch } from '../vectors/most-similar.ts';
import { dotAt, type UnitVectors } from '../vectors/nearest.ts';
import { songKey } from './doubles.ts';
import type { HeardSong, SongNames } from './heard.ts';
import { type ItemIndex, ItemNeighbours } from './items.ts';
import { DEPTH } from './merge.ts';

/** What songs are called: values at the same place belong together. */
export interface SongColumns {
  ids: readonly string[];
  names: readonly (string | null)[];
  artists: readonly (string | null)[];
  /** Absent where nobody tells them. */
  isrcs?: readonly (string | null)[];
}

/** Songs near one: values at the same place belong together. */
export interface NearSongs {
  readonly rows: Int32Array;
  /** Cosines. */
  readonly nearness: Float64Array;
  /** What they are ranked by, the largest first; ties by row. Positive where the nearness is. */
  readonly worth: Float64Array;
}

/** A way to find songs that are near another one. */
export interface Way {
  readonly method: RecommendedSong['method'];
  readonly ids: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
  /** What the song of a row is called. */
  song(row: number): SongNames;
  /** Those that are worth the most to a row's song, at most 1,000; those left out are not counted. */
  nearest(row: number, leftOut: ReadonlySet<number>): NearSongs;
}

/** Nearest by the cosine of vectors, times the prior. */
export function vectorWay(method: 'sound' | 'playlists', space: UnitVectors, columns: SongColumns): Way {
  const { ids, rows, size, vectors, priors } = space;
  const mostSimilar = similaritySearch(space);
  return {
    ...{ method, ids, rows, song: namesAt(rows, columns) },
    nearest: (row, leftOut) => {
      const query = Float64Array.from(vectors.subarray(row * size, (row + 1) * size));
      const found = mostSimilar(query, DEPTH, leftOut);
      const worth = found.similarities;
      const nearness = priors
        ? worth.map((_, i) => dotAt(vectors, (found.rows[i] as number) * size, query))
        : worth;
      return { rows: found.rows, nearness, worth };
    },
  };
}

/** Nearest by shared playlists. */
export function itemWay(index: ItemIndex, columns: SongColumns): Way {
  const neighbours = new ItemNeighbours(index);
  return {
    ...{ method: 'items', ids: index.ids, rows: index.rows, song: namesAt(index.rows, columns) },
    nearest: (row, leftOut) => {
      const { rows, similarities } = neighbours.nearest([row], DEPTH + leftOut.size);
      const kept = rows.map((_, i) => i).filter((i) => !leftOut.has(rows[i] as number));
      const first = kept.subarray(0, DEPTH);
      const worth = Float64Array.from(first, (i) => similarities[i] as number);
      return { rows: first.map((i) => rows[i] as number), nearness: worth, worth };
    },
  };
}

/** Columns are in an order of their own. */
function namesAt(
  rows: ReadonlyMap<string, number>,
  { ids, names, artists, isrcs }: SongColumns,
): (row: number) => SongNames {
  const places = new Int32Array(rows.size);
  for (const [place, id] of ids.entries()) {
    const row = rows.get(id);
    if (row !== undefined) places[row] = place;
  }
  return (row) => {
    const place = places[row] as number;
    return {
      ...{ name: names[place] ?? null, artist: artists[place] ?? null },
      isrc: isrcs?.[place] ?? null,
    };
  };
}

/** The rows of songs: by id, else by folded title and first artist in any version (of several, the first by id). */
export const located = (way: Way, songs: readonly HeardSong[]): (number | undefined)[] =>
  rowsOf(way, songs, (keys) => rowsByKey(way, keys));

/** `located` for whoever asks often: what the songs of the way are called is gone through once, and kept. */
export function locator(way: Way): (songs: readonly HeardSong[]) => (number | undefined)[] {
  let all: ReadonlyMap<string, number> | undefined;
  return (songs) =>
    rowsOf(way, songs, () => {
      all ??= rowsByKey(way);
      return all;
    });
}

function rowsOf(
  way: Way,
  songs: readonly HeardSong[],
  find: (keys: ReadonlySet<string>) => ReadonlyMap<string, number>,
): (number | undefined)[] {
  const byId = songs.map(({ id }) => way.rows.get(id));
  const keys = songs.map(({ artist, name }, i) => (byId[i] === undefined ? songKey(artist, name) : null));
  const missing = new Set(keys.filter((key) => key !== null));
  const found = missing.size > 0 ? find(missing) : new Map<string, number>();
  return songs.map((_, i) => byId[i] ?? found.get(keys[i] ?? ''));
}

/** The first row of each of these keys, or of every one. */
function rowsByKey(way: Way, keys?: ReadonlySet<string>): Map<string, number> {
  const found = new Map<string, number>();
  for (let row = 0; row < way.ids.length && found.size !== keys?.size; row++) {
    const { artist, name } = way.song(row);
    const key = songKey(artist, name);
    if (key !== null && keys?.has(key) !== false && !found.has(key)) found.set(key, row);
  }
  return found;
}
