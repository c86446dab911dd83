import type { Matrix } from '../similarity/matrix.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { sqrt } = Math;

/** So many steps turn two vectors to the widest plane, or as near to it as a start needs. */
const STEPS = 100;

/** The first two principal components of points, row by row: where a point lies in the plane in which they spread most. */
export function principalPlane({ ids, columns }: Matrix): [Float64Array, Float64Array] {
  const centred = columns.map(deviations);
  const covariance = centred.map((a) => centred.map((b) => dot(a, b)));
  // No axis is preferred, and none is at right angles to both.
  let first: Float64Array = Float64Array.from(columns, (_, f) => 1 / (f + 1));
  let second: Float64Array = Float64Array.from(columns, (_, f) => (f % 2 === 0 ? 1 : -1));
  for (let step = 0; step < STEPS; step++) {
    first = unit(covariance.map((row) => dot(row, first)));
    const turned = Float64Array.from(covariance, (row) => dot(row, second));
    const along = dot(turned, first);
    second = unit(turned.map((value, f) => value - along * (first[f] as number)));
  }
  const place = (axis: Float64Array) =>
    Float64Array.from(ids, (_, row) =>
      axis.reduce((sum, weight, f) => sum + weight * (centred[f]?.[row] as number), 0),
    );
  return [place(first), place(second)];
}

function deviations(column: Float64Array): Float64Array {
  const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
  return column.map((x) => x - mean);
}

/** Brought to length 1; what has none stays. */
function unit(vector: ArrayLike<number>): Float64Array {
  const length = sqrt(dot(vector, vector));
  return Float64Array.from(vector, (x) => (length > 0 ? x / length : 0));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
