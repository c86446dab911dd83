/** Values of a feature that divide the day's tracks into equal parts, ascending. */
export type Knots = readonly number[];

/** So many parts: more of them change no figure (docs/method.md), and a ruler of ten features stays a few kilobytes. */
const KNOTS = 65;

/**
 * The quantile function of the standard normal distribution, to 1e-7 of itself and better, for p between 0 and 1 (Peter
 * J. Acklam's rational approximation, 2003).
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return horner(TAIL_NUMERATOR, q) / horner(TAIL_DENOMINATOR, q);
  }
  const q = p - 0.5;
  return (q * horner(NUMERATOR, q * q)) / horner(DENOMINATOR, q * q);
}

const NUMERATOR = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const DENOMINATOR = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL_NUMERATOR = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_DENOMINATOR = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

const SCORES = Float64Array.from({ length: KNOTS }, (_, j) => normalQuantile((j + 0.5) / KNOTS));

/** Knots of the values that are known, at least one: the ⌊p n⌋-th of them, from 0, for p = 0.5/65, 1.5/65 and on. */
export function knotsOf(values: Float64Array): Knots {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return Array.from(SCORES, (_, j) => sorted[Math.floor(((j + 0.5) / KNOTS) * sorted.length)] as number);
}

/**
 * Normal scores of values by their place among the knots: between two, on a straight line; at equal ones, the mean of
 * theirs; beyond the ends, that of the end. What is not known stays NaN.
 */
export function normalScores(values: Float64Array, knots: Knots): Float64Array {
  const { at, score } = withoutTies(knots);
  return values.map((value) => {
    if (Number.isNaN(value)) return value;
    const above = firstAbove(at, value);
    if (above === 0) return score[0] as number;
    const [x, y] = [at[above - 1] as number, score[above - 1] as number];
    if (above === at.length) return y;
    const share = (value - x) / ((at[above] as number) - x);
    return y + share * ((score[above] as number) - y);
  });
}

function withoutTies(knots: Knots): { at: number[]; score: number[] } {
  const at = [...new Set(knots)];
  const score = at.map((value) => {
    const [first, last] = [knots.indexOf(value), knots.lastIndexOf(value)];
    return SCORES.subarray(first, last + 1).reduce((sum, x) => sum + x, 0) / (last - first + 1);
  });
  return { at, score };
}

/** Index of the first that is above the value; all of them, where none is. */
function firstAbove(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
