import { TWIN_SQUARED } from './matrix.ts';
import { type Kernel, type Search, treeOf } from './search.ts';
import { LEAF, splitOf } from './tree.ts';

/** What wasm/similarity/nearest.ts does, in the plain way: its oracle, and its substitute where there is no WebAssembly. */
export function plainKernel(search: Search, thread: number): Kernel {
  const { memory, d, leaves, places, stride, result } = search;
  const { points, rows, boxes } = treeOf(search);
  const k = result.k;
  const keys = new Float64Array(memory.buffer, places.keys + thread * stride, k);
  const found = new Int32Array(memory.buffer, places.found + thread * stride, k);
  const query = new Float64Array(d);
  let self = 0;
  let size = 0;
  return {
    approach() {},
    nearest(position) {
      for (let f = 0; f < d; f++) query[f] = coordinate(position, f);
      self = rows[position] as number;
      size = 0;
      descend(0, leaves, position);
      for (let i = 0; i < k; i++) keys[i] = Math.sqrt(keys[i] as number);
    },
  };

  /** The child that the query is in comes first; the other has nothing if its box is beyond the farthest found. */
  function descend(from: number, to: number, position: number): void {
    if (to - from === 1) {
      scan(from);
      return;
    }
    const split = splitOf(from, to);
    const near = position < split * LEAF ? 0 : 1;
    for (const child of [near, 1 - near]) {
      // The sum is rounded as that of a point in the box, so that it is never above it.
      if (size === k && !(gapSquared(split, child) <= (keys[k - 1] as number))) continue;
      if (child === 0) descend(from, split, position);
      else descend(split, to, position);
    }
  }

  function scan(leaf: number): void {
    for (let at = leaf * LEAF; at < (leaf + 1) * LEAF; at++) {
      const row = rows[at] as number;
      if (row < 0) return;
      if (row === self) continue;
      let sum = 0;
      for (let f = 0; f < d; f++) {
        const difference = (query[f] as number) - coordinate(at, f);
        sum += difference * difference;
      }
      insert(sum < TWIN_SQUARED ? 0 : sum, row);
    }
  }

  function insert(squared: number, row: number): void {
    let i = size;
    while (i > 0 && isBefore(squared, row, i - 1)) i--;
    if (i === k) return;
    keys.copyWithin(i + 1, i, k - 1);
    found.copyWithin(i + 1, i, k - 1);
    keys[i] = squared;
    found[i] = row;
    if (size < k) size++;
  }

  function isBefore(squared: number, row: number, i: number): boolean {
    const other = keys[i] as number;
    return squared < other || (squared === other && row < (found[i] as number));
  }

  function coordinate(position: number, f: number): number {
    return points[(position & -8) * d + f * 8 + (position & 7)] as number;
  }

  function gapSquared(node: number, child: number): number {
    let sum = 0;
    for (let f = 0; f < d; f++) {
      const box = (node * d + f) * 4 + child;
      const below = (boxes[box] as number) - (query[f] as number);
      const above = (query[f] as number) - (boxes[box + 2] as number);
      const gap = below > 0 ? below : above > 0 ? above : 0;
      sum += gap * gap;
    }
    return sum < TWIN_SQUARED ? 0 : sum;
  }
}
