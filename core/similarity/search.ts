import { instantiate } from '../kernel.ts';
import { runAtOnce, type Steps } from '../long-work.ts';
import type { Matrix } from './matrix.ts';
import KERNEL from './nearest.wasm.ts';
import type { Neighbours } from './neighbours.ts';
import { plainKernel } from './plain-kernel.ts';
import { LEAF, leavesFor, plant, type Tree } from './tree.ts';

/** Leaves that a thread takes at a time. */
const SHARE = 16;
/** What the machine can do; without it (`node --jitless`) the search is plain. */
const HAS_WEBASSEMBLY = typeof WebAssembly !== 'undefined';
const PAGE = 65_536;

/**
 * A search for the k nearest of every point, which threads share: each calls `searchLeaves` with a number of its own, and
 * when all have returned `result` is whole. It can be posted to a worker.
 */
export interface Search {
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly d: number;
  readonly leaves: number;
  /** How many leaves tell how far the neighbours of a point are at the most: around it, they hold more than k points. */
  readonly window: number;
  /** How many candidates are kept before the farther ones are dropped. */
  readonly room: number;
  /** Where the parts are in the memory, in bytes. */
  readonly places: Readonly<Record<keyof typeof SHARED | keyof typeof OWN, number>>;
  /** What a thread has of its own is so many bytes behind that of the thread before. */
  readonly stride: number;
  /** The first row of the result. */
  readonly from: number;
  readonly result: Neighbours;
}

/** Bytes of what threads share, and of what each works on. */
const SHARED = {
  next: () => 4,
  points: ({ d, leaves }: Sizes) => leaves * LEAF * d * 8,
  rows: ({ leaves }: Sizes) => leaves * LEAF * 4,
  boxes: ({ d, leaves }: Sizes) => leaves * 4 * d * 8,
};
const OWN = {
  query: ({ d }: Sizes) => d * 8,
  corners: ({ d }: Sizes) => 2 * d * 8,
  bounds: () => LEAF * 8,
  values: ({ window }: Sizes) => window * LEAF * 8,
  nodes: ({ leaves }: Sizes) => leaves * 2,
  nearNodes: ({ leaves }: Sizes) => leaves * 2,
  keys: ({ room }: Sizes) => (room + LEAF + 8) * 8,
  found: ({ room }: Sizes) => (room + LEAF + 8) * 4,
};
type Sizes = Pick<Search, 'd' | 'leaves' | 'window' | 'room'>;

/** Finds the neighbours of the points of a leaf. */
export interface Kernel {
  /** Readies the search for the points of a leaf. */
  approach(leaf: number): void;
  /** Puts the nearest of the point at a position of that leaf, in order, to `found`, and their distances to `keys`. */
  nearest(position: number): void;
}

/**
 * Readies a search for the nearest of the rows [from, to) of a matrix: `wanted`, or all others if they are fewer. Throws
 * `InvalidInputError` at a value that is not finite.
 */
export function prepareSearch(
  matrix: Matrix,
  wanted: number,
  threads = 1,
  [from, to] = [0, matrix.ids.length],
): Search {
  const n = matrix.ids.length;
  const k = Math.max(0, Math.min(wanted, n - 1));
  // Without features all are alike.
  const columns = matrix.columns.length > 0 ? matrix.columns : [new Float64Array(n)];
  const leaves = leavesFor(n);
  const window = Math.min(leaves, Math.max(6, 2 + Math.ceil((1.5 * k) / LEAF)));
  const sizes = { d: columns.length, leaves, window, room: 2 * k + 16 };
  const places = {} as Record<string, number>;
  let bytes = 0;
  const lay = (parts: Record<string, (sizes: Sizes) => number>) => {
    for (const [part, size] of Object.entries(parts)) {
      places[part] = bytes;
      // A cache line each.
      bytes += (size(sizes) + 63) & -64;
    }
    return bytes;
  };
  const stride = -(lay(SHARED) - lay(OWN));
  const pages = Math.ceil((bytes + (threads - 1) * stride) / PAGE);
  const search: Search = {
    ...sizes,
    memory: HAS_WEBASSEMBLY
      ? new WebAssembly.Memory({ initial: pages, maximum: PAGE, shared: true })
      : { buffer: new SharedArrayBuffer(pages * PAGE) },
    places: places as Search['places'],
    stride,
    from,
    result: {
      n: to - from,
      k,
      rows: new Int32Array(new SharedArrayBuffer((to - from) * k * 4)),
      distances: new Float64Array(new SharedArrayBuffer((to - from) * k * 8)),
    },
  };
  plant(treeOf(search), { ids: matrix.ids, columns });
  return search;
}

/** Searches leaves that no other thread has taken until there are none. Threads are numbered from 0. */
export function searchLeaves(
  search: Search,
  thread = 0,
  kernelOf = HAS_WEBASSEMBLY ? simdKernel : plainKernel,
): void {
  runAtOnce(searchInSteps(search, thread, kernelOf));
}

/** As `searchLeaves`, a leaf a step. */
export function* searchInSteps(
  search: Search,
  thread = 0,
  kernelOf = HAS_WEBASSEMBLY ? simdKernel : plainKernel,
): Steps<void> {
  const { memory, leaves, places } = search;
  const next = new Int32Array(memory.buffer, places.next, 1);
  const searchLeaf = leafSearcher(search, thread, kernelOf(search, thread));
  for (let from = Atomics.add(next, 0, SHARE); from < leaves; from = Atomics.add(next, 0, SHARE)) {
    for (let leaf = from; leaf < Math.min(leaves, from + SHARE); leaf++) {
      yield { what: 'finding neighbours', done: leaf, total: leaves };
      searchLeaf(leaf);
    }
  }
}

function leafSearcher(search: Search, thread: number, kernel: Kernel): (leaf: number) => void {
  const { memory, places, stride, from, result } = search;
  const { n, k, rows, distances } = result;
  const tree = treeOf(search);
  const keys = new Float64Array(memory.buffer, places.keys + thread * stride, k);
  const found = new Int32Array(memory.buffer, places.found + thread * stride, k);
  return (leaf) => {
    let ready = false;
    for (let position = leaf * LEAF; position < (leaf + 1) * LEAF; position++) {
      const row = (tree.rows[position] as number) - from;
      if (row < 0 || row >= n) continue;
      if (!ready) kernel.approach(leaf);
      ready = true;
      kernel.nearest(position);
      for (let r = 0, at = row * k; r < k; r++, at++) {
        rows[at] = found[r] as number;
        distances[at] = keys[r] as number;
      }
    }
  };
}

/** The tree of a search. */
export function treeOf({ memory: { buffer }, d, leaves, places }: Search): Tree {
  return {
    leaves,
    points: new Float64Array(buffer, places.points, leaves * LEAF * d),
    rows: new Int32Array(buffer, places.rows, leaves * LEAF),
    boxes: new Float64Array(buffer, places.boxes, leaves * 4 * d),
  };
}

/** The kernel of wasm/similarity/nearest.ts on a thread's part of the memory. */
export function simdKernel(
  { memory, d, leaves, window, room, places, stride, result: { k } }: Search,
  thread: number,
): SimdKernel {
  const kernel = instantiate<SimdKernel>(KERNEL, memory as WebAssembly.Memory);
  const { points, rows, boxes } = places;
  const own = Object.keys(OWN).map((part) => places[part as keyof typeof OWN] + thread * stride);
  kernel.prepare(d, k, leaves, window, room, points, rows, boxes, ...own);
  return kernel;
}

interface SimdKernel extends Kernel {
  prepare(...sizesAndPlaces: number[]): void;
  /** Distances of the point at a position to all points of some leaves, written to a place. */
  distances(position: number, leaf: number, count: number, out: number): void;
}
