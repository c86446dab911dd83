import type { Layout } from '../../../../core/map/layout.ts';
import type { Matrix } from '../../../../core/similarity/matrix.ts';
import { mulberry32 } from '../../../../sample/random.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { sqrt } = Math;

/** Artists in clusters of a unit's twentieth in `d` features. */
export function clusters(n: number, d: number, count: number, seed = 1): Matrix {
  const random = mulberry32(seed);
  const centres = Array.from({ length: count }, () => Array.from({ length: d }, () => random.uniform()));
  const columns = Array.from({ length: d }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (const [f, column] of columns.entries()) {
      column[i] = (centres[i % count]?.[f] as number) + 0.05 * random.gaussian();
    }
  }
  return { ids: idsOf(n), columns };
}

/** The generator of Park and Miller, which is written down as easily in any language. */
function parkMiller(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  });
}

/** `n` times `d` of these, row by row. */
export function scattered(n: number, d: number): Matrix {
  const numbers = parkMiller(n * d);
  const columns = Array.from({ length: d }, (_, f) =>
    Float64Array.from({ length: n }, (_, i) => numbers[i * d + f] as number),
  );
  return { ids: idsOf(n), columns };
}

/** Distances in truth from a row to all. */
export const distancesIn =
  ({ ids, columns }: Matrix) =>
  (row: number): Float64Array => {
    const squares = new Float64Array(ids.length);
    for (const column of columns) {
      const own = column[row] as number;
      for (let j = 0; j < squares.length; j++) {
        const difference = (column[j] as number) - own;
        squares[j] = (squares[j] as number) + difference * difference;
      }
    }
    return squares.map(sqrt);
  };

/** The first two features as a map. */
export const firstTwo = ({ columns: [x, y] }: Matrix): Layout => ({
  x: x as Float64Array,
  y: y as Float64Array,
});

const idsOf = (n: number): string[] => Array.from({ length: n }, (_, i) => String(i).padStart(6, '0'));
