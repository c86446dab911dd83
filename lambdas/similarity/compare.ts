import { nearestOnThreads } from '../../adapters/threads/nearest.ts';
import { parseInput, SimilarityRequest, type SimilarityResult } from '../../core/events.ts';
import type { Database, Publication, Warehouse } from '../../core/ports.ts';
import { type HeldRun, takeRun } from '../../core/run/lease.ts';
import { type ReplaceDeps, rollForward, writeRuns } from '../../core/run/replace.ts';
import { type Neighbours, nearestOf } from '../../core/similarity/neighbours.ts';
import { closestPairs, relatedArtists } from '../../core/similarity/pairs.ts';
import { CLOSEST } from '../../core/similarity/settings.ts';
import { matrixOf, type Prepared, prepare, readyDay } from './prepare.ts';
import { artistAt, artistFeatures, type ComparedDay } from './read-day.ts';

/** What comparing needs. */
export interface CompareDeps extends ReplaceDeps {
  relatedArtists: Database['relatedArtists'];
  warehouse: Warehouse;
}

/**
 * Compares the artists of a day by the method `mean` (docs/method.md) and publishes each artist's neighbours, unless
 * fewer artists than `minCoverage` could be compared: then nothing is written and the last good run stays.
 */
export async function compare(deps: CompareDeps, input: SimilarityRequest): Promise<SimilarityResult> {
  return await compareOr<never>(deps, input);
}

/** As `compare`, but that a run which is too large for one piece is left to `shareOut`. */
export async function compareOr<T>(
  deps: CompareDeps,
  input: SimilarityRequest,
  shareOut?: (run: HeldRun, prepared: Prepared) => Promise<T>,
): Promise<SimilarityResult | T> {
  const request = parseInput(SimilarityRequest, input, 'similarity');
  await rollForward(deps);
  const dt = request.date ?? new Date(deps.clock.now()).toISOString().slice(0, 10);
  const isTooLarge = ({ result }: Prepared): boolean =>
    shareOut !== undefined && result.pairs > (request.inOnePiece ?? Infinity);
  const measured = async (prepared: Prepared): Promise<Measured> =>
    isTooLarge(prepared) ? unmeasured(prepared) : await measure(prepared);
  if (request.dryRun) return (await measured(await prepare(deps, dt, request))).result;
  await readyDay(deps, dt);
  const run = await takeRun(deps, {
    kind: 'similarity',
    dt,
    alone: ['similarity'],
    resumes: () => false,
    progress: '{}',
  });
  let result: SimilarityResult;
  try {
    const prepared = await prepare(deps, dt, request);
    if (shareOut && prepared.publishable && isTooLarge(prepared)) return await shareOut(run, prepared);
    result = await compareAs(deps, run, await measured(prepared));
  } catch (error) {
    await run.fail();
    throw error;
  } finally {
    run.release();
  }
  await writeRuns(deps, dt, run.asDone(JSON.stringify(result)));
  return result;
}

async function compareAs(deps: CompareDeps, run: HeldRun, measured: Measured): Promise<SimilarityResult> {
  const result = { ...measured.result, run: run.id, published: measured.publishable };
  const summary = JSON.stringify(result);
  if (result.published) await publish(deps, run, { ...measured, result }, summary);
  else await run.done(summary);
  return result;
}

/** What came out of a comparison. */
interface Measured extends Prepared {
  neighbours: Neighbours;
}

async function measure(prepared: Prepared): Promise<Measured> {
  const { day, k, result } = prepared;
  // The closest pairs are exact for as many neighbours as there are pairs to name.
  const nearest = await nearestOnThreads(matrixOf(day, result.features), Math.max(k, CLOSEST));
  const neighbours = nearest.k === k ? nearest : nearestOf(nearest, k);
  const named = closestPairs(nearest, CLOSEST).map(({ a, b, distance }) => ({
    artist: artistAt(day.artists, day.compared[a] as number),
    y_artist: artistAt(day.artists, day.compared[b] as number),
    distance,
  }));
  return { ...prepared, neighbours, result: { ...result, nearest: named } };
}

/** What is not to be published is not worth many functions. */
function unmeasured({ result, ...prepared }: Prepared): Measured {
  const warning = `no closest pairs: ${result.pairs} neighbours are more than are computed in one piece`;
  const neighbours: Neighbours = { n: 0, k: 0, rows: new Int32Array(), distances: new Float64Array() };
  return { ...prepared, neighbours, result: { ...result, warnings: [warning, ...result.warnings] } };
}

/** The lake first, then the database, whose swap also ends the run: readers of either see one whole run. */
async function publish(
  { lake, relatedArtists: database }: CompareDeps,
  run: HeldRun,
  { day, neighbours, result }: Measured,
  summary: string,
): Promise<void> {
  const { date: dt } = result;
  const ids = day.compared.map((at) => day.artists.ids[at] as string);
  await lake.write('artist_features', dt, artistFeatures(day.artists));
  await lake.write('related_artists', dt, relatedArtists(ids, neighbours));
  await database.publish(
    { ...publicationOf(run.id, day, result), relatedArtists: relatedArtists(ids, neighbours) },
    (runs) => run.doneWithin(runs, summary),
  );
}

/** What is published of a run beside the neighbours. */
export const publicationOf = (
  run_id: string,
  { artists }: ComparedDay,
  { date: dt, method, features, ranges, neighbours }: SimilarityResult,
): Omit<Publication, 'relatedArtists'> => ({
  ...{ run_id, dt, method },
  parameters: JSON.stringify({ features, ranges, neighbours }),
  artistFeatures: artistFeatures(artists),
});
