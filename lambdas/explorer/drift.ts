import * as z from 'zod';
import { InvalidInputError, NoDataError } from '../../core/errors.ts';
import { type NamedArtist, parseInput } from '../../core/events.ts';
import type { DriftResult, PublishedDay } from '../../core/explore.ts';
import { driftOf } from '../../core/methods/drift.ts';
import type { LakeBatches } from '../../core/ports.ts';
import {
  type PublishedRun,
  publishedOn,
  publishedRuns,
  readWhole,
  whyNoneReady,
  whyNotReady,
} from '../../core/run/published.ts';
import { placeableDay } from './positions.ts';
import { resolveArtist } from './resolve-artist.ts';
import type { ExploreSources } from './sources.ts';

const day = z.iso.date('expected a day as yyyy-mm-dd').optional();

/** What `drift` takes: an artist, and the days between which; by default the last two that have the artist. */
export const DriftRequest = z.strictObject({ artist: z.string().trim().min(1), from: day, to: day });

/** Neighbours of each day that are looked at. */
const NEAREST = 10;

type Sources = Pick<ExploreSources, 'lake' | 'artists'>;

/**
 * What became of an artist between two published days of the lake: how far it moved, whom it gained and lost, and how
 * much of the change of its distances was the ruler's.
 *
 * Throws `UnknownArtistError`, `NoDataError` where there are no two such days or one does not have the artist,
 * `DayNotReadyError` where one of them is being replaced, and `InvalidInputError` where they were compared by different
 * methods.
 */
export async function drift({ lake, artists }: Sources, input: unknown): Promise<DriftResult> {
  const request = parseInput(DriftRequest, input, 'drift');
  const artist = await resolveArtist(artists, request.artist);
  const [from, to] = await daysOf(lake, artist.id, artist.name ?? artist.id, request);
  // By another method than mean the tracks are read too, of which a collection makes others.
  const days = [from, to].flatMap((run) => (run.method === 'mean' ? [run] : [run, { date: run.date }]));
  const { before, after, firstNeighbours, secondNeighbours } = await readWhole(lake, days, async () => ({
    before: await placeableDay(lake, from),
    after: await placeableDay(lake, to),
    firstNeighbours: await nearestIn(lake, from.date, artist.id),
    secondNeighbours: await nearestIn(lake, to.date, artist.id),
  }));
  const found = driftOf(artist.id, {
    first: before.by(from),
    secondByFirst: after.by(from),
    second: after.by(to),
    firstNeighbours,
    secondNeighbours,
  });
  if (!found) throw notThere(artist.name ?? artist.id, `${from.date} and ${to.date}`);
  const named = namer(await namesOf(lake, [from.date, to.date]));
  const { id, name, url } = artist;
  return {
    artist: { id, name: name ?? id, url },
    method: to.method,
    from: dayOf(from),
    to: dayOf(to),
    ...found,
    gained: found.gained.map(named),
    lost: found.lost.map(named),
  };
}

const dayOf = ({ date, run, method }: PublishedRun): PublishedDay => ({ date, run, method });

/** The two days, the earlier first. */
async function daysOf(
  lake: Sources['lake'],
  id: string,
  name: string,
  { from, to }: z.infer<typeof DriftRequest>,
): Promise<[PublishedRun, PublishedRun]> {
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InvalidInputError(`expected from before to, got ${from} and ${to}`, 'swap them');
  }
  const [first, second] = [from && (await onDay(lake, from)), to && (await onDay(lake, to))];
  if (first && second) return sameMethod(first, second);
  const days: PublishedRun[] = second ? [second] : [];
  let other: PublishedRun | undefined;
  for await (const run of publishedRuns(lake)) {
    if ((to !== undefined && run.date >= to) || (from !== undefined && run.date <= from)) continue;
    if (!(await hasArtist(lake, run.date, id))) continue;
    if (first) return sameMethod(first, run);
    const [last] = days;
    if (last && last.method !== run.method) other ??= run;
    else days.unshift(run);
    if (days.length === 2) return days as [PublishedRun, PublishedRun];
  }
  const [only] = days;
  if (only && other) return sameMethod(other, only);
  const why = await whyNoneReady(lake);
  if (why) throw why;
  throw new NoDataError(
    `expected two published days with ${name}, got ${days.length + (first ? 1 : 0)}`,
    'collect and compare on another day: soundalike run',
  );
}

async function onDay(lake: Sources['lake'], date: string): Promise<PublishedRun> {
  const run = await publishedOn(lake, date);
  if (run) return run;
  const why = await whyNotReady(lake, date);
  if (why) throw why;
  const days: string[] = [];
  for await (const { date: published } of publishedRuns(lake)) days.push(published);
  throw new NoDataError(
    `expected a published run of ${date}, got none`,
    days.length > 0
      ? `there are those of ${days.slice(0, 10).join(', ')}`
      : 'collect and compare first: soundalike run',
  );
}

function sameMethod(from: PublishedRun, to: PublishedRun): [PublishedRun, PublishedRun] {
  if (from.method === to.method) return [from, to];
  throw new InvalidInputError(
    `expected days that were compared by one method, got ${from.method} on ${from.date} and ${to.method} on ${to.date}`,
    `choose others with --from and --to, or compare one of them again: soundalike similarity --date ${from.date} --method ${to.method}`,
  );
}

const notThere = (name: string, where: string): NoDataError =>
  new NoDataError(
    `expected ${name} to be compared on ${where}, but it was not on one of them`,
    'choose other days with --from and --to',
  );

async function hasArtist(lake: LakeBatches, dt: string, id: string): Promise<boolean> {
  for await (const { artist_id } of lake.batches('artist_features', dt, ['artist_id'], { artist_id: id })) {
    if (artist_id.includes(id)) return true;
  }
  return false;
}

/** The ids of an artist's nearest on a day, the nearest first. */
async function nearestIn(lake: LakeBatches, dt: string, id: string): Promise<string[]> {
  const nearest: string[] = [];
  const columns = ['artist_id', 'y_artist', 'rank'] as const;
  for await (const { artist_id, y_artist, rank } of lake.batches('related_artists', dt, columns, {
    artist_id: id,
  })) {
    for (const [i, artist] of artist_id.entries()) {
      const at = (rank[i] ?? Infinity) - 1;
      if (artist === id && at < NEAREST) nearest[at] = y_artist[i] as string;
    }
  }
  return nearest;
}

/** Artists by id as the last of these days that has them names them. */
async function namesOf(lake: Sources['lake'], days: readonly string[]): Promise<Map<string, NamedArtist>> {
  const names = new Map<string, NamedArtist>();
  for (const dt of days) {
    for (const { id, name, url } of (await lake.read('artists', dt)) ?? []) {
      names.set(id, { id, name: name ?? id, url });
    }
  }
  return names;
}

const namer =
  (names: ReadonlyMap<string, NamedArtist>) =>
  (id: string): NamedArtist =>
    names.get(id) ?? { id, name: id, url: null };
