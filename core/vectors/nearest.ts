import { InvalidInputError } from '../errors.ts';
import { byId } from '../text.ts';
import type { TrackVectors } from './track-vectors.ts';

/** Vectors of length 1, by id bytewise, so that the order of rows is the order of ids. */
export interface UnitVectors extends TrackVectors {
  /** Row of each id. */
  readonly rows: ReadonlyMap<string, number>;
  /** What a row's dot product, where it is positive, is multiplied by: above 0, at most 1. Absent: 1. */
  readonly priors?: Float64Array;
}

/** Rows and how near they are, the nearest first; ties by row, which is by id. */
export interface MostSimilar {
  readonly rows: Int32Array;
  /** Dot products with the query (cosines, if its length is 1), times the row's prior. */
  readonly similarities: Float64Array;
}

/** The rows of some ids, in the order of the ids. */
export const orderById = (ids: readonly string[]): Int32Array =>
  Int32Array.from(ids, (_, row) => row).sort((a, b) => byId(ids[a] as string, ids[b] as string));

/**
 * The vectors sorted by id and brought to length 1, seen from `middle`. Those of length 0 have no direction and are left
 * out. Throws `InvalidInputError` where a number is not finite or an id stands twice.
 */
export function unitVectors(
  { ids, size, vectors }: TrackVectors,
  middle: Float64Array = new Float64Array(size),
): UnitVectors {
  for (const [row, id] of ids.entries()) checkFinite(vectors.subarray(row * size, (row + 1) * size), id);
  const order = orderById(ids);
  const lengths = Float64Array.from(ids, (_, row) => lengthOf(vectors, row * size, middle));
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
    for (let f = 0; f < size; f++) {
      unit[to * size + f] = ((vectors[from * size + f] as number) - (middle[f] as number)) / length;
    }
  }
  return { ids: [...rows.keys()], size, vectors: unit, rows };
}

function checkFinite(vector: Float32Array, id: string): void {
  const bad = vector.find((x) => !Number.isFinite(x));
  if (bad === undefined) return;
  throw new InvalidInputError(
    `expected finite numbers in the vector of ${id}, got ${bad}`,
    'train again, or mend the file that it came from',
  );
}

function lengthOf(vectors: Float32Array, at: number, middle: Float64Array): number {
  let squared = 0;
  for (let f = 0; f < middle.length; f++)
    squared += ((vectors[at + f] as number) - (middle[f] as number)) ** 2;
  return Math.sqrt(squared);
}

/**
 * The `k` rows whose vectors have the largest dot product with the query, times their priors, `left out` ones not
 * counted, by comparing with all: exact. Time n (d + log k), memory 16 k bytes.
 */
export function mostSimilar(
  space: UnitVectors,
  query: ArrayLike<number>,
  k: number,
  leftOut: ReadonlySet<number> = new Set(),
): MostSimilar {
  const wanted = Float64Array.from(query);
  const heap = new TopRows(Math.min(k, space.ids.length));
  for (let row = 0; row < space.ids.length; row++) {
    const similarity = similarityOf(space, row, wanted);
    if (heap.takes(similarity) && !leftOut.has(row)) heap.add(row, similarity);
  }
  return heap.sorted();
}

/** Dot product of a query with the vector of a row, times its prior. */
export function similarityOf(
  { vectors, size, priors }: UnitVectors,
  row: number,
  wanted: Float64Array,
): number {
  const product = dotAt(vectors, row * size, wanted);
  return priors && product > 0 ? product * (priors[row] as number) : product;
}

/** Dot product of a query with the vector that begins at `at`, in double precision. */
export function dotAt(vectors: Float32Array, at: number, wanted: Float64Array): number {
  const size = wanted.length;
  const whole = size & ~3;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += (wanted[i] as number) * (vectors[at + i] as number);
    b += (wanted[i + 1] as number) * (vectors[at + i + 1] as number);
    c += (wanted[i + 2] as number) * (vectors[at + i + 2] as number);
    d += (wanted[i + 3] as number) * (vectors[at + i + 3] as number);
  }
  for (let i = whole; i < size; i++) a += (wanted[i] as number) * (vectors[at + i] as number);
  return a + b + (c + d);
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

  /** What a score has to be above to come in. */
  get worst(): number {
    if (this.#size < this.#rows.length) return Number.NEGATIVE_INFINITY;
    return this.#scores[0] ?? Number.POSITIVE_INFINITY;
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
