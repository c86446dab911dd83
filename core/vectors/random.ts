// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { imul, floor } = Math;

/**
 * The generator xoshiro128** 1.1 (David Blackman and Sebastiano Vigna, 2018, public domain,
 * https://prng.di.unimi.it/xoshiro128starstar.c), which needs 32-bit integers only and so gives the same numbers on
 * every machine. Its state can be kept and gone on with.
 */
export class Xoshiro128 {
  /** Four 32-bit numbers, not all zero. */
  readonly state: Uint32Array;

  constructor(state: ArrayLike<number>) {
    this.state = Uint32Array.from(state);
  }

  /** Uniform over the integers of 0 to 2^32 - 1. */
  next(): number {
    const s = this.state;
    const s1 = s[1] as number;
    const fifth = imul(s1, 5);
    const result = imul((fifth << 7) | (fifth >>> 25), 9) >>> 0;
    const s2 = (s[2] as number) ^ (s[0] as number);
    const s3 = (s[3] as number) ^ s1;
    s[1] = s1 ^ s2;
    s[0] = (s[0] as number) ^ s3;
    s[2] = s2 ^ (s1 << 9);
    s[3] = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(): number {
    return this.next() / 2 ** 32;
  }

  /** Uniform over 0 to `below` - 1 to within below / 2^32; `below` is at most 2^32. */
  int(below: number): number {
    return floor(this.uniform() * below);
  }
}

/** A generator for a 32-bit seed; its state is filled by splitmix32, as its authors advise for seeds that are alike. */
export function xoshiro128(seed: number): Xoshiro128 {
  let state = seed | 0;
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return new Xoshiro128([splitmix(), splitmix(), splitmix(), splitmix()]);
}

/** The items in an order that the generator decides, every order being equally likely (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Xoshiro128): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
