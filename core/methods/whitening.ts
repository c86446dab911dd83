/** Scores that deviate by less are the same but for rounding: others do by about 1. */
const LEAST = 1e-9;

/** A square matrix as rows. */
export type Square = readonly (readonly number[])[];

/**
 * What turns rows of features into whitened ones (multiply a row by it from the left): D^-1/2 C^-1/2, where W is the
 * scatter of tracks within their artist, D its diagonal and C = D^-1/2 W D^-1/2. Of all whitenings it keeps each axis
 * nearest to its feature (ZCA-cor: Kessy, Lewin and Strimmer 2018).
 *
 * W is pooled over the artists and drawn towards the variances of all tracks: (g S + d V) / (g + d), with S the
 * unbiased pooled covariance, g its degrees of freedom (tracks less artists), d the number of features and V the
 * diagonal of variances. So it is never singular, and where each artist has one track it is V. A feature that is the
 * same everywhere has no axis: its row and column are 0.
 */
export function whitening(columns: readonly Float64Array[], starts: Int32Array): Square {
  const d = columns.length;
  const freedom = (starts.at(-1) ?? 0) - (starts.length - 1);
  const within = pooledScatter(columns, starts);
  const scatter = within.map((row, f) =>
    row.map((sum, g) => (sum + (f === g ? d * variance(columns[f] as Float64Array) : 0)) / (freedom + d)),
  );
  const scales = scatter.map((row, f) => Math.sqrt(row[f] as number));
  const inverse = scales.map((scale) => (scale > LEAST ? 1 / scale : 0));
  const correlation = scatter.map((row, f) =>
    row.map((value, g) => (f === g ? 1 : value * (inverse[f] as number) * (inverse[g] as number))),
  );
  return inverseRoot(correlation).map((row, f) => row.map((value) => (inverse[f] as number) * value));
}

function variance(column: Float64Array): number {
  const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
  return column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
}

/** Sums of products of deviations from the artist's mean. */
function pooledScatter(columns: readonly Float64Array[], starts: Int32Array): number[][] {
  const sums = columns.map(() => columns.map(() => 0));
  for (let i = 0; i + 1 < starts.length; i++) {
    const deviations = columns.map((column) => deviationsOf(column.subarray(starts[i], starts[i + 1])));
    for (const [f, row] of sums.entries()) {
      for (let g = 0; g < row.length; g++) {
        row[g] = (row[g] as number) + dot(deviations[f] as Float64Array, deviations[g] as Float64Array);
      }
    }
  }
  return sums;
}

function deviationsOf(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.map((x) => x - mean);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += (a[t] as number) * (b[t] as number);
  return sum;
}

/** Smallest eigenvalue of a correlation matrix that is believed: features that tell the same must not be blown up. */
const SMALLEST = 1e-3;

/** The symmetric inverse square root of a positive correlation matrix. */
function inverseRoot(matrix: Square): number[][] {
  const { values, vectors } = eigen(matrix);
  const roots = values.map((value) => 1 / Math.sqrt(Math.max(value, SMALLEST)));
  return matrix.map((_, f) =>
    matrix.map((_, g) =>
      roots.reduce(
        (sum, root, e) => sum + root * (vectors[f]?.[e] as number) * (vectors[g]?.[e] as number),
        0,
      ),
    ),
  );
}

/** So many sweeps bring a symmetric matrix of this size to its diagonal with room to spare. */
const SWEEPS = 30;

/** Eigenvalues, and eigenvectors as columns, of a symmetric matrix, by cyclic Jacobi rotations. */
function eigen(matrix: Square): { values: number[]; vectors: number[][] } {
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((row, f) => row.map((_, g) => (f === g ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let p = 0; p < a.length; p++) for (let q = p + 1; q < a.length; q++) rotate(a, v, p, q);
  }
  return { values: a.map((row, f) => row[f] as number), vectors: v };
}

/** Makes a[p][q] zero; `a` stays symmetric, `v` gathers the rotations. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const [rowP, rowQ] = [a[p] as number[], a[q] as number[]];
  const off = rowP[q] as number;
  if (Math.abs(off) < 1e-300) return;
  const theta = ((rowQ[q] as number) - (rowP[p] as number)) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of [...a, ...v]) {
    const [x, y] = [row[p] as number, row[q] as number];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
  for (let g = 0; g < a.length; g++) {
    const [x, y] = [rowP[g] as number, rowQ[g] as number];
    rowP[g] = c * x - s * y;
    rowQ[g] = s * x + c * y;
  }
}
