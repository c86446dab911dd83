/** How many values lie in each of as many equal parts of the range from `min` to `max`. */
export interface Histogram {
  min: number;
  max: number;
  counts: number[];
}

/** The histogram of values; a value on the border of two parts counts for the upper one, the largest for the last. */
export function histogramOf(values: readonly number[], parts: number): Histogram {
  const { min, max } = rangeOf(values);
  const counts = Array<number>(parts).fill(0);
  for (const value of values) {
    const part = max > min ? Math.min(parts - 1, Math.floor(((value - min) / (max - min)) * parts)) : 0;
    counts[part] = (counts[part] as number) + 1;
  }
  return { min, max, counts };
}

/** The smallest and the largest of values; 0 and 0 where there are none. */
export function rangeOf(values: readonly number[]): { min: number; max: number } {
  if (values.length === 0) return { min: 0, max: 0 };
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/** Share of values that are less; null where there are none. */
export const shareBelow = (values: readonly number[], value: number): number | null =>
  values.length === 0 ? null : values.filter((other) => other < value).length / values.length;
