import { partOf, type Steps } from '../long-work.ts';
import { bootstrapInSteps } from '../recommend/quality.ts';
import { known, meanOf, meansOverFolds, type Ranking } from '../score/card.ts';
import { type Measure, truthMeasures } from '../score/measures.ts';
import { playlistTruth } from '../score/truth.ts';
import type { Neighbours } from '../similarity/neighbours.ts';
import { type Playlists, playlistsWhere } from '../vectors/playlists.ts';
import { shuffled, xoshiro128 } from '../vectors/random.ts';
import { Blend, DEPTH } from './blend.ts';
import type { Method } from './method.ts';

/** Weights of playlists that are tried. */
const WEIGHTS = [0, 0.25, 0.5, 1, 2, 4, 8];
const FOLDS = 5;
/** Neighbours that are looked at, and artists that are asked of at most. */
const LIST = 50;
const MOST_ARTISTS = 1000;

/** A weight, and what it reached. */
export interface Tried {
  weight: number;
  ndcg50: number;
}

/** Playlists to learn from and others to be asked of, each held out once. */
export function playlistFolds(
  playlists: Playlists,
  seed: number,
): { training: Playlists; heldOut: Playlists }[] {
  const places = Array.from(playlists.starts, (_, p) => p);
  const order = shuffled(places, xoshiro128(seed));
  const foldOf = new Int32Array(order.length);
  for (const [i, p] of order.entries()) foldOf[p] = i % FOLDS;
  return Array.from({ length: Math.min(FOLDS, order.length) }, (_, fold) => ({
    training: playlistsWhere(playlists, (p) => foldOf[p] !== fold),
    heldOut: playlistsWhere(playlists, (p) => foldOf[p] === fold),
  }));
}

/**
 * The weight of playlists that best finds the artists that share a playlist which was held out: by NDCG at 50, as the
 * score card has it, of a thousand drawn artists where there are more. Of the weights that cannot be told from the best
 * one (the interval of the difference over artists reaches 0) it is the smallest; 0 where no two artists share any.
 * `nearest` is what sound finds at the depth of a blend.
 */
export function* fitBlend(
  sound: Method,
  nearest: Neighbours,
  playlists: Playlists,
  seed: number,
): Steps<{ weight: number; tried: Tried[] }> {
  const folds = playlistFolds(playlists, seed);
  const measures: Measure[] = [];
  for (const { heldOut } of folds) {
    const found = truthMeasures('playlist', yield* playlistTruth(heldOut), LIST);
    measures.push(found.find(({ name }) => name.endsWith('Ndcg')) as Measure);
  }
  const rows = shuffled(
    sound.ids.map((_, row) => row),
    xoshiro128(seed),
  ).slice(0, MOST_ARTISTS);
  const tried: (Tried & { values: Float64Array })[] = [];
  for (const [i, weight] of WEIGHTS.entries()) {
    const rankings: Ranking[] = [];
    for (const { training } of folds) {
      yield { what: 'fitting the blend', done: Math.floor((100 * i) / WEIGHTS.length), total: 100 };
      const blend = new Blend(sound, training, weight, nearest);
      rankings.push((artist) => blend.rank(artist, DEPTH).rows);
    }
    const means = meansOverFolds(measures, rankings, rows);
    const values = yield* partOf('fitting the blend', i, WEIGHTS.length, means);
    tried.push({ weight, ndcg50: meanOf(known(values)) || 0, values });
  }
  const best = tried.reduce((best, next) => (next.ndcg50 > best.ndcg50 ? next : best));
  let chosen = best;
  for (const next of tried) {
    if (yield* isWorse(next.values, best.values, seed)) continue;
    chosen = next;
    break;
  }
  return {
    weight: chosen.weight,
    tried: tried.map(({ weight, ndcg50 }) => ({ weight, ndcg50 })),
  };
}

function* isWorse(values: Float64Array, best: Float64Array, seed: number): Steps<boolean> {
  const differences = known(values.map((value, i) => (best[i] as number) - value));
  return differences.length > 0 && (yield* bootstrapInSteps(differences, xoshiro128(seed)))[0] > 0;
}
