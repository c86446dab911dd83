import * as z from 'zod';
import { UnknownArtistError } from '../../core/errors.ts';
import { parseInput } from '../../core/events.ts';
import type { ExploredPath } from '../../core/explore.ts';
import { wayBetween } from '../../core/graph/shortest-path.ts';
import type { CurrentRun, LoadedRun } from './current-run.ts';
import { type KnownArtists, resolveArtist } from './resolve-artist.ts';

const artist = z.string().trim().min(1);
const PathRequest = z.strictObject({ from: artist, to: artist });

/** A way from one artist to another through near ones of the published run. */
export async function exploredPath(
  artists: KnownArtists,
  current: CurrentRun,
  input: unknown,
): Promise<ExploredPath> {
  const { from, to } = parseInput(PathRequest, input, 'path');
  const run = await current.get();
  const way = wayBetween(run.graph, await placeOf(artists, run, from), await placeOf(artists, run, to));
  const steps = way.places.map((place, i) => {
    const { id, name, url } = run.artists[place] as LoadedRun['artists'][number];
    return { id, name, url, distance: way.steps[i] as number };
  });
  return { steps, total: way.total, near: way.near };
}

/** The place of an artist of the run. Throws `UnknownArtistError` where it is none. */
export async function placeOf(artists: KnownArtists, run: LoadedRun, query: string): Promise<number> {
  const byId = run.places.get(query);
  if (byId !== undefined) return byId;
  const { id, name } = await resolveArtist(artists, query);
  const place = run.places.get(id);
  if (place !== undefined) return place;
  throw new UnknownArtistError(
    `expected an artist of run ${run.run}, got ${name ?? id}`,
    `it had no tracks with audio features on ${run.date}: see dropped in the result of soundalike run`,
  );
}
