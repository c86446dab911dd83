// The search of core/similarity/search.ts, two points or boxes at a time; the places in memory are those of its `Search`.

/** Points in a leaf. */
const LEAF: i32 = 32;
/** Squared distances below this are 0: `TWIN_SQUARED` of core/similarity/matrix.ts. */
const TWIN: f64 = 1e-24;

let d: usize = 0;
let k: i32 = 0;
let leaves: i32 = 0;
let window: i32 = 0;
let room: i32 = 0;
let points: usize = 0;
let rows: usize = 0;
let boxes: usize = 0;
let query: usize = 0;
let corners: usize = 0;
let bounds: usize = 0;
let values: usize = 0;
let nodes: usize = 0;
let nearNodes: usize = 0;
let keys: usize = 0;
let found: usize = 0;
/** How many nodes are listed at `nodes`. */
let listed: i32 = 0;
/** How many of them are at `nearNodes`, for the points of which block. */
let nearListed: i32 = 0;
let nearBlock: i32 = -1;

/** Takes the sizes and the places of a search. */
export function prepare(
  sizeOfPoint: i32,
  neighbours: i32,
  leafCount: i32,
  leavesAround: i32,
  candidates: i32,
  pointsAt: usize,
  rowsAt: usize,
  boxesAt: usize,
  queryAt: usize,
  cornersAt: usize,
  boundsAt: usize,
  valuesAt: usize,
  nodesAt: usize,
  nearNodesAt: usize,
  keysAt: usize,
  foundAt: usize,
): void {
  d = sizeOfPoint;
  k = neighbours;
  leaves = leafCount;
  window = leavesAround;
  room = candidates;
  points = pointsAt;
  rows = rowsAt;
  boxes = boxesAt;
  query = queryAt;
  corners = cornersAt;
  bounds = boundsAt;
  values = valuesAt;
  nodes = nodesAt;
  nearNodes = nearNodesAt;
  keys = keysAt;
  found = foundAt;
}

/** Takes the point at a position as the query. */
function take(position: i32): void {
  const block = points + ((<usize>(position >> 3) * d) << 6) + ((position & 7) << 3);
  for (let f: usize = 0; f < d; f++) store<f64>(query + (f << 3), load<f64>(block + (f << 6)));
}

@inline
function eightSquared(block: usize, out: usize, roots: bool): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let e = a;
  for (let f = query, end = query + (d << 3); f < end; f += 8) {
    const x = v128.load64_splat(f);
    let y = f64x2.sub(x, v128.load(block));
    a = f64x2.add(a, f64x2.mul(y, y));
    y = f64x2.sub(x, v128.load(block, 16));
    b = f64x2.add(b, f64x2.mul(y, y));
    y = f64x2.sub(x, v128.load(block, 32));
    c = f64x2.add(c, f64x2.mul(y, y));
    y = f64x2.sub(x, v128.load(block, 48));
    e = f64x2.add(e, f64x2.mul(y, y));
    block += 64;
  }
  const twin = f64x2.splat(TWIN);
  a = v128.andnot(a, f64x2.lt(a, twin));
  b = v128.andnot(b, f64x2.lt(b, twin));
  c = v128.andnot(c, f64x2.lt(c, twin));
  e = v128.andnot(e, f64x2.lt(e, twin));
  v128.store(out, roots ? f64x2.sqrt(a) : a);
  v128.store(out, roots ? f64x2.sqrt(b) : b, 16);
  v128.store(out, roots ? f64x2.sqrt(c) : c, 32);
  v128.store(out, roots ? f64x2.sqrt(e) : e, 48);
}

/** Squared distances of the point at a position to all points of some leaves. */
function squaredDistances(position: i32, leaf: i32, count: i32, out: usize): void {
  take(position);
  let block = points + ((<usize>(leaf * LEAF) * d) << 3);
  for (const end = out + (<usize>(count * LEAF) << 3); out < end; out += 64) {
    eightSquared(block, out, false);
    block += d << 6;
  }
}

/** Distances of the point at a position to all points of some leaves. */
export function distances(position: i32, leaf: i32, count: i32, out: usize): void {
  take(position);
  let block = points + ((<usize>(leaf * LEAF) * d) << 3);
  for (const end = out + (<usize>(count * LEAF) << 3); out < end; out += 64) {
    eightSquared(block, out, true);
    block += d << 6;
  }
}

/** Takes the square roots of numbers in place, and of one behind them if they are odd. */
function takeRoots(at: usize, count: i32): void {
  for (const end = at + (<usize>count << 3); at < end; at += 16) v128.store(at, f64x2.sqrt(v128.load(at)));
}

/** Which of a node's two children are within a bound of a box, as bits; of a point, where the box has one corner. */
@inline
function near(node: i32, low: usize, high: usize, bound: f64): i32 {
  const zero = f64x2.splat(0);
  let box = boxes + ((<usize>node * d) << 5);
  let sum = zero;
  for (const end = low + (d << 3); low < end; low += 8, high += 8) {
    const below = f64x2.sub(v128.load(box), v128.load64_splat(high));
    const above = f64x2.sub(v128.load64_splat(low), v128.load(box, 16));
    const gap = f64x2.pmax(f64x2.pmax(below, above), zero);
    sum = f64x2.add(sum, f64x2.mul(gap, gap));
    box += 32;
  }
  return i64x2.bitmask(f64x2.le(sum, f64x2.splat(max(bound, TWIN))));
}

/** A value that at least `wanted` of the values do not exceed, and few more; there are that many, beside NaN. */
function upperBound(at: usize, count: i32, wanted: i32): f64 {
  const end = at + (<usize>count << 3);
  let highest = f64x2.splat(0);
  for (let v = at; v < end; v += 16) highest = f64x2.pmax(highest, v128.load(v));
  let high = max(f64x2.extract_lane(highest, 0), f64x2.extract_lane(highest, 1));
  let low: f64 = 0;
  let middle: f64 = 0;
  for (let step = 0; step < 12; step++) {
    const t = f64x2.splat(middle);
    let a = i64x2.splat(0);
    let b = a;
    for (let v = at; v < end; v += 64) {
      a = i64x2.sub(a, f64x2.le(v128.load(v), t));
      b = i64x2.sub(b, f64x2.le(v128.load(v, 16), t));
      a = i64x2.sub(a, f64x2.le(v128.load(v, 32), t));
      b = i64x2.sub(b, f64x2.le(v128.load(v, 48), t));
    }
    a = i64x2.add(a, b);
    const under = <i32>(i64x2.extract_lane(a, 0) + i64x2.extract_lane(a, 1));
    if (under < wanted) {
      low = middle;
    } else {
      high = middle;
      if (under <= wanted + (wanted >> 3)) break;
    }
    middle = low + (high - low) * 0.5;
  }
  return high;
}

/** Readies the search for the points of a leaf: how far each has to look, and the nodes that any of them may look into. */
export function approach(leaf: i32): void {
  const first = max(0, min(leaf - (window >> 1), leaves - window));
  let farthest: f64 = 0;
  memory.fill(bounds, 0, LEAF << 3);
  for (let i = 0; i < LEAF && rowAt(leaf * LEAF + i) >= 0; i++) {
    squaredDistances(leaf * LEAF + i, first, window, values);
    const bound = upperBound(values, window * LEAF, k + 1);
    store<f64>(bounds + (<usize>i << 3), bound);
    farthest = max(farthest, bound);
  }
  const box = boxes + ((<usize>(leaf | 1) * d) << 5) + ((leaf & 1) << 3);
  for (let f: usize = 0; f < d; f++) {
    store<f64>(corners + (f << 3), load<f64>(box + (f << 5)));
    store<f64>(corners + ((d + f) << 3), load<f64>(box + (f << 5), 16));
  }
  listed = 0;
  nearBlock = -1;
  descend(0, leaves, leaf, farthest);
}

/**
 * Lists the nodes of two leaves that are within a bound of a leaf: those on its side of each split first, since they tell
 * most, but from left to right among equals, whose smallest rows are on the left.
 */
function descend(from: i32, to: i32, leaf: i32, bound: f64): void {
  const split = to - from == 2 ? from + 1 : ((from + to) >> 2) << 1;
  const children = near(split, corners, corners + (d << 3), bound);
  if (children == 0) return;
  if (split & 1) {
    store<i32>(nodes + (<usize>listed << 2), split);
    listed++;
    return;
  }
  const rightFirst = leaf >= split && bound > 0;
  if (rightFirst && children & 2) descend(split, to, leaf, bound);
  if (children & 1) descend(from, split, leaf, bound);
  if (!rightFirst && children & 2) descend(split, to, leaf, bound);
}

@inline
function rowAt(position: i32): i32 {
  return load<i32>(rows + (<usize>position << 2));
}

@inline
function key(i: i32): f64 {
  return load<f64>(keys + (<usize>i << 3));
}

@inline
function row(i: i32): i32 {
  return load<i32>(found + (<usize>i << 2));
}

@inline
function put(i: i32, s: f64, r: i32): void {
  store<f64>(keys + (<usize>i << 3), s);
  store<i32>(found + (<usize>i << 2), r);
}
/** Lists those of the leaf's nodes that any of a block's eight points may look into. */
function narrow(block: i32): void {
  let farthest: f64 = 0;
  for (let i = 0; i < 8; i++) {
    farthest = max(farthest, load<f64>(bounds + ((((block << 3) & (LEAF - 1)) + i) << 3)));
  }
  for (let f: usize = 0; f < d; f++) {
    const at = points + ((<usize>block * d + f) << 6);
    let low = f64x2.splat(Infinity);
    let high = f64x2.splat(-Infinity);
    for (let i: usize = 0; i < 64; i += 16) {
      low = f64x2.pmin(low, v128.load(at + i));
      high = f64x2.pmax(high, v128.load(at + i));
    }
    store<f64>(corners + (f << 3), min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1)));
    store<f64>(corners + ((d + f) << 3), max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1)));
  }
  nearListed = 0;
  for (let i = 0; i < listed; i++) {
    const node = load<i32>(nodes + (<usize>i << 2));
    store<i32>(nearNodes + (<usize>nearListed << 2), node);
    nearListed += i32(near(node, corners, corners + (d << 3), farthest) != 0);
  }
  nearBlock = block;
}

/** The nearest of the point at a position, sorted, and their distances. */
export function nearest(position: i32): void {
  take(position);
  const self = rowAt(position);
  let bound = load<f64>(bounds + ((position & (LEAF - 1)) << 3));
  // The last row that is wanted, once k are known at distance 0.
  let last = i32.MAX_VALUE;
  let n = 0;
  if (nearBlock != position >> 3) narrow(position >> 3);
  for (let at = nearNodes, end = nearNodes + (<usize>nearListed << 2); at < end; at += 4) {
    const node = load<i32>(at);
    for (let children = near(node, query, query, bound); children; children &= children - 1) {
      const leaf = node - 1 + ctz(children);
      if (rowAt(leaf * LEAF) > last) continue;
      n = scan(leaf, self, bound, last, n);
      if (n <= room) continue;
      bound = boundOfFound(n);
      n = keep(n, bound);
      if (n <= room) continue;
      // Many are as far as the farthest.
      sort(n);
      n = k;
      if (bound == 0) last = row(k - 1);
    }
  }
  sort(keep(n, boundOfFound(n)));
  takeRoots(keys, k);
}

/** Adds the points of a leaf that are within a bound and before a row to the `n` that are found; returns how many are. */
@inline
function scan(leaf: i32, self: i32, bound: f64, last: i32, n: i32): i32 {
  const t = f64x2.splat(bound);
  let block = points + ((<usize>(leaf * LEAF) * d) << 3);
  for (let at = leaf * LEAF, end = at + LEAF; at < end; at += 8) {
    eightSquared(block, values, false);
    block += d << 6;
    const within =
      i64x2.bitmask(f64x2.le(v128.load(values), t)) |
      (i64x2.bitmask(f64x2.le(v128.load(values, 16), t)) << 2) |
      (i64x2.bitmask(f64x2.le(v128.load(values, 32), t)) << 4) |
      (i64x2.bitmask(f64x2.le(v128.load(values, 48), t)) << 6);
    if (within == 0) continue;
    for (let lane = 0; lane < 8; lane++) {
      const other = rowAt(at + lane);
      put(n, load<f64>(values + (<usize>lane << 3)), other);
      n += (within >> lane) & i32(other != self) & i32(other < last);
    }
  }
  return n;
}

function boundOfFound(n: i32): f64 {
  const end = keys + (<usize>n << 3);
  for (let i: usize = 0; i < 64; i += 8) store<f64>(end + i, NaN);
  return upperBound(keys, n, k);
}

/** Drops what is found beyond a bound, and returns how many stay. */
function keep(n: i32, bound: f64): i32 {
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const s = key(i);
    put(kept, s, row(i));
    kept += i32(s <= bound);
  }
  return kept;
}

/** Shell's sort by distance and row. */
function sort(n: i32): void {
  let gap = 1;
  while (gap < n >> 4) gap = gap * 3 + 1;
  for (; gap > 0; gap /= 3) {
    for (let i = gap; i < n; i++) {
      const s = key(i);
      const r = row(i);
      let j = i - gap;
      for (; j >= 0 && (key(j) > s || (key(j) == s && row(j) > r)); j -= gap) put(j + gap, key(j), row(j));
      put(j + gap, s, r);
    }
  }
}
