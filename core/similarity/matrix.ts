/** Smallest and largest value of a feature. */
export interface Range {
  min: number;
  max: number;
}

/** Squared distances below this are 0: sums of the same tracks in another order must not tell twins apart. */
export const TWIN_SQUARED = 1e-24;

/** Points to compare: one column a feature, all of the same length; row `i` belongs to the `i`-th id. */
export interface Matrix {
  /** Sorted bytewise, so that the order of rows is the order of ids. */
  readonly ids: readonly string[];
  readonly columns: readonly Float64Array[];
}

/** Puts a raw value on the scale of its range: (x - min) / (max - min), and 0 where the range is a point. */
export const rescale = (value: number, { min, max }: Range): number =>
  max > min ? (value - min) / (max - min) : 0;

/**
 * Min-max normalised matrix of raw means.
 *
 * `means[i][f]` is row i's mean of feature f, `ranges[f]` that feature's range over the day's tracks, both in the same
 * order of features. Rows come sorted by id.
 */
export function normalise(
  ids: readonly string[],
  means: readonly (readonly number[])[],
  ranges: readonly Range[],
): Matrix {
  const columns = ranges.map((range, f) =>
    Float64Array.from(means, (row) => rescale(row[f] as number, range)),
  );
  return { ids, columns };
}
