import type { Steps } from '../long-work.ts';
import type { Matrix } from '../similarity/matrix.ts';
import type { Neighbours } from '../similarity/neighbours.ts';
import { xoshiro128 } from '../vectors/random.ts';
import { type Affinities, affinities } from './affinities.ts';
import { principalPlane } from './principal.ts';
import { Repulsion } from './repulsion.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { fround, max, sqrt } = Math;

/** How often the places are moved; the first times neighbours hold together more, so that the large parts form. */
const STEPS = 400;
const GATHERING = 75;
const EXAGGERATION = 12;

/** Places in the plane, row by row. */
export interface Layout {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Places artists in the plane so that the nearest of each, in truth, lie near it there: t-SNE (van der Maaten and Hinton
 * 2008) over nearest neighbours, from the principal components of the points on, which keep what is far apart. The same
 * input and seed give the same places, also where the input's last digits differ. They are within [0, 1] each and as wide
 * as high; the middle of the smaller side is at 1/2.
 */
export function* layOut(neighbours: Neighbours, points: Matrix, seed: number): Steps<Layout> {
  const { n } = neighbours;
  const places = startOf(points, seed);
  if (n > 2) yield* descend(yield* affinities(neighbours), places);
  return normalised(places);
}

/**
 * Small, so that all can still move past each other, and with some noise, so that twins part; without the digits that
 * depend on the order of sums.
 */
function startOf(points: Matrix, seed: number): Layout {
  const random = xoshiro128(seed);
  const [x, y] = principalPlane(points);
  const width = sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length) || 1;
  const start = (value: number) => fround((value / width) * 1e-2) + (random.uniform() - 0.5) * 1e-4;
  return { x: x.map(start), y: y.map(start) };
}

/** Gradient descent with momentum, each coordinate at its own pace (Jacobs 1988). */
function* descend(held: Affinities, { x, y }: Layout): Steps<void> {
  const n = x.length;
  const repulsion = new Repulsion(n);
  const [pushX, pushY] = [new Float64Array(n), new Float64Array(n)];
  const [pullX, pullY] = [new Float64Array(n), new Float64Array(n)];
  const [alongX, alongY] = [new Mover(x), new Mover(y)];
  // Belkina and others 2019.
  const rate = max(n / EXAGGERATION, 50 / 4) * 4;
  for (let step = 0; step < STEPS; step++) {
    yield { what: 'drawing the map', done: step, total: STEPS };
    const gathering = step < GATHERING;
    const total = repulsion.push(x, y, pushX, pushY);
    pull(held, x, y, pullX, pullY);
    const strength = gathering ? EXAGGERATION : 1;
    const momentum = gathering ? 0.5 : 0.8;
    alongX.move(pullX, strength, pushX, total, rate, momentum);
    alongY.move(pullY, strength, pushY, total, rate, momentum);
  }
}

/** What draws each point to those that it holds on to, and those to it. */
function pull(
  { n, k, rows, weights }: Affinities,
  x: Float64Array,
  y: Float64Array,
  pullX: Float64Array,
  pullY: Float64Array,
): void {
  pullX.fill(0);
  pullY.fill(0);
  for (let i = 0; i < n; i++) {
    const px = x[i] as number;
    const py = y[i] as number;
    let [fx, fy] = [0, 0];
    for (let at = i * k; at < (i + 1) * k; at++) {
      const j = rows[at] as number;
      const dx = px - (x[j] as number);
      const dy = py - (y[j] as number);
      // Half: each pair is weighed from both of its ends.
      const force = (0.5 * (weights[at] as number)) / (1 + dx * dx + dy * dy);
      fx += force * dx;
      fy += force * dy;
      pullX[j] = (pullX[j] as number) - force * dx;
      pullY[j] = (pullY[j] as number) - force * dy;
    }
    pullX[i] = (pullX[i] as number) + fx;
    pullY[i] = (pullY[i] as number) + fy;
  }
}

/** Moves points along one axis. */
class Mover {
  readonly #places: Float64Array;
  readonly #speeds: Float64Array;
  readonly #gains: Float64Array;

  constructor(places: Float64Array) {
    this.#places = places;
    this.#speeds = new Float64Array(places.length);
    this.#gains = new Float64Array(places.length).fill(1);
  }

  move(
    pull: Float64Array,
    strength: number,
    push: Float64Array,
    total: number,
    rate: number,
    momentum: number,
  ): void {
    const [places, speeds, gains] = [this.#places, this.#speeds, this.#gains];
    let sum = 0;
    for (let i = 0; i < places.length; i++) {
      const slope = strength * (pull[i] as number) - (push[i] as number) / total;
      const speed = speeds[i] as number;
      const goesOn = slope * speed < 0;
      const gain = goesOn ? (gains[i] as number) + 0.2 : max(0.01, (gains[i] as number) * 0.8);
      gains[i] = gain;
      speeds[i] = momentum * speed - rate * gain * slope;
      places[i] = (places[i] as number) + (speeds[i] as number);
      sum += places[i] as number;
    }
    const mean = sum / places.length;
    for (let i = 0; i < places.length; i++) places[i] = (places[i] as number) - mean;
  }
}

function normalised({ x, y }: Layout): Layout {
  const [left, right] = ends(x);
  const [bottom, top] = ends(y);
  const size = max(right - left, top - bottom) || 1;
  const place = (from: number, to: number) => (value: number) => 0.5 + (value - (from + to) / 2) / size;
  return { x: x.map(place(left, right)), y: y.map(place(bottom, top)) };
}

function ends(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
