import { instantiate } from '../kernel.ts';
import { NearestTracks } from './nearest-tracks.ts';
import KERNEL from './set-distances.wasm.ts';
import type { Space } from './space.ts';

/** What wasm/methods/set-distances.ts exports. */
interface Kernel {
  prepare(
    ...[features, starts, quads, points, boxes, limits, columns, out]: [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ]
  ): void;
  distances(artist: number, from: number, to: number): void;
}

/** Distances of an artist to the artists from `from` to `to` - 1, by their rows; the next call writes over them. */
export type DistancesTo = (artist: number, from: number, to: number) => Float64Array;

const PAGE = 65_536;
/** What the machine can do; without it (`node --jitless`) it is done the plain way. */
const HAS_WEBASSEMBLY = typeof WebAssembly !== 'undefined';

/**
 * The distances of `NearestTracks` to the bit, several times as fast. Of artists that are sure to be farther from each
 * other than both their `limits`, since the boxes around their tracks are, the distance may be Infinity.
 */
export function setDistances(space: Space, limits?: Float64Array): DistancesTo {
  const hasPoints = space.ruler.features.length > 0;
  return HAS_WEBASSEMBLY && hasPoints ? simdDistances(space, limits) : plainDistances(space);
}

/** The oracle of the other way, and its substitute. */
export function plainDistances(space: Space): DistancesTo {
  const tracks = new NearestTracks(space);
  const out = new Float64Array(space.ids.length);
  return (artist, from, to) => {
    for (let other = from; other < to; other++) out[other] = tracks.distance(artist, other);
    return out.subarray(from, to);
  };
}

function simdDistances({ ids, starts, points, ruler }: Space, limits?: Float64Array): DistancesTo {
  const n = ids.length;
  const d = ruler.features.length;
  const quads = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) quads[i + 1] = (quads[i] as number) + ((sizeOf(i) + 3) >> 2);
  const most = ids.reduce((most, _, i) => Math.max(most, sizeOf(i)), 0);
  let bytes = 0;
  const [startsAt, quadsAt, pointsAt, boxesAt, limitsAt, columnsAt, outAt] = [
    ...[4 * starts.length, 4 * quads.length, 32 * d * (quads[n] as number), 16 * d * n],
    ...[8 * n, 8 * (most + 4), 8 * n],
  ].map((size) => {
    const at = bytes;
    bytes += (size + 63) & -64;
    return at;
  }) as [number, number, number, number, number, number, number];
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: PAGE, shared: true });
  new Int32Array(memory.buffer, startsAt).set(starts);
  new Int32Array(memory.buffer, quadsAt).set(quads);
  layTracks(new Float64Array(memory.buffer, pointsAt, 4 * d * (quads[n] as number)));
  layBoxes(new Float64Array(memory.buffer, boxesAt, 2 * d * n));
  new Float64Array(memory.buffer, limitsAt, n).set(limits ?? new Float64Array(n).fill(Infinity));
  const out = new Float64Array(memory.buffer, outAt, n);
  const kernel = instantiate<Kernel>(KERNEL, memory);
  kernel.prepare(d, startsAt, quadsAt, pointsAt, boxesAt, limitsAt, columnsAt, outAt);
  return (artist, from, to) => {
    kernel.distances(artist, from, to);
    return out.subarray(from, to);
  };

  function sizeOf(artist: number): number {
    return (starts[artist + 1] as number) - (starts[artist] as number);
  }

  /** Four tracks of an artist feature by feature; what fills up the last four is at infinity. */
  function layTracks(laid: Float64Array): void {
    laid.fill(Infinity);
    for (let i = 0; i < n; i++) {
      for (let t = 0; t < sizeOf(i); t++) {
        const quad = (quads[i] as number) + (t >> 2);
        const track = ((starts[i] as number) + t) * d;
        for (let f = 0; f < d; f++) laid[(quad * d + f) * 4 + (t & 3)] = points[track + f] as number;
      }
    }
  }

  /** Of each artist and feature the least and the negated greatest value. */
  function layBoxes(laid: Float64Array): void {
    laid.fill(Infinity);
    for (let i = 0; i < n; i++) {
      for (let t = (starts[i] as number) * d; t < (starts[i + 1] as number) * d; t++) {
        const at = 2 * (i * d + (t % d));
        const value = points[t] as number;
        laid[at] = Math.min(laid[at] as number, value);
        laid[at + 1] = Math.min(laid[at + 1] as number, -value);
      }
    }
  }
}
