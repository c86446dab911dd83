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
  return reasonsOfParts(
    features.map((feature) => {
      const range = ranges[feature] as Range;
      const means = { a: Number(a[feature]), b: Number(b[feature]) };
      return { feature, ...means, part: (rescale(means.a, range) - rescale(means.b, range)) ** 2 };
    }),
  );
}

/** What a feature adds to a distance, not negative, beside the values that are shown for the two artists. */
export type Part = Omit<Reason, 'share'> & { part: number };

/** Reasons of parts: shares that sum to 1, the smallest first, ties in the order given; twins get equal shares. */
export function reasonsOfParts(parts: readonly Part[]): Reason[] {
  const total = parts.reduce((sum, { part }) => sum + part, 0);
  return parts
    .map(({ feature, part, a, b }) => ({
      feature,
      share: total < TWIN_SQUARED ? 1 / parts.length : part / total,
      a,
      b,
    }))
    .sort((x, y) => x.share - y.share);
}
