// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { clz32, floor, max, min } = Math;

/**
 * How large a cell may look, over its distance, for its points to count as one. Below the root of a half, no cell that
 * holds a point looks small from there.
 */
const LOOKS_SMALL = 0.7;
/** Points that look at the others together, at the most. */
const TOGETHER = 16;
/** Cells along a side of the square, the smallest that are told apart. */
const FINEST = 2 ** 16;

/**
 * Pushes points of the plane away from each other by 1 / (1 + d²)² times their difference; what is far counts cell by
 * cell of a quadtree (van der Maaten 2014). Made once for so many points, and asked as often as they have moved.
 */
export class Repulsion {
  readonly #n: number;
  /** Places on a Z-shaped curve, and the rows there. */
  readonly #codes: Uint32Array;
  readonly #rows: Int32Array;
  /** Width of the smallest cell. */
  #unit = 0;
  // The tree's cells depth first: middle and number of points, the distance squared from which on they look small, and
  // the first cell behind.
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #count: Float64Array;
  readonly #far: Float64Array;
  readonly #behind: Int32Array;
  #cells = 0;
  /** Where, on the curve, the points begin that look together. */
  readonly #groups: Int32Array;
  #groupCount = 0;
  /** Cells that a group sees. */
  readonly #seen: Int32Array;

  constructor(n: number) {
    this.#n = n;
    this.#codes = new Uint32Array(n);
    this.#rows = new Int32Array(n);
    // A cell is a leaf, or has two or more.
    const most = 2 * n;
    this.#x = new Float64Array(most);
    this.#y = new Float64Array(most);
    this.#count = new Float64Array(most);
    this.#far = new Float64Array(most);
    this.#behind = new Int32Array(most);
    this.#groups = new Int32Array(n + 1);
    this.#seen = new Int32Array(most);
  }

  /** Puts the pushes to `pushX` and `pushY`; returns the sum of 1 / (1 + d²) over all ordered pairs. */
  push(x: Float64Array, y: Float64Array, pushX: Float64Array, pushY: Float64Array): number {
    const n = this.#n;
    this.#sortAlongCurve(x, y);
    [this.#cells, this.#groupCount] = [0, 0];
    this.#plant(0, n, true, x, y);
    this.#groups[this.#groupCount] = n;
    let total = 0;
    for (let group = 0; group < this.#groupCount; group++) {
      const rows = this.#rows.subarray(this.#groups[group], this.#groups[group + 1]);
      const seen = this.#look(rows, x, y);
      for (let r = 0; r < rows.length; r++) {
        total += this.#pushRow(rows[r] as number, seen, x, y, pushX, pushY);
      }
    }
    // Each point has met itself.
    return total - n;
  }

  #pushRow(
    row: number,
    seen: number,
    x: Float64Array,
    y: Float64Array,
    pushX: Float64Array,
    pushY: Float64Array,
  ): number {
    const px = x[row] as number;
    const py = y[row] as number;
    const cells = this.#seen;
    const cx = this.#x;
    const cy = this.#y;
    const count = this.#count;
    let fx = 0;
    let fy = 0;
    let sum = 0;
    for (let at = 0; at < seen; at++) {
      const cell = cells[at] as number;
      const dx = px - (cx[cell] as number);
      const dy = py - (cy[cell] as number);
      const near = 1 / (1 + dx * dx + dy * dy);
      const all = (count[cell] as number) * near;
      sum += all;
      fx += all * near * dx;
      fy += all * near * dy;
    }
    pushX[row] = fx;
    pushY[row] = fy;
    return sum;
  }

  /** Gathers the cells that look small from the box around some points, and the leaves that do not; how many. */
  #look(rows: Int32Array, x: Float64Array, y: Float64Array): number {
    let left = Infinity;
    let right = -Infinity;
    let bottom = Infinity;
    let top = -Infinity;
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r] as number;
      left = min(left, x[row] as number);
      right = max(right, x[row] as number);
      bottom = min(bottom, y[row] as number);
      top = max(top, y[row] as number);
    }
    const seen = this.#seen;
    const cells = this.#cells;
    const cx = this.#x;
    const cy = this.#y;
    const far = this.#far;
    const behind = this.#behind;
    let found = 0;
    for (let cell = 0; cell < cells; ) {
      const px = cx[cell] as number;
      const py = cy[cell] as number;
      const dx = max(0, left - px, px - right);
      const dy = max(0, bottom - py, py - top);
      if (dx * dx + dy * dy < (far[cell] as number)) cell += 1;
      else {
        seen[found++] = cell;
        cell = behind[cell] as number;
      }
    }
    return found;
  }

  #sortAlongCurve(x: Float64Array, y: Float64Array): void {
    const n = this.#n;
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = min(left, x[i] as number);
      right = max(right, x[i] as number);
      bottom = min(bottom, y[i] as number);
      top = max(top, y[i] as number);
    }
    this.#unit = (max(right - left, top - bottom) || 1) / (FINEST - 1);
    // Numbers sort without a function that compares them: a place and its row in one.
    const keys = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const column = floor(((x[i] as number) - left) / this.#unit);
      const line = floor(((y[i] as number) - bottom) / this.#unit);
      keys[i] = (spaced(column) + 2 * spaced(line)) * n + i;
    }
    keys.sort();
    for (let at = 0; at < n; at++) {
      const code = floor((keys[at] as number) / n);
      this.#codes[at] = code;
      this.#rows[at] = (keys[at] as number) - code * n;
    }
  }

  /** Plants the cell of the points [from, to) of the curve. */
  #plant(from: number, to: number, ungrouped: boolean, x: Float64Array, y: Float64Array): void {
    const codes = this.#codes;
    const isGroup = ungrouped && to - from <= TOGETHER;
    if (isGroup) this.#groups[this.#groupCount++] = from;
    const apart = (codes[from] as number) ^ (codes[to - 1] as number);
    // The first two bits in which they differ: down to there all share a cell.
    const shift = 30 - (clz32(apart) & ~1);
    const cell = this.#cells++;
    let [sumX, sumY] = [0, 0];
    if (apart === 0) {
      // So near that they count as one, however many.
      for (let at = from; at < to; at++) {
        sumX += x[this.#rows[at] as number] as number;
        sumY += y[this.#rows[at] as number] as number;
      }
    }
    for (let start = from; apart !== 0 && start < to; ) {
      const quarter = (codes[start] as number) >>> shift;
      let end = start + 1;
      while (end < to && (codes[end] as number) >>> shift === quarter) end += 1;
      const child = this.#cells;
      this.#plant(start, end, ungrouped && !isGroup, x, y);
      sumX += (this.#x[child] as number) * (end - start);
      sumY += (this.#y[child] as number) * (end - start);
      start = end;
    }
    this.#x[cell] = sumX / (to - from);
    this.#y[cell] = sumY / (to - from);
    this.#count[cell] = to - from;
    this.#far[cell] = apart === 0 ? 0 : ((2 ** (shift / 2 + 1) * this.#unit) / LOOKS_SMALL) ** 2;
    this.#behind[cell] = this.#cells;
  }
}

/** The bits of a number of 16 bits, a zero between each two. */
function spaced(number: number): number {
  let bits = number;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}
