/** Who is near whom: the neighbours of artist i, the nearest first, stand at `starts[i]` to `starts[i + 1]` - 1. */
export interface NearGraph {
  /** Places of the neighbours, and how far they are. */
  readonly neighbours: Int32Array;
  readonly distances: Float64Array;
  /** One more than there are artists. */
  readonly starts: Int32Array;
}

/** The places of an artist's nearest, at most so many, the nearest first. */
export const nearestTo = ({ starts, neighbours }: NearGraph, place: number, limit: number): Int32Array =>
  neighbours.subarray(
    starts[place],
    Math.min(starts[place + 1] as number, (starts[place] as number) + limit),
  );

/** How far one artist is from another; null where neither is among the other's neighbours. */
export const distanceBetween = (graph: NearGraph, a: number, b: number): number | null =>
  distanceFrom(graph, a, b) ?? distanceFrom(graph, b, a);

function distanceFrom({ starts, neighbours, distances }: NearGraph, from: number, to: number): number | null {
  for (let at = starts[from] as number; at < (starts[from + 1] as number); at++) {
    if (neighbours[at] === to) return distances[at] as number;
  }
  return null;
}

/**
 * The graph in which two artists are joined where either is among the other's `limit` nearest. Its lists are in no
 * order.
 */
export function joinedGraph(graph: NearGraph, limit: number): NearGraph {
  const n = graph.starts.length - 1;
  const starts = new Int32Array(n + 1);
  const each = (join: (a: number, b: number, distance: number) => void): void => {
    for (let a = 0; a < n; a++) {
      const first = graph.starts[a] as number;
      for (const [r, b] of nearestTo(graph, a, limit).entries()) {
        const distance = graph.distances[first + r] as number;
        join(a, b, distance);
        join(b, a, distance);
      }
    }
  };
  each((a) => {
    starts[a + 1] = (starts[a + 1] as number) + 1;
  });
  for (let a = 0; a < n; a++) starts[a + 1] = (starts[a + 1] as number) + (starts[a] as number);
  const next = starts.slice();
  const neighbours = new Int32Array(starts[n] as number);
  const distances = new Float64Array(neighbours.length);
  each((a, b, distance) => {
    const at = next[a] as number;
    neighbours[at] = b;
    distances[at] = distance;
    next[a] = at + 1;
  });
  return { starts, neighbours, distances };
}
