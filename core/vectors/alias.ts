import type { Xoshiro128 } from './random.ts';

/** A table from which rows are drawn by weight, in constant time. */
export interface AliasTable {
  /** Of 2^32 draws that land on a row, how many stay there. */
  readonly stays: Float64Array;
  /** The row that the others go to. */
  readonly alias: Int32Array;
}

/**
 * Alias table of some weights, none negative and one at least above zero: Walker's method (1977) as Vose builds it
 * (https://doi.org/10.1109/32.92917). Chances are exact to 2^-32 of a row's share, where word2vec.c's big table rounds
 * the chances of rare words to whole slots.
 */
export function aliasTable(weights: Float64Array): AliasTable {
  const n = weights.length;
  let total = 0;
  for (const weight of weights) total += weight;
  const scaled = weights.map((weight) => (weight / total) * n);
  const stays = new Float64Array(n).fill(2 ** 32);
  const alias = Int32Array.from(weights, (_, row) => row);
  const small: number[] = [];
  const large: number[] = [];
  for (let row = 0; row < n; row++) ((scaled[row] as number) < 1 ? small : large).push(row);
  while (small.length > 0 && large.length > 0) {
    const less = small.pop() as number;
    const more = large.at(-1) as number;
    stays[less] = Math.round((scaled[less] as number) * 2 ** 32);
    alias[less] = more;
    scaled[more] = (scaled[more] as number) - (1 - (scaled[less] as number));
    if ((scaled[more] as number) < 1) small.push(large.pop() as number);
  }
  return { stays, alias };
}

/** Draws a row; takes two numbers of the generator. */
export function draw({ stays, alias }: AliasTable, random: Xoshiro128): number {
  const row = random.int(stays.length);
  return random.next() < (stays[row] as number) ? row : (alias[row] as number);
}
