/** The first pass of core/vectors/most-similar.ts, which tells what lies where. */

/**
 * The first block of `from` to `to` - 1 with a row that may have a similarity above the limit; `to`, if there is none.
 * A block has four rows of so many eights of 8-bit numbers, an eight of each row in turn; the query's have 16 bits. A
 * row's product may lie too low by its slack times `length`.
 */
export function next(
  from: i32,
  to: i32,
  eights: i32,
  blocks: usize,
  scales: usize,
  slacks: usize,
  query: usize,
  length: f32,
  limit: f32,
): i32 {
  const queryEnd = query + ((<usize>eights) << 4);
  const lengths = f32x4.splat(length);
  const limits = f32x4.splat(limit);
  let at = blocks + ((<usize>from * eights) << 5);
  for (let block = from; block < to; block++) {
    let a = i32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let q = query; q < queryEnd; q += 16) {
      const eight = v128.load(q);
      a = i32x4.add(a, i32x4.dot_i16x8_s(eight, v128.load_ext<i8>(at)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(eight, v128.load_ext<i8>(at, 8)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(eight, v128.load_ext<i8>(at, 16)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(eight, v128.load_ext<i8>(at, 24)));
      at += 32;
    }
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7));
    const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 1, 4, 5), v128.shuffle<i32>(c, d, 2, 3, 6, 7));
    const products = i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
    const four = (<usize>block) << 4;
    const likely = f32x4.mul(f32x4.convert_i32x4_s(products), v128.load(scales + four));
    const most = f32x4.add(likely, f32x4.mul(lengths, v128.load(slacks + four)));
    if (v128.any_true(f32x4.gt(most, limits))) return block;
  }
  return to;
}
