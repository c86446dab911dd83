import { TWIN_SQUARED } from '../similarity/matrix.ts';
import type { Space } from './space.ts';

// Looked up once: in a test's own realm each look-up of a global takes longer than the function.
const { sqrt } = Math;

/**
 * Distances of artists as sets of tracks: each track to the nearest of the other artist, the mean of one's tracks and
 * the mean of the other's, and the mean of these two. It is the same both ways, to the last bit.
 */
export class NearestTracks {
  readonly #space: Space;
  readonly #features: number;
  /** Smallest squared distance so far of each track of the artist on the right. */
  readonly #columns: Float64Array;

  constructor(space: Space) {
    this.#space = space;
    this.#features = space.ruler.features.length;
    const sizes = space.ids.map((_, i) => (space.starts[i + 1] as number) - (space.starts[i] as number));
    this.#columns = new Float64Array(sizes.reduce((most, size) => Math.max(most, size), 0));
  }

  /** The distance of two artists. */
  distance(a: number, b: number): number {
    const { starts } = this.#space;
    const [first, last] = [starts[a] as number, starts[a + 1] as number];
    const [from, to] = [starts[b] as number, starts[b + 1] as number];
    const columns = this.#columns;
    for (let y = 0; y < to - from; y++) columns[y] = Number.POSITIVE_INFINITY;
    let rows = 0;
    for (let x = first; x < last; x++) rows += rootOf(this.#row(x, from, to));
    let sum = 0;
    for (let y = 0; y < to - from; y++) sum += rootOf(columns[y] as number);
    return (rows / (last - first) + sum / (to - from)) / 2;
  }

  /** Each track of an artist with the nearest one of another; ties by row. */
  *matches(a: number, b: number): Generator<{ x: number; y: number; distance: number }> {
    const { starts } = this.#space;
    for (let x = starts[a] as number; x < (starts[a + 1] as number); x++) {
      let [nearest, squared] = [-1, Number.POSITIVE_INFINITY];
      for (let y = starts[b] as number; y < (starts[b + 1] as number); y++) {
        const other = squaredIn(this.#space.points, this.#features, x, y);
        if (other < squared) [nearest, squared] = [y, other];
      }
      yield { x, y: nearest, distance: rootOf(squared) };
    }
  }

  /** Smallest squared distance of a track to those of an artist, which take note of theirs. */
  #row(x: number, from: number, to: number): number {
    const { points } = this.#space;
    const d = this.#features;
    const columns = this.#columns;
    const begin = x * d;
    let nearest = Number.POSITIVE_INFINITY;
    for (let y = from; y < to; y++) {
      let squared = 0;
      for (let i = begin, j = y * d; i < begin + d; i++, j++) {
        const difference = (points[i] as number) - (points[j] as number);
        squared += difference * difference;
      }
      if (squared < nearest) nearest = squared;
      if (squared < (columns[y - from] as number)) columns[y - from] = squared;
    }
    return nearest;
  }
}

/** Distances of the tracks of a space, by their rows. */
export function distanceOf({ points, ruler: { features } }: Space): (x: number, y: number) => number {
  const d = features.length;
  return (x, y) => rootOf(squaredIn(points, d, x, y));
}

function squaredIn(points: Float64Array, d: number, x: number, y: number): number {
  let squared = 0;
  for (let i = x * d, j = y * d; j < (y + 1) * d; i++, j++) {
    const difference = (points[i] as number) - (points[j] as number);
    squared += difference * difference;
  }
  return squared;
}

const rootOf = (squared: number): number => (squared < TWIN_SQUARED ? 0 : sqrt(squared));
