import type { Database, Lake, LakeBatches, LakeDays, LakeReports } from '../../core/ports.ts';
import { lastPublished, type PublishedRun, publishedOn, whyNotReady } from '../../core/run/published.ts';
import type { Row } from '../../core/tables.ts';
import { byId } from '../../core/text.ts';
import { type Finding, fault, fine } from './finding.ts';

/** What comparing the database with the lake reads. */
export interface AgreementDeps {
  database: Pick<Database, 'relatedArtists' | 'runs'>;
  lake: Pick<Lake, 'read'> & LakeDays & LakeBatches & LakeReports;
}

/** Newest days of the lake in which the run that was published last is looked for. */
const NEWEST = 7;
/** Neighbours up to which all distances are added up, of which a lake and a database take seconds. */
const MOST_ADDED = 10_000_000;
/** Artists whose neighbours are compared one by one, and how many of each. */
const SAMPLED = 5;
const NEAREST = 100;
/** Ids that are read of the database at once. */
const PAGE = 10_000;
/** Relative difference of sums that were added up in another order, and of numbers that were written as text. */
const [SUM_ERROR, NUMBER_ERROR] = [1e-10, 1e-12];

/**
 * Whether the database serves the run that the lake has published last, with the same content, and the day's page names
 * it. Nothing is changed. A fault is looked at twice, since a run may be published just now.
 */
export async function agreement(deps: AgreementDeps): Promise<Finding> {
  const found = await compared(deps);
  return found.ok ? found : await compared(deps);
}

async function compared({ database, lake }: AgreementDeps): Promise<Finding> {
  const served = await database.relatedArtists.published();
  const days = await lastPublished(lake, NEWEST);
  const last = days.sort((a, b) => byId(a.finishedAt, b.finishedAt)).at(-1);
  if (!served) {
    return fine(
      last
        ? `the database serves no run yet; the lake has run ${last.run} of ${last.date}`
        : 'nothing is published yet',
    );
  }
  const { run_id: run, dt } = served;
  const runs = (await lake.read('runs', dt)) ?? [];
  if (!runs.some(({ id }) => id === run)) {
    return fine(
      `not compared: the lake does not have run ${run} of ${dt}, which the database serves; it is the run of another lake`,
    );
  }
  const replacing = runs.find(({ status }) => status === 'replacing');
  if (replacing) return await standingOf(database, replacing, dt);
  const inLake = await publishedOn(lake, dt);
  if (!inLake) {
    const why = await whyNotReady(lake, dt);
    return fault(
      `expected run ${run}, which the database serves, to be published in the lake, but ${why?.message ?? `the lake has no published run of ${dt}`}`,
      compareAgain(dt),
    );
  }
  const newest = last && last.finishedAt > inLake.finishedAt ? last : inLake;
  if (newest.run !== run) {
    return fault(
      `expected database and lake to have one run published last, but the database serves run ${run} of ${dt}, and the lake has run ${newest.run} of ${newest.date}`,
      compareAgain(newest.date),
    );
  }
  const differences = [
    ...(await differencesOfTotals({ database, lake }, inLake)),
    ...(await differencesOfArtists({ database, lake }, inLake)),
    ...(await differencesOfPage(lake, inLake, runs)),
  ];
  if (differences.length === 0) {
    return fine(`database, lake and the day's page have the same run: ${run} of ${dt}`);
  }
  return fault(
    `expected database, lake and the day's page to have all of run ${run} of ${dt}, but ${differences.join('; ')}`,
    compareAgain(dt),
  );
}

const compareAgain = (dt: string): string =>
  `compare that day again, which replaces it in both: soundalike similarity --date ${dt}`;

/** A day that is being replaced is the matter of the check `runs`, unless the lake alone says so. */
async function standingOf(
  { runs }: AgreementDeps['database'],
  { id }: Row<'runs'>,
  dt: string,
): Promise<Finding> {
  const run = await runs.byId(id);
  if (run?.status === 'replacing') return fine(`not compared: run ${id} is replacing ${dt}`);
  return fault(
    `expected the lake's copy of the runs of ${dt} to be up to date, but by it run ${id} is replacing the day, and by the database it is ${run?.status ?? 'not known'}`,
    `the next command that writes brings the copy up to date: soundalike similarity --date ${dt}`,
  );
}

/** Counts neighbours on both sides, and adds their distances up: of the lake one column is read, of the database one index. */
async function differencesOfTotals(
  { database, lake }: AgreementDeps,
  { date, run, result: { pairs } }: PublishedRun,
): Promise<string[]> {
  if (pairs > MOST_ADDED) return [];
  const served = await database.relatedArtists.totals();
  if (served?.run_id !== run) return [servedBy(served?.run_id)];
  let [neighbours, distances] = [0, 0];
  for await (const batch of lake.batches('related_artists', date, ['distance'])) {
    neighbours += batch.distance.length;
    for (const distance of batch.distance) distances += distance ?? 0;
  }
  if (served.neighbours !== pairs || neighbours !== pairs) {
    return [`of ${pairs} neighbours the database has ${served.neighbours} and the lake ${neighbours}`];
  }
  return isNear(served.distances, distances, SUM_ERROR)
    ? []
    : [
        `the distances of all neighbours add up to ${served.distances} in the database and to ${distances} in the lake`,
      ];
}

/** Compares the ids of all artists, page by page, and the nearest neighbours of a few of them one by one. */
async function differencesOfArtists(
  deps: AgreementDeps,
  { date, run, result: { artists, coverage } }: PublishedRun,
): Promise<string[]> {
  const served = artistsServed(deps.database);
  const every = Math.ceil(artists / coverage / SAMPLED);
  const sample: string[] = [];
  let at = 0;
  for await (const { artist_id } of deps.lake.batches('artist_features', date, ['artist_id'])) {
    for (const id of artist_id) {
      const { value } = await served.next();
      if (value !== id) {
        return [`artist ${at + 1} of the run is ${value ?? 'none'} in the database and ${id} in the lake`];
      }
      if (at++ % every === 0) sample.push(id);
    }
  }
  const { value: more } = await served.next();
  if (more) return [`artist ${at + 1} of the run is ${more} in the database and none in the lake`];
  for (const id of sample) {
    const difference = await differenceOfNeighbours(deps, date, run, id);
    if (difference !== undefined) return [difference];
  }
  return [];
}

/** The ids of the published run's artists, sorted. */
async function* artistsServed({
  relatedArtists,
}: AgreementDeps['database']): AsyncGenerator<string, undefined> {
  let page: string[];
  let last = '';
  do {
    page = await relatedArtists.artistsAfter(last, PAGE);
    yield* page;
    last = page.at(-1) ?? last;
  } while (page.length === PAGE);
}

async function differenceOfNeighbours(
  { database, lake }: AgreementDeps,
  dt: string,
  run: string,
  artist: string,
): Promise<string | undefined> {
  const served = await database.relatedArtists.nearest(artist, NEAREST);
  if (served?.published.run_id !== run) return servedBy(served?.published.run_id);
  const inLake = await nearestIn(lake, dt, artist);
  for (let i = 0; i < Math.max(inLake.length, served.neighbours.length); i++) {
    const [theirs, ours] = [served.neighbours[i], inLake[i]];
    if (theirs && ours && isSame(theirs, ours)) continue;
    return `neighbour ${i + 1} of ${artist} is ${wordsOf(theirs)} in the database and ${wordsOf(ours)} in the lake`;
  }
  return undefined;
}

const servedBy = (run: string | undefined): string => `the database serves ${run ?? 'none'} by now`;

const wordsOf = (row: Neighbour | undefined): string =>
  row ? `${row.y_artist} (rank ${row.rank}, distance ${row.distance})` : 'none';

type Neighbour = Pick<Row<'related_artists'>, 'y_artist' | 'distance' | 'rank' | 'confidence' | 'reasons'>;
const NEIGHBOUR = ['artist_id', 'y_artist', 'distance', 'rank', 'confidence', 'reasons'] as const;

async function nearestIn(lake: LakeBatches, dt: string, artist: string): Promise<Neighbour[]> {
  const found: Neighbour[] = [];
  for await (const batch of lake.batches('related_artists', dt, NEIGHBOUR, { artist_id: artist })) {
    for (const [i, id] of batch.artist_id.entries()) {
      const rank = batch.rank[i] as number;
      if (id !== artist || rank > NEAREST) continue;
      found[rank - 1] = {
        y_artist: batch.y_artist[i] as string,
        distance: batch.distance[i] as number,
        rank,
        confidence: batch.confidence[i] as number | null,
        reasons: batch.reasons[i] as string | null,
      };
    }
  }
  return found;
}

const isSame = (a: Neighbour, b: Neighbour): boolean =>
  a.y_artist === b.y_artist &&
  a.rank === b.rank &&
  isNear(a.distance, b.distance, NUMBER_ERROR) &&
  isNear(a.confidence, b.confidence, NUMBER_ERROR) &&
  a.reasons === b.reasons;

const isNear = (a: number | null, b: number | null, error: number): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= error * Math.abs(b));

/** The page of a day is that of its last run, which may not have been published. */
async function differencesOfPage(
  lake: LakeReports,
  { date, run, result }: PublishedRun,
  runs: readonly Row<'runs'>[],
): Promise<string[]> {
  const compared = runs
    .filter(({ kind, status }) => kind === 'similarity' && status === 'done')
    .sort((a, b) => byId(a.finished_at ?? '', b.finished_at ?? ''));
  const last = compared.at(-1)?.id ?? run;
  if (!result.report) return [];
  const page = await lake.report(date, 'index.html');
  if (page && Buffer.from(page).includes(`<dd>${last}</dd>`)) return [];
  return [`the page ${result.report.page} is ${page ? 'that of another run' : 'not there'}`];
}
