import { byId } from '../text.ts';
import { type MostSimilar, TopRows } from '../vectors/nearest.ts';
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

/** Index of playlists; a track that stands in one twice stands in it once. */
export function itemIndex(playlists: Iterable<readonly string[]>): ItemIndex {
  const distinct = Array.from(playlists, (playlist) => [...new Set(playlist)]);
  const ids = [...new Set(distinct.flat())].sort(byId);
  const rows = new Map(ids.map((id, row) => [id, row]));
  const tracksOf = distinct.map((playlist) => playlist.map((id) => rows.get(id) as number));
  const playlistsOf: number[][] = ids.map(() => []);
  for (const [p, tracks] of tracksOf.entries()) for (const row of tracks) playlistsOf[row]?.push(p);
  return { ids, rows, playlistsOf: flat(playlistsOf), tracksOf: flat(tracksOf) };
}

function flat(lists: readonly (readonly number[])[]): Lists {
  const starts = new Int32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = (starts[i] as number) + list.length;
  return { starts, values: Int32Array.from(lists.flat()) };
}

/** In how many playlists a track stands. */
const countOf = ({ playlistsOf: { starts } }: ItemIndex, row: number): number =>
  (starts[row + 1] as number) - (starts[row] as number);

/** The tracks, those that stand in the most playlists first; ties by id. */
export const byPopularity = (index: ItemIndex): string[] =>
  index.ids
    .map((_, row) => row)
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
    const touched = new Set<number>();
    for (const row of rows) this.#add(row, touched);
    for (const row of rows) touched.delete(row);
    const inOrder = Int32Array.from(touched).sort();
    const top = new TopRows(Math.min(k, inOrder.length));
    for (const row of inOrder) {
      const score = this.#scores[row] as number;
      if (top.takes(score)) top.add(row, score);
    }
    for (const row of inOrder) this.#scores[row] = 0;
    for (const row of rows) this.#scores[row] = 0;
    return top.sorted();
  }

  #add(row: number, touched: Set<number>): void {
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
      this.#scores[other] = (this.#scores[other] as number) + cosine;
      this.#shared[other] = 0;
      touched.add(other);
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
