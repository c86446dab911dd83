/** A seeded source of numbers that is the same on every platform: integers, sums and products only. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Uniform integer in [0, below). */
  int(below: number): number;
  /** About normal, mean 0, deviation 1, within 6: the sum of twelve uniforms. */
  gaussian(): number;
  /** One of the items. */
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** The generator mulberry32 (Tommy Ettinger, public domain), started with a 32-bit seed. */
export function mulberry32(seed: number): Random {
  let state = seed | 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(uniform() * below);
  return {
    uniform,
    int,
    gaussian: () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += uniform();
      return sum;
    },
    pick: (items) => items[int(items.length)] ?? items[0],
  };
}
