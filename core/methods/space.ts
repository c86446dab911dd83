import { SOUND_FEATURES } from '../features.ts';
import { type Knots, knotsOf, normalScores } from './normal-scores.ts';
import { meansOf, type TrackSets } from './track-sets.ts';
import { type Square, whitening } from './whitening.ts';

/** The features that `whitened` and `tracks` compare by unless told otherwise. */
export const SPACE_FEATURES = [...SOUND_FEATURES, 'duration_ms'] as const;

/** What tracks are measured by: plain numbers, so that a run can keep it and another day be measured by the same. */
export interface SpaceRuler {
  readonly features: readonly string[];
  readonly knots: readonly Knots[];
  readonly whitening: Square;
}

/** Tracks in whitened axes: a difference of 1 along one is as usual within an artist as along any other. */
export interface Space {
  readonly ids: readonly string[];
  readonly starts: Int32Array;
  readonly ruler: SpaceRuler;
  /** Raw means of the artists, a column a feature. */
  readonly means: readonly Float64Array[];
  /** Tracks, row by row: `points[t * features + f]`. */
  readonly points: Float64Array;
}

/** The ruler of a day's tracks, a track of two artists counting for each. */
export function spaceRuler({ features, columns, starts }: TrackSets): SpaceRuler {
  const knots = columns.map(knotsOf);
  return { features, knots, whitening: whitening(scoresOf(columns, knots, starts), starts) };
}

/**
 * Places tracks by a ruler, which is their own unless another is given; its features have to be among those of the
 * sets. A track whose value is not known stands, in that feature, where its artist's others stand on average.
 */
export function placeTracks(sets: TrackSets, ruler: SpaceRuler = spaceRuler(sets)): Space {
  const { ids, starts, features, columns } = sets;
  const raw = ruler.features.map((feature) => columns[features.indexOf(feature)] as Float64Array);
  const scores = scoresOf(raw, ruler.knots, starts);
  const d = raw.length;
  const points = new Float64Array((starts.at(-1) ?? 0) * d);
  for (const [g, column] of scores.entries()) {
    const weights = ruler.whitening[g] as readonly number[];
    for (let t = 0; t < column.length; t++) {
      for (let f = 0; f < d; f++) {
        points[t * d + f] = (points[t * d + f] as number) + (column[t] as number) * (weights[f] as number);
      }
    }
  }
  return { ids, starts, ruler, means: raw.map((column) => meansOf(starts, column)), points };
}

function scoresOf(
  columns: readonly Float64Array[],
  knots: readonly Knots[],
  starts: Int32Array,
): Float64Array[] {
  return columns.map((column, f) => {
    const scores = normalScores(column, knots[f] as Knots);
    if (!scores.some(Number.isNaN)) return scores;
    const means = meansOf(starts, scores);
    for (let i = 0; i < means.length; i++) {
      for (let t = starts[i] as number; t < (starts[i + 1] as number); t++) {
        if (Number.isNaN(scores[t] as number)) scores[t] = means[i] as number;
      }
    }
    return scores;
  });
}
