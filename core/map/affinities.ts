import type { Steps } from '../long-work.ts';
import type { Neighbours } from '../similarity/neighbours.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { exp, fround, log, max, min } = Math;

/** Of each artist so many nearest hold on to it. */
const HOLDING = 15;
/** The perplexity of van der Maaten and Hinton 2008, over the number that is held: as so many equally near ones they count. */
const EQUALLY_NEAR = 0.8;
/** Halvings by which the right width is found. */
const HALVINGS = 50;

/** How strongly each artist holds on to its nearest: `weights[i * k + r]` for `rows` in the same places. */
export interface Affinities {
  readonly n: number;
  readonly k: number;
  readonly rows: Int32Array;
  /** All together 1. */
  readonly weights: Float64Array;
}

/**
 * The affinities of each artist's nearest, by a Gaussian as wide as its surroundings are: where many are near it is
 * narrow, so that everybody's count as equally many. Distances count by their first seven digits, and rows are in
 * ascending order: engines sum means in orders of their own, and a last digit would end in another map.
 */
export function* affinities({ n, k: held, rows, distances }: Neighbours): Steps<Affinities> {
  const k = min(HOLDING, held);
  const result = { n, k, rows: new Int32Array(n * k), weights: new Float64Array(n * k) };
  for (let i = 0; i < n; i++) {
    yield { what: 'weighing neighbours', done: i, total: n };
    const ranks = Array.from({ length: k }, (_, r) => i * held + r);
    ranks.sort((a, b) => (rows[a] as number) - (rows[b] as number));
    const weights = weigh(Float64Array.from(ranks, (at) => fround(distances[at] as number)));
    for (const [r, at] of ranks.entries()) {
      result.rows[i * k + r] = rows[at] as number;
      result.weights[i * k + r] = (weights[r] as number) / n;
    }
  }
  return result;
}

/** Weights that sum to 1 and whose entropy is that of `EQUALLY_NEAR` of them, all equal. */
function weigh(distances: Float64Array): Float64Array {
  const k = distances.length;
  const wanted = log(max(1, EQUALLY_NEAR * k));
  const nearest = min(...distances) ** 2;
  const beyond = distances.map((distance) => distance ** 2 - nearest);
  const widest = max(...beyond);
  const weights = new Float64Array(k).fill(1 / k);
  // All are equally far.
  if (!(widest > 0)) return weights;
  let [low, high] = [-60, 60];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (spread(beyond, exp(middle) / widest, weights) > wanted) low = middle;
    else high = middle;
  }
  return weights;
}

/** Fills in the weights for a precision; their entropy. */
function spread(beyond: Float64Array, precision: number, weights: Float64Array): number {
  let [sum, weighted] = [0, 0];
  for (let r = 0; r < beyond.length; r++) {
    const scaled = precision * (beyond[r] as number);
    const weight = exp(-scaled);
    weights[r] = weight;
    sum += weight;
    weighted += weight * scaled;
  }
  for (let r = 0; r < weights.length; r++) weights[r] = (weights[r] as number) / sum;
  return log(sum) + weighted / sum;
}
