import * as z from 'zod';
import { histogramOf, shareBelow } from '../../core/distribution.ts';
import { type NamedArtist, parseInput } from '../../core/events.ts';
import type { ExploredPair } from '../../core/explore.ts';
import { distanceBetween } from '../../core/graph/near-graph.ts';
import type { CurrentRun, LoadedRun, RunArtist } from './current-run.ts';
import { placeOf } from './path.ts';
import type { KnownArtists } from './resolve-artist.ts';

const artist = z.string().trim().min(1);
const PairRequest = z.strictObject({ a: artist, b: artist });
/** Parts of a histogram. */
const PARTS = 24;

/** Two artists of the published run, feature by feature, against all others. */
export async function sideBySide(
  artists: KnownArtists,
  current: CurrentRun,
  input: unknown,
): Promise<ExploredPair> {
  const request = parseInput(PairRequest, input, 'pair');
  const run = await current.get();
  const [a, b] = [await placeOf(artists, run, request.a), await placeOf(artists, run, request.b)];
  return {
    a: named(artistAt(run, a)),
    b: named(artistAt(run, b)),
    distance: distanceBetween(run.graph, a, b),
    features: run.features.map((name, f) => featureOf(run, name, f, a, b)),
  };
}

function featureOf(
  run: LoadedRun,
  name: string,
  f: number,
  a: number,
  b: number,
): ExploredPair['features'][number] {
  const values = run.artists.map(({ means }) => means[f] ?? null).filter((mean) => mean !== null);
  const [x, y] = [artistAt(run, a).means[f] ?? null, artistAt(run, b).means[f] ?? null];
  return {
    name,
    a: x,
    b: y,
    histogram: histogramOf(values, PARTS),
    belowA: x === null ? null : shareBelow(values, x),
    belowB: y === null ? null : shareBelow(values, y),
  };
}

const artistAt = (run: LoadedRun, place: number): RunArtist => run.artists[place] as RunArtist;

const named = ({ id, name, url }: RunArtist): NamedArtist => ({ id, name, url });
