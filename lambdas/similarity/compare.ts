import { DayNotReadyError, NoDataError } from '../../core/errors.ts';
import { NAMED, parseInput, SimilarityRequest, type SimilarityResult } from '../../core/events.ts';
import { DEFAULT_FEATURES, type Feature } from '../../core/features.ts';
import type { Database, RunKind, Warehouse } from '../../core/ports.ts';
import { type HeldRun, takeRun } from '../../core/run/lease.ts';
import { DAY_KINDS, type ReplaceDeps, rollForward, writeRuns } from '../../core/run/replace.ts';
import { type Matrix, normalise, type Range } from '../../core/similarity/matrix.ts';
import { type Neighbours, nearestNeighbours, nearestOf } from '../../core/similarity/neighbours.ts';
import { closestPairs, relatedArtists } from '../../core/similarity/pairs.ts';
import { ALL_PAIRS_UP_TO, DEFAULT_MIN_COVERAGE, DEFAULT_NEIGHBOURS } from '../../core/similarity/settings.ts';
import { artistAt, artistFeatures, type ComparedDay, readComparedDay } from './read-day.ts';

/** What comparing needs. */
export interface CompareDeps extends ReplaceDeps {
  relatedArtists: Database['relatedArtists'];
  warehouse: Warehouse;
}

/** How many closest pairs a result names. */
const CLOSEST = 3;

/**
 * Compares the artists of a day by the method `mean` (docs/method.md) and publishes each artist's neighbours, unless
 * fewer artists than `minCoverage` could be compared: then nothing is written and the last good run stays.
 */
export async function compare(deps: CompareDeps, input: SimilarityRequest): Promise<SimilarityResult> {
  const request = parseInput(SimilarityRequest, input, 'similarity');
  await rollForward(deps);
  const dt = request.date ?? new Date(deps.clock.now()).toISOString().slice(0, 10);
  if (request.dryRun) return (await measure(deps, dt, request)).result;
  await readyDay(deps, dt);
  const run = await takeRun(deps, {
    kind: 'similarity',
    dt,
    alone: ['similarity'],
    resumes: () => false,
    progress: '{}',
  });
  const result = await compareAs(deps, run, request);
  await writeRuns(deps, dt, run.asDone(JSON.stringify(result)));
  return result;
}

async function compareAs(
  deps: CompareDeps,
  run: HeldRun,
  request: SimilarityRequest,
): Promise<SimilarityResult> {
  try {
    const measured = await measure(deps, run.dt, request);
    const result = { ...measured.result, run: run.id, published: measured.publishable };
    const summary = JSON.stringify(result);
    if (result.published) await publish(deps, run, { ...measured, result }, summary);
    else await run.done(summary);
    return result;
  } catch (error) {
    await run.fail();
    throw error;
  } finally {
    run.release();
  }
}

/** What came out of a comparison. */
interface Measured {
  day: ComparedDay;
  neighbours: Neighbours;
  result: SimilarityResult;
  publishable: boolean;
}

async function measure(deps: CompareDeps, dt: string, request: SimilarityRequest): Promise<Measured> {
  const features = [...(request.features ?? DEFAULT_FEATURES)];
  const { kind, madeBy } = await readyDay(deps, dt);
  const day = await readComparedDay(deps.warehouse, dt, kind, features);
  if ((await readyDay(deps, dt)).madeBy !== madeBy) {
    throw new DayNotReadyError(`${dt} was replaced while it was read`, 'run similarity again');
  }
  const n = day.compared.length;
  const wanted = request.neighbours ?? (n <= ALL_PAIRS_UP_TO ? 'all' : DEFAULT_NEIGHBOURS);
  // The closest pairs are exact for as many neighbours as there are pairs to name.
  const nearest = nearestNeighbours(
    matrixOf(day, features),
    wanted === 'all' ? n - 1 : Math.max(wanted, CLOSEST),
  );
  const neighbours = wanted === 'all' ? nearest : nearestOf(nearest, wanted);
  const coverage = n / day.artists.ids.length;
  const minCoverage = request.minCoverage ?? DEFAULT_MIN_COVERAGE;
  const publishable = n > 0 && coverage >= minCoverage;
  const result: SimilarityResult = {
    date: dt,
    run: null,
    method: 'mean',
    artists: n,
    pairs: neighbours.n * neighbours.k,
    features,
    ranges: day.ranges,
    neighbours: wanted,
    coverage,
    published: false,
    dropped: day.dropped.slice(0, NAMED),
    droppedCount: day.dropped.length,
    nearest: closestPairs(nearest, CLOSEST).map(({ a, b, distance }) => ({
      artist: artistAt(day.artists, day.compared[a] as number),
      y_artist: artistAt(day.artists, day.compared[b] as number),
      distance,
    })),
    warnings: warningsOf(day, publishable, coverage, minCoverage),
  };
  return { day, neighbours, result, publishable };
}

function matrixOf({ artists, compared, ranges }: ComparedDay, features: readonly Feature[]): Matrix {
  const { ids, means } = artists;
  return normalise(
    compared.map((at) => ids[at] as string),
    features.map((feature) => compared.map((at) => means[feature][at] as number)),
    features.map((feature) => ranges[feature] as Range),
  );
}

function warningsOf(day: ComparedDay, publishable: boolean, coverage: number, minCoverage: number): string[] {
  const warnings: string[] = [];
  const sources = Object.entries(day.sources);
  if (sources.length > 1) {
    const shares = sources.map(([source, tracks]) => `${tracks} from ${source}`).join(', ');
    warnings.push(`the audio features come from several sources: ${shares}`);
  }
  if (!publishable) {
    const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`;
    const floor = coverage < minCoverage ? `, below the floor of ${percent(minCoverage)}` : '';
    warnings.push(
      `not published: ${day.compared.length} of ${day.artists.ids.length} artists could be compared (${percent(coverage)})${floor}`,
    );
  }
  return warnings;
}

/** The lake first, then the database, whose swap also ends the run: readers of either see one whole run. */
async function publish(
  { lake, relatedArtists: database }: CompareDeps,
  run: HeldRun,
  { day, neighbours, result }: Measured,
  summary: string,
): Promise<void> {
  const { date: dt, features, ranges, neighbours: kept } = result;
  const ids = day.compared.map((at) => day.artists.ids[at] as string);
  await lake.write('artist_features', dt, artistFeatures(day.artists));
  await lake.write('related_artists', dt, relatedArtists(ids, neighbours));
  await database.publish(
    {
      run_id: run.id,
      dt,
      method: result.method,
      parameters: JSON.stringify({ features, ranges, neighbours: kept }),
      artistFeatures: artistFeatures(day.artists),
      relatedArtists: relatedArtists(ids, neighbours),
    },
    (runs) => run.doneWithin(runs, summary),
  );
}

/** What kind of run made the day, and the ids of all that did. Throws where it is not there, or not whole. */
async function readyDay({ runs }: CompareDeps, dt: string): Promise<{ kind: RunKind; madeBy: string }> {
  const days = (await runs.ofDay(dt)).filter(({ kind }) => DAY_KINDS.some((owner) => owner === kind));
  const replacing = days.find(({ status }) => status === 'replacing');
  if (replacing) {
    throw new DayNotReadyError(
      `expected ${dt} to be whole, but run ${replacing.id} is replacing it`,
      'wait until it is done; if it was ended by force, its lease runs out within a minute',
    );
  }
  const done = days.filter(({ status }) => status === 'done');
  if (done[0]) return { kind: done[0].kind, madeBy: done.map(({ id }) => id).join() };
  const [open] = days;
  if (open) {
    throw new DayNotReadyError(
      `expected the collection or import of ${dt} to be done, but run ${open.id} is ${open.status}`,
      `finish it first: soundalike collect --date ${dt}`,
    );
  }
  throw new NoDataError(
    `expected data for ${dt}, got none`,
    `collect it first (soundalike collect --date ${dt}), or choose another day with --date`,
  );
}
