// Distances of core/methods/nearest-tracks.ts, four tracks by two at a time; the places in memory are those of `SetDistances`.

/** Squared distances below this are 0: `TWIN_SQUARED` of core/similarity/matrix.ts. */
const TWIN: f64 = 1e-24;
/** More than rounding can take from a mean of distances that are all at least as large as a box is far. */
const ROUNDING: f64 = 1 + 1e-12;

let d: usize = 0;
let starts: usize = 0;
let quads: usize = 0;
let points: usize = 0;
let boxes: usize = 0;
let limits: usize = 0;
let columns: usize = 0;
let out: usize = 0;

/** Takes the number of features and the places. */
export function prepare(
  features: i32,
  startsAt: usize,
  quadsAt: usize,
  pointsAt: usize,
  boxesAt: usize,
  limitsAt: usize,
  columnsAt: usize,
  outAt: usize,
): void {
  d = features;
  starts = startsAt;
  quads = quadsAt;
  points = pointsAt;
  boxes = boxesAt;
  limits = limitsAt;
  columns = columnsAt;
  out = outAt;
}

@inline
function int(at: usize, i: i32): i32 {
  return load<i32>(at + (<usize>i << 2));
}

@inline
function rootsOf(squared: v128): v128 {
  return v128.andnot(f64x2.sqrt(squared), f64x2.lt(squared, f64x2.splat(TWIN)));
}

/** The squared distance of two artists' boxes. Of each feature a box has the least and the negated greatest value. */
@inline
function gapSquared(a: i32, b: i32): f64 {
  const zero = f64x2.splat(0);
  let one = boxes + ((<usize>a * d) << 4);
  let other = boxes + ((<usize>b * d) << 4);
  let sum = zero;
  for (const end = one + (d << 4); one < end; one += 16, other += 16) {
    const swapped = v128.shuffle<u64>(v128.load(one), zero, 1, 0);
    const gap = f64x2.pmax(zero, f64x2.add(swapped, v128.load(other)));
    sum = f64x2.add(sum, f64x2.mul(gap, gap));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** The distance of two artists. */
function distance(a: i32, b: i32): f64 {
  const sizeA = int(starts, a + 1) - int(starts, a);
  const sizeB = int(starts, b + 1) - int(starts, b);
  const infinity = f64x2.splat(Infinity);
  const first = points + ((<usize>int(quads, b) * d) << 5);
  const last = points + ((<usize>int(quads, b + 1) * d) << 5);
  const width = d << 5;
  for (let c = columns, end = columns + (<usize>(sizeB + 3) << 3); c < end; c += 16) v128.store(c, infinity);
  const tracks = points + ((<usize>int(quads, a) * d) << 5);
  let rows: f64 = 0;
  for (let x = 0; x < sizeA; x += 2) {
    const track = tracks + <usize>(x >> 2) * width + ((<usize>x & 3) << 3);
    let near = infinity;
    let nextNear = infinity;
    let column = columns;
    let y = first;
    while (y < last) {
      let s = f64x2.splat(0);
      let t = s;
      let u = s;
      let v = s;
      for (let f = track, end = y + width; y < end; y += 32, f += 32) {
        const left = v128.load(y);
        const right = v128.load(y, 16);
        const here = v128.load64_splat(f);
        const next = v128.load64_splat(f, 8);
        let difference = f64x2.sub(here, left);
        s = f64x2.add(s, f64x2.mul(difference, difference));
        difference = f64x2.sub(here, right);
        t = f64x2.add(t, f64x2.mul(difference, difference));
        difference = f64x2.sub(next, left);
        u = f64x2.add(u, f64x2.mul(difference, difference));
        difference = f64x2.sub(next, right);
        v = f64x2.add(v, f64x2.mul(difference, difference));
      }
      // What is no track is at infinity, and Infinity or NaN away, which `pmin` does not take.
      near = f64x2.pmin(f64x2.pmin(near, s), t);
      nextNear = f64x2.pmin(f64x2.pmin(nextNear, u), v);
      v128.store(column, f64x2.pmin(f64x2.pmin(v128.load(column), s), u));
      v128.store(column, f64x2.pmin(f64x2.pmin(v128.load(column, 16), t), v), 16);
      column += 32;
    }
    const roots = rootsOf(
      f64x2.pmin(v128.shuffle<u64>(near, nextNear, 0, 2), v128.shuffle<u64>(near, nextNear, 1, 3)),
    );
    rows += f64x2.extract_lane(roots, 0);
    if (x + 1 < sizeA) rows += f64x2.extract_lane(roots, 1);
  }
  let sum: f64 = 0;
  for (let y = 0; y < sizeB; y += 2) {
    const roots = rootsOf(v128.load(columns + (<usize>y << 3)));
    sum += f64x2.extract_lane(roots, 0);
    if (y + 1 < sizeB) sum += f64x2.extract_lane(roots, 1);
  }
  return (rows / sizeA + sum / sizeB) / 2;
}

/** Distances of an artist to those from `from` to `to` - 1; Infinity of those that are farther than both their limits. */
export function distances(a: i32, from: i32, to: i32): void {
  const own = load<f64>(limits + (<usize>a << 3));
  for (let b = from; b < to; b++) {
    const at = <usize>b << 3;
    const limit = max(own, load<f64>(limits + at));
    const isNear = gapSquared(a, b) <= max(limit * limit * ROUNDING, TWIN);
    store<f64>(out + at, isNear ? distance(a, b) : Infinity);
  }
}
