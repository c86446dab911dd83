import { runAtOnce, type Steps } from '../long-work.ts';
import type { Matrix } from './matrix.ts';
import { prepareSearch, searchInSteps, searchLeaves } from './search.ts';

/** The k nearest rows of each row, the nearest first; ties by row, which is by id. */
export interface Neighbours {
  readonly n: number;
  readonly k: number;
  /** `rows[i * k + r]` is the row at rank r + 1 of row i. */
  readonly rows: Int32Array;
  /** Euclidean distances, in the same places. */
  readonly distances: Float64Array;
}

/** The exact k nearest neighbours of every row, itself left out; all others, where `k` is n - 1 or more. */
export const nearestNeighbours = (matrix: Matrix, k: number): Neighbours =>
  runAtOnce(nearestInSteps(matrix, k));

/** As above, in steps. */
export function* nearestInSteps(matrix: Matrix, k: number): Steps<Neighbours> {
  const search = prepareSearch(matrix, k);
  yield* searchInSteps(search);
  return search.result;
}

/** As `nearestNeighbours` of the rows [from, to) alone, the first of which is at 0 in the result. */
export function nearestRows(matrix: Matrix, k: number, from: number, to: number): Neighbours {
  const search = prepareSearch(matrix, k, 1, [from, to]);
  searchLeaves(search);
  return search.result;
}

/** The `k` nearest of neighbours that hold more. */
export function nearestOf({ n, k: held, rows, distances }: Neighbours, k: number): Neighbours {
  const kept = Math.min(k, held);
  const result = { n, k: kept, rows: new Int32Array(n * kept), distances: new Float64Array(n * kept) };
  for (let i = 0; i < n; i++) {
    result.rows.set(rows.subarray(i * held, i * held + kept), i * kept);
    result.distances.set(distances.subarray(i * held, i * held + kept), i * kept);
  }
  return result;
}
