import { InvalidInputError } from '../errors.ts';
import { instantiate } from '../kernel.ts';
import KERNEL from './most-similar.wasm.ts';
import { type MostSimilar, mostSimilar, similarityOf, TopRows, type UnitVectors } from './nearest.ts';

/** What wasm/vectors/most-similar.ts exports. */
interface Kernel {
  next(
    ...[from, to, eights, blocks, scales, slacks, query, length, limit]: [
      ...[number, number, number, number, number],
      ...[number, number, number, number],
    ]
  ): number;
}

/** Rows in a block. */
const ROWS = 4;
/** Smaller numbers may be lost in 32 bits, and their squares in 64. */
const LEAST = 1e-37;
const PAGE = 65_536;
const MOST_PAGES = 65_536;
// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { round, max, min, abs, sqrt, ceil, floor, fround } = Math;

/** So many rows for each of an answer make the first pass pay: of fewer, too many are compared twice. */
const ROWS_A_PLACE = 100;
/** Making the 8-bit numbers takes as long as so many answers without them. */
const ANSWERS = 16;

/** `mostSimilar` of some vectors, which must not change, for whoever asks often: by whichever way is faster. */
export function similaritySearch(space: UnitVectors): SimilaritySearch['mostSimilar'] {
  let [search, asked] = [undefined as SimilaritySearch | undefined, 0];
  return (query, k, leftOut) => {
    if (space.ids.length < ROWS_A_PLACE * k || asked++ < ANSWERS)
      return mostSimilar(space, query, k, leftOut);
    search ??= new SimilaritySearch(space);
    return search.mostSimilar(query, k, leftOut);
  };
}

/**
 * Vectors to ask for the most similar, with the answers of `mostSimilar` to the bit, several times as fast. A first pass
 * compares with all rows by 8-bit numbers, which are a quarter to read; only those that may be among the best are
 * compared as they are.
 *
 * With v a row and s q what its 8-bit numbers q say of it, w the query and t p its 16-bit numbers, w·v is at most
 * s t (q·p) + |w| |v - s q| + |w - t p| |s q| (Cauchy and Schwarz); what is no better than the worst of the best so far
 * by this bound is left out. It takes 5 to 8 bits of a row's numbers to tell it from most others. A row's prior p is in
 * its numbers: w·pv is above what counts where w·v is negative, and equal to it otherwise.
 */
export class SimilaritySearch {
  readonly #space: UnitVectors;
  readonly #kernel: Kernel;
  readonly #memory: WebAssembly.Memory;
  readonly #eights: number;
  readonly #blocks: number;
  /** Where things lie in the memory: the query at 0, the 8-bit numbers last. */
  readonly #scalesAt: number;
  readonly #slacksAt: number;
  readonly #numbersAt: number;
  /** At least the length of any row, with its prior, as it is and as its 8-bit numbers say. */
  #longest = 0;

  /**
   * Makes the 8-bit numbers, some milliseconds a thousand rows, which take a little over a quarter of the vectors'
   * memory. The vectors must not change afterwards. Throws `InvalidInputError` where they do not fit 4 GB.
   */
  constructor(space: UnitVectors) {
    const { ids, size } = space;
    this.#space = space;
    this.#eights = ceil(size / 8);
    this.#blocks = ceil(ids.length / ROWS);
    const perBlock = 4 * ROWS;
    this.#scalesAt = 16 * this.#eights;
    this.#slacksAt = this.#scalesAt + this.#blocks * perBlock;
    this.#numbersAt = this.#slacksAt + this.#blocks * perBlock;
    const pages = ceil((this.#numbersAt + 8 * ROWS * this.#eights * this.#blocks) / PAGE);
    if (pages > MOST_PAGES) {
      throw new InvalidInputError(
        `expected vectors that fit a memory of 4 GB in 8 bits, got ${ids.length} of ${size} numbers`,
        'train with a smaller --size or a greater --min-count',
      );
    }
    this.#memory = new WebAssembly.Memory({ initial: max(1, pages), maximum: MOST_PAGES, shared: true });
    this.#kernel = instantiate<Kernel>(KERNEL, this.#memory);
    for (let row = 0; row < ids.length; row++) this.#pack(row);
  }

  /** As `mostSimilar` of core/vectors/nearest.ts. */
  mostSimilar(query: ArrayLike<number>, k: number, leftOut: ReadonlySet<number> = new Set()): MostSimilar {
    const { ids } = this.#space;
    const wanted = Float64Array.from(query);
    if (wanted.every((value) => abs(value) < LEAST)) return mostSimilar(this.#space, wanted, k, leftOut);
    const heap = new TopRows(min(k, ids.length));
    const { unit, length, slack } = this.#ask(wanted);
    const limit = () => (heap.worst - slack) / unit;
    const places = [this.#eights, this.#numbersAt, this.#scalesAt, this.#slacksAt, 0] as const;
    for (let block = 0; ; block++) {
      block = this.#kernel.next(block, this.#blocks, ...places, length, limit());
      if (block === this.#blocks) return heap.sorted();
      for (let row = block * ROWS; row < min(ids.length, (block + 1) * ROWS); row++) {
        const similarity = similarityOf(this.#space, row, wanted);
        if (heap.takes(similarity) && !leftOut.has(row)) heap.add(row, similarity);
      }
    }
  }

  #pack(row: number): void {
    const { size, vectors, priors } = this.#space;
    const prior = priors?.[row] ?? 1;
    const [block, inBlock] = [floor(row / ROWS), row % ROWS];
    const vector = vectors.subarray(row * size, (row + 1) * size);
    let largest = 0;
    for (let f = 0; f < size; f++) largest = max(largest, prior * abs(vector[f] as number));
    const scale = fround(largest / 127);
    const numbers = new Int8Array(this.#memory.buffer, this.#numbersAt + 8 * ROWS * this.#eights * block);
    let [off, squared] = [0, 0];
    for (let f = 0; f < size; f++) {
      const value = prior * (vector[f] as number);
      const number = scale === 0 ? 0 : max(-127, min(127, round(value / scale)));
      numbers[(f >> 3) * 8 * ROWS + 8 * inBlock + (f & 7)] = number;
      off += (value - scale * number) ** 2;
      squared += value ** 2;
    }
    const missed = sqrt(off) * (1 + 2 ** -20) + LEAST;
    new Float32Array(this.#memory.buffer, this.#scalesAt, row + 1)[row] = scale;
    new Float32Array(this.#memory.buffer, this.#slacksAt, row + 1)[row] = missed;
    this.#longest = max(this.#longest, sqrt(squared) + missed);
  }

  /**
   * Puts the query's 16-bit numbers where the kernel reads them. A number is worth `unit`; `length` is the query's in
   * units; `slack` is what the products of any row may lie too low because of the query's rounding and of 32-bit sums.
   */
  #ask(wanted: Float64Array): { unit: number; length: number; slack: number } {
    // So that a sum of products stays within 32 bits.
    const most = min(32_767, floor((2 ** 31 - 1) / (127 * 8 * this.#eights)));
    const largest = wanted.reduce((most, value) => max(most, abs(value)), 0);
    const unit = largest / most;
    const numbers = new Int16Array(this.#memory.buffer, 0, 8 * this.#eights);
    let [off, squared] = [0, 0];
    for (const [f, value] of wanted.entries()) {
      const number = round(value / unit);
      numbers[f] = number;
      off += (value - unit * number) ** 2;
      squared += value ** 2;
    }
    const length = sqrt(squared);
    return { unit, length: length / unit, slack: (sqrt(off) + length * 2 ** -20) * this.#longest };
  }
}
