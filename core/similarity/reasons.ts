import { type Range, rescale, TWIN_SQUARED } from './matrix.ts';

/** What a feature adds to the distance of two artists. */
export interface Reason {
  feature: string;
  /** Share of the squared distance, 0 to 1; all shares together are 1. */
  share: number;
  /** Raw means of the two artists. */
  a: number;
  b: number;
}

/**
 * Why two artists are as near as they are: each feature's share of the squared distance, the smallest first (in these
 * they sound alike), ties in the order given. Twins get equal shares.
 */
export function reasons(
  features: readonly string[],
  ranges: Readonly<Record<string, Range>>,
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): Reason[] {
  const parts = features.map((feature) => {
    const range = ranges[feature] as Range;
    const means = { a: Number(a[feature]), b: Number(b[feature]) };
    return { feature, ...means, squared: (rescale(means.a, range) - rescale(means.b, range)) ** 2 };
  });
  const total = parts.reduce((sum, part) => sum + part.squared, 0);
  return parts
    .map(({ feature, squared, a, b }) => ({
      feature,
      share: total < TWIN_SQUARED ? 1 / features.length : squared / total,
      a,
      b,
    }))
    .sort((x, y) => x.share - y.share);
}
