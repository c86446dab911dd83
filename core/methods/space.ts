import { SOUND_FEATURES } from '../features.ts';
import { runAtOnce, type Steps } from '../long-work.ts';
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
export const spaceRuler = (sets: TrackSets): SpaceRuler => runAtOnce(rulerInSteps(sets));

function* rulerInSteps({ features, columns, starts }: TrackSets): Steps<SpaceRuler> {
  const knots: Knots[] = [];
  for (const [f, column] of columns.entries()) {
    yield { what: 'measuring features', done: f, total: columns.length };
    knots.push(knotsOf(column));
  }
  return { features, knots, whitening: whitening(yield* scoresOf(columns, knots, starts), starts) };
}

/**
 * Places tracks by a ruler, which is their own unless another is given; its features have to be among those of the
 * sets. A track whose value is not known stands, in that feature, where its artist's others stand on average.
 */
export const placeTracks = (sets: TrackSets, ruler?: SpaceRuler): Space =>
  runAtOnce(placeInSteps(sets, ruler));

/** As `placeTracks`, a feature a step. */
export function* placeInSteps(sets: TrackSets, given?: SpaceRuler): Steps<Space> {
  const ruler = given ?? (yield* rulerInSteps(sets));
  const { ids, starts, features, columns } = sets;
  const raw = ruler.features.map((feature) => columns[features.indexOf(feature)] as Float64Array);
  const scores = yield* scoresOf(raw, ruler.knots, starts);
  const d = raw.length;
  const points = new Float64Array((starts.at(-1) ?? 0) * d);
  for (const [g, column] of scores.entries()) {
    yield { what: 'placing tracks', done: g, total: d };
    const weights = ruler.whitening[g] as readonly number[];
    for (let t = 0; t < column.length; t++) {
      for (let f = 0; f < d; f++) {
        points[t * d + f] = (points[t * d + f] as number) + (column[t] as number) * (weights[f] as number);
      }
    }
  }
  return { ids, starts, ruler, means: raw.map((column) => meansOf(starts, column)), points };
}

function* scoresOf(
  columns: readonly Float64Array[],
  knots: readonly Knots[],
  starts: Int32Array,
): Steps<Float64Array[]> {
  const all: Float64Array[] = [];
  for (const [f, column] of columns.entries()) {
    yield { what: 'scaling features', done: f, total: columns.length };
    const scores = normalScores(column, knots[f] as Knots);
    all.push(scores);
    if (!scores.some(Number.isNaN)) continue;
    const means = meansOf(starts, scores);
    for (let i = 0; i < means.length; i++) {
      for (let t = starts[i] as number; t < (starts[i + 1] as number); t++) {
        if (Number.isNaN(scores[t] as number)) scores[t] = means[i] as number;
      }
    }
  }
  return all;
}
