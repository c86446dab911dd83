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
 * Min-max normalised matrix of raw means: `columns[f]` holds those of feature f, row by row in the order of the ids, and
 * `ranges[f]` is that feature's range over the day's tracks.
 */
export function normalise(
  ids: readonly string[],
  columns: readonly ArrayLike<number>[],
  ranges: readonly Range[],
): Matrix {
  return {
    ids,
    columns: columns.map((column, f) =>
      Float64Array.from(column, (value) => rescale(value, ranges[f] as Range)),
    ),
  };
}
