import { type Range, rescale } from '../similarity/matrix.ts';
import { nearestNeighbours } from '../similarity/neighbours.ts';
import { reasons } from '../similarity/reasons.ts';
import type { Method } from './method.ts';

/** Raw means of an artist, as `artist_features` has them. */
export type MeansRow = Readonly<Record<string, unknown>> & { readonly artist_id: string };

/**
 * The method `mean`: Euclidean between means of features, min-max normalised by the ranges of the day or of another
 * that is pinned. Rows come by artist_id bytewise, each with a value of every feature.
 */
export function meanMethod(
  rows: readonly MeansRow[],
  features: readonly string[],
  ranges: Readonly<Record<string, Range>>,
): Method {
  const ids = rows.map(({ artist_id }) => artist_id);
  const columns = features.map((feature) =>
    Float64Array.from(rows, (row) => rescale(Number(row[feature]), ranges[feature] as Range)),
  );
  return {
    name: 'mean',
    ids,
    nearest: (k) => nearestNeighbours({ ids, columns }, k),
    reasons: (a, b) => reasons(features, ranges, rows[a] as MeansRow, rows[b] as MeansRow),
  };
}
