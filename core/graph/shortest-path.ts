import { NearestFirst } from './heap.ts';
import { joinedGraph, type NearGraph } from './near-graph.ts';

/** A way through a graph. */
export interface Way {
  /** Both ends are among them. */
  places: number[];
  /** Of each place from the one before; 0 of the first. */
  steps: number[];
  /** The sum of the steps. */
  total: number;
  /** Each step leads to one of so many nearest of either end of it; 0 where there is no way. */
  near: number;
}

/** So many nearest are tried first: with all of them every way would be one step. */
const FIRST_NEAR = 10;

/**
 * The shortest way from one artist to another on which each step leads to a near one: to one of the ten nearest of
 * either end of the step, and where these do not connect the two, of twenty, forty and so on. Empty where nothing does.
 */
export function wayBetween(graph: NearGraph, from: number, to: number): Way {
  const most = longestList(graph);
  for (let near = FIRST_NEAR; ; near *= 2) {
    const way = shortestPath(joinedGraph(graph, near), from, to);
    if (way) return { ...way, near: Math.min(near, most) };
    if (near >= most) return { places: [], steps: [], total: 0, near: 0 };
  }
}

function longestList({ starts }: NearGraph): number {
  let most = 0;
  for (let i = 1; i < starts.length; i++)
    most = Math.max(most, (starts[i] as number) - (starts[i - 1] as number));
  return most;
}

/**
 * Dijkstra 1959: the way with the least sum of distances, none of which may be negative. Of ways of the same length,
 * the first found stays, which is the same each time. Null where there is none. O(edges log edges).
 */
export function shortestPath(
  { starts, neighbours, distances }: NearGraph,
  from: number,
  to: number,
): Omit<Way, 'near'> | null {
  const n = starts.length - 1;
  const total = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(n).fill(-1);
  const step = new Float64Array(n);
  const waiting = new NearestFirst();
  total[from] = 0;
  waiting.add(from, 0);
  for (let next = waiting.take(); next && next.place !== to; next = waiting.take()) {
    // It was reached by a shorter way since.
    if (next.distance > (total[next.place] as number)) continue;
    for (let at = starts[next.place] as number; at < (starts[next.place + 1] as number); at++) {
      const neighbour = neighbours[at] as number;
      const length = next.distance + (distances[at] as number);
      if (length >= (total[neighbour] as number)) continue;
      total[neighbour] = length;
      before[neighbour] = next.place;
      step[neighbour] = distances[at] as number;
      waiting.add(neighbour, length);
    }
  }
  if (total[to] === Number.POSITIVE_INFINITY) return null;
  const places: number[] = [];
  for (let place = to; place !== -1; place = before[place] as number) places.unshift(place);
  const steps = places.map((place) => step[place] as number);
  return { places, steps, total: total[to] as number };
}
