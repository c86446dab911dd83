import fc from 'fast-check';
import { NearestFirst } from '../../../../core/graph/heap.ts';
import {
  distanceBetween,
  joinedGraph,
  type NearGraph,
  nearestTo,
} from '../../../../core/graph/near-graph.ts';
import { shortestPath, wayBetween } from '../../../../core/graph/shortest-path.ts';
import { tries } from '../../../support/long.ts';

/** Lists of neighbours, the nearest first, as a graph. */
function graphOf(lists: readonly (readonly [place: number, distance: number])[][]): NearGraph {
  const starts = new Int32Array(lists.length + 1);
  for (const [i, { length }] of lists.entries()) starts[i + 1] = (starts[i] as number) + length;
  const all = lists.flat();
  return {
    starts,
    neighbours: Int32Array.from(all, ([place]) => place),
    distances: Float64Array.from(all, ([, distance]) => distance),
  };
}

/** Bellman 1958, Ford 1956: every edge as often as there are places. */
function lengthsBySlow({ starts, neighbours, distances }: NearGraph, from: number): number[] {
  const n = starts.length - 1;
  const lengths = Array<number>(n).fill(Infinity);
  lengths[from] = 0;
  for (let round = 0; round < n; round++) {
    for (let a = 0; a < n; a++) {
      for (let at = starts[a] as number; at < (starts[a + 1] as number); at++) {
        const b = neighbours[at] as number;
        lengths[b] = Math.min(lengths[b] as number, (lengths[a] as number) + (distances[at] as number));
      }
    }
  }
  return lengths;
}

/** Distances of few values, so that there are ties and twins. */
const graphs = fc
  .array(fc.array(fc.tuple(fc.nat(11), fc.nat(4)), { maxLength: 4 }), { minLength: 12, maxLength: 12 })
  .map((lists) => graphOf(lists.map((list) => [...list].sort(([, a], [, b]) => a - b))));

test('a path is as short as the slow way finds it, and made of edges that there are', () => {
  fc.assert(
    fc.property(graphs, fc.nat(11), fc.nat(11), (graph, from, to) => {
      const length = lengthsBySlow(graph, from)[to] as number;
      const path = shortestPath(graph, from, to);
      if (length === Infinity) return expect(path).toBeNull();
      expect(path?.total).toBe(length);
      expect([path?.places[0], path?.places.at(-1), path?.steps[0]]).toEqual([from, to, 0]);
      for (const [i, place] of path?.places.entries() ?? []) {
        if (i === 0) continue;
        const before = path?.places[i - 1] as number;
        const edges = [...nearestTo(graph, before, 99)].flatMap((neighbour, r) =>
          neighbour === place ? [graph.distances[(graph.starts[before] as number) + r]] : [],
        );
        expect(edges).toContain(path?.steps[i]);
      }
      return expect(path?.steps.reduce((sum, step) => sum + step, 0)).toBe(length);
    }),
    tries(500),
  );
});

test('joining goes both ways and takes no more than the nearest of either', () => {
  fc.assert(
    fc.property(graphs, fc.integer({ min: 1, max: 5 }), (graph, limit) => {
      const joined = joinedGraph(graph, limit);
      const edgesOf = (of: NearGraph, most: number): string[] =>
        [...Array(12).keys()].flatMap((a) =>
          [...nearestTo(of, a, most)].map(
            (b, r) => `${a}-${b} ${of.distances[(of.starts[a] as number) + r]}`,
          ),
        );
      const back = (edge: string): string => edge.replace(/^(\d+)-(\d+)/, '$2-$1');
      const expected = edgesOf(graph, limit).flatMap((edge) => [edge, back(edge)]);
      expect(edgesOf(joined, Infinity).sort()).toEqual(expected.sort());
    }),
    tries(),
  );
});

/** Places 0, 1, ... on a line, each with all others as neighbours. */
const line = (n: number): NearGraph =>
  graphOf(
    Array.from({ length: n }, (_, a) =>
      [...Array(n).keys()]
        .filter((b) => b !== a)
        .map((b): [number, number] => [b, Math.abs(a - b)])
        .sort(([x, d], [y, e]) => d - e || x - y),
    ),
  );

test('a way goes through near ones although everybody is joined to everybody', () => {
  const way = wayBetween(line(60), 0, 59);
  expect(way).toMatchObject({ total: 59, near: 10 });
  expect(way.places.length).toBeGreaterThan(5);
  expect(wayBetween(line(60), 7, 7)).toEqual({ places: [7], steps: [0], total: 0, near: 10 });
  // Fewer neighbours than ten are all that there are.
  expect(wayBetween(line(4), 0, 3)).toMatchObject({ near: 3 });
});

test('where the ten nearest lead nowhere, more are tried; where nothing does, there is no way', () => {
  // Two crowds of 30, each as near to its others as any.
  const crowd = (from: number) => [...Array(30).keys()].map((i) => from + i);
  const lists = [...crowd(0), ...crowd(30)].map((a) =>
    (a < 30 ? crowd(0) : crowd(30)).filter((b) => b !== a).map((b): [number, number] => [b, 1]),
  );
  expect(wayBetween(graphOf(lists), 0, 59)).toEqual({ places: [], steps: [], total: 0, near: 0 });
  // One knows the other crowd, as the twelfth and last of its neighbours, or as the last of all.
  lists[3]?.splice(11, Infinity, [40, 5]);
  expect(wayBetween(graphOf(lists), 0, 59)).toMatchObject({ total: 7, near: 20, steps: [0, 1, 5, 1] });
  lists[3] = [...(lists[2] ?? []).filter(([b]) => b !== 3), [2, 1], [40, 5]];
  expect(wayBetween(graphOf(lists), 0, 59)).toMatchObject({ total: 7, near: 30 });
});

test('the distance of two stands with either of them', () => {
  const graph = graphOf([[[1, 2]], [[2, 3]], []]);
  expect([distanceBetween(graph, 0, 1), distanceBetween(graph, 1, 0)]).toEqual([2, 2]);
  expect([distanceBetween(graph, 2, 1), distanceBetween(graph, 0, 2)]).toEqual([3, null]);
});

test('a heap gives what it was given, sorted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(5))), (items) => {
      const heap = new NearestFirst();
      for (const [place, distance] of items) heap.add(place, distance);
      const taken = items.map(() => heap.take());
      const sorted = [...items].sort(([p, d], [q, e]) => d - e || p - q);
      expect(taken).toEqual(sorted.map(([place, distance]) => ({ place, distance })));
      expect(heap.take()).toBeUndefined();
    }),
    tries(),
  );
});
