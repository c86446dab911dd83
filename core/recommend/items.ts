import { type MostSimilar, TopRows } from '../vectors/nearest.ts';
import { type Playlists, listAt as tracksAt } from '../vectors/playlists.ts';
import type { Scorer } from './scorer.ts';

/** Which tracks stand in which playlists, both ways, as lists in one array: list i is `values[starts[i]]` and on. */
export interface ItemIndex {
  /** Sorted bytewise, so that the order of rows is the order of ids. */
  readonly ids: readonly string[];
  readonly rows: ReadonlyMap<string, number>;
  readonly playlistsOf: Lists;
  readonly tracksOf: Lists;
}

interface Lists {
  readonly starts: Int32Array;
  readonly values: Int32Array;
}

/** Index of playlists, by their rows; a track that stands in one twice stands in it once. */
export function itemIndex(playlists: Playlists): ItemIndex {
  const { ids, rows } = playlists;
  const tracksOf = distinct(playlists);
  return { ids, rows, playlistsOf: inverse(tracksOf, ids.length), tracksOf };
}

/** The different tracks of each playlist, in the order of their first places. */
function distinct(playlists: Playlists): Lists {
  const { ids, starts, ends } = playlists;
  const values = new Int32Array(ends.reduce((sum, end, p) => sum + end - (starts[p] as number), 0));
  const firsts = new Int32Array(starts.length + 1);
  // The playlist in which each track was last seen, counted from 1.
  const seen = new Int32Array(ids.length);
  let length = 0;
  for (let p = 0; p < starts.length; p++) {
    for (const row of tracksAt(playlists, p)) {
      if (seen[row] !== p + 1) values[length++] = row;
      seen[row] = p + 1;
    }
    firsts[p + 1] = length;
  }
  return { starts: firsts, values: values.subarray(0, length) };
}

/** For each value below `n` the lists that it stands in, in their order. */
function inverse(lists: Lists, n: number): Lists {
  const starts = new Int32Array(n + 1);
  for (const value of lists.values) starts[value + 1] = (starts[value + 1] as number) + 1;
  for (let i = 0; i < n; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const next = starts.slice();
  const values = new Int32Array(lists.values.length);
  for (let list = 0; list + 1 < lists.starts.length; list++) {
    for (const value of listAt(lists, list)) {
      const at = next[value] as number;
      values[at] = list;
      next[value] = at + 1;
    }
  }
  return { starts, values };
}

/** In how many playlists a track stands. */
const countOf = ({ playlistsOf: { starts } }: ItemIndex, row: number): number =>
  (starts[row + 1] as number) - (starts[row] as number);

/** The tracks that stand in any playlist, those that stand in the most first; ties by id. */
export const byPopularity = (index: ItemIndex): string[] =>
  index.ids
    .map((_, row) => row)
    .filter((row) => countOf(index, row) > 0)
    .sort((a, b) => countOf(index, b) - countOf(index, a) || a - b)
    .map((row) => index.ids[row] as string);

/** Sums similarities to tracks over the rows that share a playlist with one of them; made once, used many times. */
export class ItemNeighbours {
  readonly #index: ItemIndex;
  readonly #shared: Int32Array;
  readonly #scores: Float64Array;

  constructor(index: ItemIndex) {
    this.#index = index;
    this.#shared = new Int32Array(index.ids.length);
    this.#scores = new Float64Array(index.ids.length);
  }

  /**
   * The `k` tracks with the largest sum of similarities to those of `rows` (each once), these left out. Similarity is
   * the cosine of the tracks' playlists as vectors of 0 and 1: |P ∩ Q| / √(|P| |Q|). Exact; tracks that share no
   * playlist with any are never named. Time grows with the lengths of the playlists that the tracks stand in.
   */
  nearest(rows: readonly number[], k: number): MostSimilar {
    const touched: number[] = [];
    for (const row of rows) this.#add(row, touched);
    for (const row of rows) this.#scores[row] = 0;
    const inOrder = Int32Array.from(touched).sort();
    const top = new TopRows(Math.min(k, inOrder.length));
    for (const row of inOrder) {
      const score = this.#scores[row] as number;
      if (score > 0 && top.takes(score)) top.add(row, score);
    }
    for (const row of inOrder) this.#scores[row] = 0;
    return top.sorted();
  }

  #add(row: number, touched: number[]): void {
    const { playlistsOf, tracksOf } = this.#index;
    const mine: number[] = [];
    for (const p of listAt(playlistsOf, row)) {
      for (const other of listAt(tracksOf, p)) {
        if (this.#shared[other] === 0) mine.push(other);
        this.#shared[other] = (this.#shared[other] as number) + 1;
      }
    }
    const count = countOf(this.#index, row);
    for (const other of mine) {
      const cosine = (this.#shared[other] as number) / Math.sqrt(count * countOf(this.#index, other));
      if (this.#scores[other] === 0) touched.push(other);
      this.#scores[other] = (this.#scores[other] as number) + cosine;
      this.#shared[other] = 0;
    }
  }
}

const listAt = ({ starts, values }: Lists, i: number): Int32Array =>
  values.subarray(starts[i], starts[i + 1]);

/** Ranks by the sum of similarities to the given tracks: the plain baseline of the field. */
export function itemScorer(index: ItemIndex): Scorer {
  const neighbours = new ItemNeighbours(index);
  return (given, limit) => {
    const rows = new Set(given.map((id) => index.rows.get(id)).filter((row) => row !== undefined));
    return Array.from(neighbours.nearest([...rows], limit).rows, (row) => index.ids[row] as string);
  };
}
