import { InvalidInputError } from '../errors.ts';
import { byId } from '../text.ts';
import type { TrackVectors } from './track-vectors.ts';

/** Vectors of length 1, by id bytewise, so that the order of rows is the order of ids. */
export interface UnitVectors extends TrackVectors {
  /** Row of each id. */
  readonly rows: ReadonlyMap<string, number>;
}

/** Rows and how near they are, the nearest first; ties by row, which is by id. */
export interface MostSimilar {
  readonly rows: Int32Array;
  /** Dot products with the query: cosines, if its length is 1. */
  readonly similarities: Float64Array;
}

/**
 * The vectors sorted by id and brought to length 1. Those of length 0 have no direction and are left out. Throws
 * `InvalidInputError` where a number is not finite or an id stands twice.
 */
export function unitVectors({ ids, size, vectors }: TrackVectors): UnitVectors {
  const order = Int32Array.from(ids, (_, row) => row).sort((a, b) =>
    byId(ids[a] as string, ids[b] as string),
  );
  const lengths = Float64Array.from(ids, (id, row) => lengthOf(vectors, row * size, size, id));
  const kept = order.filter((row) => (lengths[row] as number) > 0);
  const unit = new Float32Array(kept.length * size);
  const rows = new Map<string, number>();
  for (const [to, from] of kept.entries()) {
    const id = ids[from] as string;
    if (rows.has(id)) {
      throw new InvalidInputError(
        `expected each track once, got ${id} twice`,
        'leave one of its vectors out',
      );
    }
    rows.set(id, to);
    const length = lengths[from] as number;
    for (let f = 0; f < size; f++) unit[to * size + f] = (vectors[from * size + f] as number) / length;
  }
  return { ids: [...rows.keys()], size, vectors: unit, rows };
}

function lengthOf(vectors: Float32Array, at: number, size: number, id: string): number {
  let squared = 0;
  for (let f = at; f < at + size; f++) squared += (vectors[f] as number) ** 2;
  if (Number.isFinite(squared)) return Math.sqrt(squared);
  throw new InvalidInputError(
    `expected finite numbers in the vector of ${id}, got ${vectors.subarray(at, at + size).find((x) => !Number.isFinite(x))}`,
    'train again, or mend the file that it came from',
  );
}

/**
 * The `k` rows whose vectors have the largest dot product with the query, `left out` ones not counted, by comparing with
 * all: exact. Time n (d + log k), memory 16 k bytes.
 */
export function mostSimilar(
  { ids, size, vectors }: UnitVectors,
  query: ArrayLike<number>,
  k: number,
  leftOut: ReadonlySet<number> = new Set(),
): MostSimilar {
  const wanted = Float64Array.from(query);
  const heap = new TopRows(Math.min(k, ids.length));
  const whole = size & ~3;
  for (let row = 0; row < ids.length; row++) {
    const at = row * size;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      a += (wanted[i] as number) * (vectors[at + i] as number);
      b += (wanted[i + 1] as number) * (vectors[at + i + 1] as number);
      c += (wanted[i + 2] as number) * (vectors[at + i + 2] as number);
      d += (wanted[i + 3] as number) * (vectors[at + i + 3] as number);
    }
    for (let i = whole; i < size; i++) a += (wanted[i] as number) * (vectors[at + i] as number);
    const similarity = a + b + (c + d);
    if (heap.takes(similarity) && !leftOut.has(row)) heap.add(row, similarity);
  }
  return heap.sorted();
}

/**
 * The best rows of those that are shown to it in order of row: a binary heap with the worst on top, which is of equal
 * ones the last. So a row that is no better than the worst need not come in.
 */
export class TopRows {
  readonly #rows: Int32Array;
  readonly #scores: Float64Array;
  #size = 0;

  /** Room for `k` rows, none or more. */
  constructor(k: number) {
    this.#rows = new Int32Array(k);
    this.#scores = new Float64Array(k);
  }

  /** Whether a row with this score would come in. */
  takes(score: number): boolean {
    return this.#size < this.#rows.length || score > (this.#scores[0] as number);
  }

  /** Takes in a row that `takes`; the worst goes where there is no room. */
  add(row: number, score: number): void {
    const full = this.#size === this.#rows.length;
    if (full) this.#sink(row, score);
    else this.#rise(this.#size++, row, score);
  }

  /** The rows, the best first; ties by row. */
  sorted(): MostSimilar {
    const order = Int32Array.from({ length: this.#size }, (_, i) => i).sort((a, b) => this.#compare(a, b));
    return {
      rows: order.map((i) => this.#rows[i] as number),
      similarities: Float64Array.from(order, (i) => this.#scores[i] as number),
    };
  }

  #compare(a: number, b: number): number {
    const difference = (this.#scores[b] as number) - (this.#scores[a] as number);
    return difference || (this.#rows[a] as number) - (this.#rows[b] as number);
  }

  #put(at: number, row: number, score: number): void {
    this.#rows[at] = row;
    this.#scores[at] = score;
  }

  #rise(from: number, row: number, score: number): void {
    let at = from;
    this.#put(at, row, score);
    for (let parent = (at - 1) >> 1; at > 0 && this.#compare(at, parent) > 0; parent = (at - 1) >> 1) {
      this.#put(at, this.#rows[parent] as number, this.#scores[parent] as number);
      this.#put(parent, row, score);
      at = parent;
    }
  }

  #sink(row: number, score: number): void {
    let at = 0;
    this.#put(at, row, score);
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && this.#compare(child + 1, child) > 0) child += 1;
      if (this.#compare(child, at) < 0) break;
      this.#put(at, this.#rows[child] as number, this.#scores[child] as number);
      this.#put(child, row, score);
      at = child;
    }
  }
}
