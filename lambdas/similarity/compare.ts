import { nearestOnThreads } from '../../adapters/threads/nearest.ts';
import { batched } from '../../core/batches.ts';
import { parseInput, SimilarityRequest, type SimilarityResult } from '../../core/events.ts';
import { counted, runInSlices } from '../../core/long-work.ts';
import type { ArtistMap } from '../../core/map/artist-map.ts';
import { candidatesOf } from '../../core/methods/confidence.ts';
import type { Method } from '../../core/methods/method.ts';
import { reportKey } from '../../core/names.ts';
import type { Publication, Published } from '../../core/ports.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { DAY_KINDS, EXCLUDED, type ReplaceDeps, type Replaced, repair } from '../../core/run/replace.ts';
import { type Ending, withRun } from '../../core/run/with-run.ts';
import { SCORED } from '../../core/score/measures.ts';
import { type Neighbours, nearestOf } from '../../core/similarity/neighbours.ts';
import { closestPairs, relatedArtists } from '../../core/similarity/pairs.ts';
import { CLOSEST } from '../../core/similarity/settings.ts';
import type { Row } from '../../core/tables.ts';
import { comparedArtists, drawMap, mapRows } from './draw-map.ts';
import { reasonsNotToPublish, scoresOf } from './judge.ts';
import { type Looked, lookInto } from './look-into.ts';
import { type PrepareDeps, type Prepared, prepare, readyDay } from './prepare.ts';
import { artistAt, artistFeatures, type Details } from './read-day.ts';
import { stageReport } from './report.ts';

/** What comparing needs. */
export type CompareDeps = ReplaceDeps & PrepareDeps;

/** Neighbours in a batch that is published. */
const BATCH = 50_000;

/**
 * Compares the artists of a day by a method (docs/method.md), scores what comes out and publishes each artist's
 * neighbours, unless fewer artists than `minCoverage` could be compared or a measure that is required does not hold: then
 * the tables stay as they are, and the last good run is served.
 */
export async function compare(deps: CompareDeps, input: SimilarityRequest): Promise<SimilarityResult> {
  return await compareOr<never>(deps, input);
}

/** As `compare`, but that a run which is too large for one piece is left to `shareOut`. */
export async function compareOr<T>(
  deps: CompareDeps,
  input: SimilarityRequest,
  shareOut?: (run: HeldRun, prepared: Prepared) => Promise<Ending<T>>,
): Promise<SimilarityResult | T> {
  const request = parseInput(SimilarityRequest, input, 'similarity');
  const dt = request.date ?? new Date(deps.clock.now()).toISOString().slice(0, 10);
  const isTooLarge = ({ result }: Prepared): boolean =>
    shareOut !== undefined && result.pairs > (request.inOnePiece ?? Infinity);
  const measured = async (prepared: Prepared): Promise<Compared> =>
    await judged(
      deps,
      isTooLarge(prepared) ? await sketched(deps, prepared) : await measure(deps, prepared),
      request,
    );
  if (request.dryRun) return (await measured(await prepare(deps, dt, request))).result;
  await repair(deps, [...DAY_KINDS, ...EXCLUDED.similarity]);
  await readyDay(deps, dt);
  const wanted = {
    kind: 'similarity',
    dt,
    alone: EXCLUDED.similarity,
    resumes: () => false,
    progress: '{}',
  } as const;
  return await withRun<SimilarityResult | T>(deps, wanted, async (run) => {
    const prepared = await prepare(deps, dt, request);
    const compared = await measured(prepared);
    if (shareOut && compared.publishable && isTooLarge(prepared)) {
      const { scores } = compared.result;
      return await shareOut(run, { ...prepared, result: { ...prepared.result, scores } });
    }
    return await compareAs(deps, run, compared);
  });
}

async function compareAs(
  deps: CompareDeps,
  run: HeldRun,
  measured: Compared,
): Promise<Ending<SimilarityResult>> {
  const { lookedInto, nearest } = measured;
  const looked = lookedInto && (await runInSlices(deps, lookInto(measured, lookedInto, nearest)));
  const map = lookedInto && (await runInSlices(deps, drawMap(measured, nearest)));
  const { date: dt } = measured.result;
  const result: SimilarityResult = {
    ...measured.result,
    run: run.id,
    published: measured.publishable,
    severalStyles: looked?.severalStyles ?? [],
    map: map?.quality ?? null,
    report: { page: reportKey(dt, 'index.html'), map: map && reportKey(dt, 'map.png') },
  };
  const artists = comparedArtists(measured, lookedInto?.known);
  const reports = await stageReport(deps, run.staging, { result, artists, map }, await deps.runs.ofDay(dt));
  if (!result.published) return { result, replaces: { objects: [], reports } };
  const published = await stagePublished(deps, run, { ...measured, result }, { ...looked, map });
  return { result, replaces: { ...published, reports } };
}

/** What came out of a comparison. */
interface Compared extends Prepared {
  /** As many as anything that is made of them needs. */
  nearest: Neighbours;
}

async function measure(deps: CompareDeps, prepared: Prepared): Promise<Compared> {
  const { day, compared, method, lookedInto, k, result } = prepared;
  // The closest pairs are exact for as many neighbours as there are pairs to name.
  const wide = Math.max(k, CLOSEST, ...(lookedInto ? [SCORED, candidatesOf(method.ids.length)] : []));
  const nearest = await nearestBy(deps, method, wide);
  const named = closestPairs(nearest, CLOSEST).map(({ a, b, distance }) => ({
    artist: artistAt(day.artists, compared[a] as number),
    y_artist: artistAt(day.artists, compared[b] as number),
    distance,
  }));
  return { ...prepared, nearest, result: { ...result, nearest: named } };
}

/** What is too large for one function: as many neighbours as its score takes, and no more. */
async function sketched(deps: CompareDeps, { result, ...prepared }: Prepared): Promise<Compared> {
  const warning = `no closest pairs: ${result.pairs} neighbours are more than are computed in one piece`;
  return {
    ...prepared,
    nearest: await nearestBy(deps, prepared.method, prepared.lookedInto ? SCORED : 0),
    result: { ...result, warnings: [warning, ...result.warnings] },
  };
}

const nearestBy = (deps: CompareDeps, method: Method, k: number): Promise<Neighbours> =>
  method.matrix ? nearestOnThreads(deps, method.matrix, k) : runInSlices(deps, method.nearest(k));

/** Scores what came out, and says where it must not be published. */
async function judged(
  deps: CompareDeps,
  compared: Compared,
  { require: required }: SimilarityRequest,
): Promise<Compared> {
  const { method, bySets, lookedInto, nearest, publishable, result } = compared;
  const scores = lookedInto
    ? await runInSlices(deps, scoresOf(method, nearest, lookedInto.known, bySets))
    : [];
  const blocked = publishable ? await reasonsNotToPublish(deps, required, scores) : [];
  const warnings = [...result.warnings, ...blocked.map((reason) => `not published: ${reason}`)];
  return {
    ...compared,
    publishable: publishable && blocked.length === 0,
    result: { ...result, scores, blocked, warnings },
  };
}

/** Stages what the lake is to have of a run, and gives what the database is to serve. */
async function stagePublished(
  { lake, progress }: CompareDeps,
  run: HeldRun,
  { day, method, nearest, k, result }: Compared,
  { details, neighbours: told, map }: Partial<Looked> & { map: ArtistMap | null },
): Promise<Pick<Replaced, 'objects' | 'published' | 'publication'>> {
  const { date: dt } = result;
  const neighbours = nearest.k === k ? nearest : nearestOf(nearest, k);
  const related = () =>
    counted(progress, 'writing neighbours', result.pairs, relatedArtists(method.ids, neighbours, 0, told));
  const { staging } = run;
  const features = artistFeatures(day.artists, details);
  const objects = [await lake.stageTable(staging, 'artist_features', dt, features)];
  if (map) objects.push(await lake.stageTable(staging, 'artist_map', dt, mapRows(method.ids, map)));
  objects.push(await lake.stageTable(staging, 'scores', dt, scoreRows(result)));
  objects.push(await lake.stageTable(staging, 'related_artists', dt, related()));
  const publication = {
    ...publicationOf(run.id, day, result, details),
    relatedArtists: () => batched(related(), BATCH),
  };
  return { objects, published: publishedOf(run.id, result), publication };
}

const scoreRows = ({ run, method, scores }: SimilarityResult): Row<'scores'>[] =>
  scores.map((measured) => ({ ...measured, method, run }));

/** What names a published run, and how it was compared. */
export const publishedOf = (
  run_id: string,
  { date: dt, method, features, ranges, neighbours, space, weight, ruler }: SimilarityResult,
): Published => ({
  run_id,
  dt,
  method,
  parameters: JSON.stringify({ features, ranges, neighbours, space, weight, ruler }),
});

/** What is published of a run beside the neighbours. */
export const publicationOf = (
  run_id: string,
  { artists }: Prepared['day'],
  result: SimilarityResult,
  details?: Details,
): Omit<Publication, 'relatedArtists'> => ({
  ...publishedOf(run_id, result),
  artistFeatures: () => artistFeatures(artists, details),
});
