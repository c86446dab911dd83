import { InvalidInputError } from '../errors.ts';
import type { Matrix } from './matrix.ts';

/** Points in a leaf. */
export const LEAF = 32;

/** How a leaf is cut into blocks of 8: at which of its points, among which. */
const BLOCK_CUTS = [
  [16, 0, 32],
  [8, 0, 16],
  [24, 16, 32],
] as const;

const { exp, floor, log, max, min, sqrt } = Math;

/**
 * A balanced k-d tree without pointers. Positions are dealt to leaves of 32, of which all but the last are full and whose
 * number is even; the node of leaves [from, to) has as its number the leaf at which it is split, `splitOf(from, to)`. So
 * odd nodes have two leaves as children, even ones two nodes.
 */
export interface Tree {
  readonly leaves: number;
  /** Coordinates by blocks of 8 positions: 8 of the first feature, 8 of the second and so on; NaN where there is none. */
  readonly points: Float64Array;
  /** The row at each position, -1 where there is none. The smallest of a leaf comes first, and equal points by row. */
  readonly rows: Int32Array;
  /** By node and feature: the low corners of the boxes of its two children, then the high ones; NaN where they are empty. */
  readonly boxes: Float64Array;
}

/** How many leaves so many points take. */
export const leavesFor = (n: number): number => 2 * Math.ceil(n / (2 * LEAF));

/** Where a node is split: in the middle, at an even leaf if it has more than two. */
export const splitOf = (from: number, to: number): number =>
  to - from === 2 ? from + 1 : ((from + to) >> 2) << 1;

/** Fills a tree with the rows of a matrix. Throws `InvalidInputError` at a value that is not finite. */
export function plant({ leaves, points, rows, boxes }: Tree, { ids, columns }: Matrix): void {
  const [n, d] = [ids.length, columns.length];
  const order = Int32Array.from(ids, (_, row) => row);
  // A row's coordinates side by side while rows are moved about.
  const moved = new Float64Array(n * d);
  for (const [f, column] of columns.entries()) {
    for (let i = 0; i < n; i++) {
      const x = column[i] as number;
      if (!Number.isFinite(x)) {
        throw new InvalidInputError(
          `expected finite values to compare, got ${x} for ${ids[i]} in column ${f + 1}`,
          'leave out what has no value',
        );
      }
      moved[i * d + f] = x;
    }
  }
  boxes.fill(Number.NaN);
  grow(0, leaves, 0);
  rows.fill(-1).set(order);
  points.fill(Number.NaN);
  for (let i = 0; i < n; i++) {
    for (let f = 0; f < d; f++) points[(i & -8) * d + f * 8 + (i & 7)] = moved[i * d + f] as number;
  }

  /** Arranges the points of some leaves, whose box goes to a place of `boxes`. */
  function grow(from: number, to: number, box: number): void {
    const [first, end] = [min(n, from * LEAF), min(n, to * LEAF)];
    if (first === end) return;
    const axis = widestAxis(first, end, box);
    if (to - from === 1) {
      if (axis >= 0) cutToBlocks(axis, first, end);
      for (let i = first + 1; i < end; i++) {
        if ((order[i] as number) < (order[first] as number)) swap(i, first);
      }
      return;
    }
    const split = splitOf(from, to);
    if (axis < 0) order.subarray(first, end).sort();
    else if (split * LEAF < end) select(axis, split * LEAF, first, end - 1);
    grow(from, split, split * 4 * d);
    grow(split, to, split * 4 * d + 1);
  }

  /** Puts near each other into a block what is near on a leaf's longest side. */
  function cutToBlocks(axis: number, first: number, end: number): void {
    for (const [middle, low, high] of BLOCK_CUTS) {
      if (first + middle < end) select(axis, first + middle, first + low, min(first + high, end) - 1);
    }
  }

  /** Stores the box of some points, and gives its longest side, -1 if they are all the same. */
  function widestAxis(first: number, end: number, box: number): number {
    let axis = -1;
    let widest = 0;
    for (let f = 0; f < d; f++) {
      let low = Infinity;
      let high = -Infinity;
      for (let at = first * d + f; at < end * d; at += d) {
        const x = moved[at] as number;
        if (x < low) low = x;
        if (x > high) high = x;
      }
      boxes[box + 4 * f] = low;
      boxes[box + 4 * f + 2] = high;
      if (high - low > widest) {
        widest = high - low;
        axis = f;
      }
    }
    return axis;
  }

  /** Floyd and Rivest's SELECT: no point before `k` is above it, none behind it below. */
  function select(axis: number, k: number, from: number, to: number): void {
    let [left, right] = [from, to];
    while (right > left) {
      if (right - left > 600) {
        const size = right - left + 1;
        const m = k - left + 1;
        const z = log(size);
        const s = 0.5 * exp((2 * z) / 3);
        const deviation = 0.5 * sqrt((z * s * (size - s)) / size) * (m < size / 2 ? -1 : 1);
        const low = floor(k - (m * s) / size + deviation);
        select(axis, k, max(left, low), min(right, floor(low + s)));
      }
      const pivot = moved[k * d + axis] as number;
      let i = left;
      let j = right;
      swap(left, k);
      if ((moved[right * d + axis] as number) > pivot) swap(left, right);
      while (i < j) {
        swap(i++, j--);
        while ((moved[i * d + axis] as number) < pivot) i++;
        while ((moved[j * d + axis] as number) > pivot) j--;
      }
      if (moved[left * d + axis] === pivot) swap(left, j);
      else swap(++j, right);
      if (j <= k) left = j + 1;
      if (k <= j) right = j - 1;
    }
  }

  function swap(i: number, j: number): void {
    const row = order[i] as number;
    order[i] = order[j] as number;
    order[j] = row;
    for (let a = i * d, b = j * d; a < (i + 1) * d; a++, b++) {
      const x = moved[a] as number;
      moved[a] = moved[b] as number;
      moved[b] = x;
    }
  }
}
