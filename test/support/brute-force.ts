import { type Matrix, TWIN_SQUARED } from '../../core/similarity/matrix.ts';
import type { Neighbours } from '../../core/similarity/neighbours.ts';

/**
 * The exact k nearest neighbours of every row, itself left out, by comparing all with all.
 *
 * Time n² (d + log k), memory 12 n k bytes. `k` is at most n - 1.
 */
export function bruteForce({ ids, columns }: Matrix, k: number): Neighbours {
  const n = ids.length;
  const kept = Math.max(0, Math.min(k, n - 1));
  const result: Neighbours = {
    n,
    k: kept,
    rows: new Int32Array(n * kept),
    distances: new Float64Array(n * kept),
  };
  if (kept === 0) return result;
  const squared = new Float64Array(n);
  const select = kept === n - 1 ? sortAll : selectNearest;
  for (let i = 0; i < n; i++) {
    squaredDistances(columns, i, squared);
    const rows = result.rows.subarray(i * kept, (i + 1) * kept);
    select(squared, i, rows);
    for (let r = 0; r < kept; r++) {
      result.distances[i * kept + r] = Math.sqrt(squared[rows[r] as number] as number);
    }
  }
  return result;
}

function squaredDistances(columns: readonly Float64Array[], i: number, out: Float64Array): void {
  out.fill(0);
  for (const column of columns) {
    const x = column[i] as number;
    for (let j = 0; j < out.length; j++) {
      const difference = x - (column[j] as number);
      out[j] = (out[j] as number) + difference * difference;
    }
  }
  for (let j = 0; j < out.length; j++) if ((out[j] as number) < TWIN_SQUARED) out[j] = 0;
}

function sortAll(squared: Float64Array, self: number, rows: Int32Array): void {
  let at = 0;
  for (let j = 0; j < squared.length; j++) if (j !== self) rows[at++] = j;
  rows.sort((a, b) => Math.sign((squared[a] as number) - (squared[b] as number)) || a - b);
}

/** Keeps the nearest so far in a binary heap with the farthest on top; rows come in order, so ties keep the first. */
function selectNearest(squared: Float64Array, self: number, heap: Int32Array): void {
  const farther = (a: number, b: number): boolean => {
    const [x, y] = [squared[a] as number, squared[b] as number];
    return x > y || (x === y && a > b);
  };
  let size = 0;
  for (let j = 0; j < squared.length; j++) {
    if (j === self) continue;
    if (size < heap.length) {
      let at = size++;
      while (at > 0 && farther(j, heap[(at - 1) >> 1] as number)) {
        heap[at] = heap[(at - 1) >> 1] as number;
        at = (at - 1) >> 1;
      }
      heap[at] = j;
    } else if (farther(heap[0] as number, j)) {
      replaceTop(heap, j, farther);
    }
  }
  heap.sort((a, b) => (farther(a, b) ? 1 : -1));
}

function replaceTop(heap: Int32Array, row: number, farther: (a: number, b: number) => boolean): void {
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && farther(heap[child + 1] as number, heap[child] as number)) child += 1;
    if (!farther(heap[child] as number, row)) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = row;
}
