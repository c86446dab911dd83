import { orderById, type UnitVectors, unitVectors } from './nearest.ts';
import type { TrackVectors } from './track-vectors.ts';

/** The power of a song's count that its nearness is multiplied by; docs/method.md tells how it was found. */
const PRIOR = 0.4;

/**
 * A model as songs are found by it. What all vectors have in common tells no song from another, so that they are seen
 * from their mean (Mu and Viswanath, 2018, arXiv 1702.01417); how frequent songs are, which training hides there, comes
 * back as a prior: (count / the largest)^`prior`. A model that tells no counts is taken as it is. Throws as `unitVectors`.
 */
export function songVectors(model: TrackVectors, prior = PRIOR): UnitVectors {
  const { ids, counts } = model;
  if (!counts) return unitVectors(model);
  const space = unitVectors(model, meanOf(model));
  const most = counts.reduce((most, count) => Math.max(most, count), 0);
  const priors = new Float64Array(space.ids.length);
  for (const [row, id] of ids.entries()) {
    const to = space.rows.get(id);
    if (to !== undefined) priors[to] = ((counts[row] as number) / most) ** prior;
  }
  return { ...space, priors };
}

/** Added up in the order of ids: sums depend on the order, in their last bits. */
function meanOf({ ids, size, vectors }: TrackVectors): Float64Array {
  const mean = new Float64Array(size);
  for (const row of orderById(ids)) {
    for (let f = 0; f < size; f++) mean[f] = (mean[f] as number) + (vectors[row * size + f] as number);
  }
  return mean.map((sum) => sum / ids.length);
}
