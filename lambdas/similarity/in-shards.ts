import { nearestOnThreads } from '../../adapters/threads/nearest.ts';
import { DayNotReadyError, InvalidInputError, LeaseLostError, StagingError } from '../../core/errors.ts';
import {
  type NamedArtist,
  parseInput,
  ShardRequest,
  type SimilarityPlan,
  type SimilarityRequest,
  type SimilarityResult,
} from '../../core/events.ts';
import { reportKey } from '../../core/names.ts';
import type { LakeBatches, ShardLake, ShardTables } from '../../core/ports.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { keepWaiting } from '../../core/run/lease.ts';
import { repair } from '../../core/run/replace.ts';
import { type Ending, withWaitingRun } from '../../core/run/with-run.ts';
import { nearestOf } from '../../core/similarity/neighbours.ts';
import { closestPairs, type PairOfIds, relatedArtists } from '../../core/similarity/pairs.ts';
import { CLOSEST, PAIRS_OF_A_SHARD } from '../../core/similarity/settings.ts';
import { closestOf, rowsOf, type Shards, shardsOf } from '../../core/similarity/shards.ts';
import { type CompareDeps, compareOr, publicationOf, publishedOf } from './compare.ts';
import { type Prepared, requireSameDay } from './prepare.ts';
import { artistFeatures } from './read-day.ts';
import { stageReport } from './report.ts';

/** What comparing in shards needs. */
export interface ShardDeps extends CompareDeps {
  shardLake: ShardLake;
  shardTables: ShardTables;
  /** Neighbours of a shard, about; ten million by default. */
  pairsOfShard?: number;
}

/** What a run notes before its shards begin: enough for each step to know its part. */
interface Plan {
  shards: Shards;
  /** Neighbours of each artist. */
  k: number;
  /** The ids of the runs that made the day. */
  madeBy: string;
  /** The epoch whose tables of the database and objects of the lake the steps fill. */
  epoch: number;
  /** Without the closest pairs. */
  result: SimilarityResult;
}

/** What a step of a run in shards returns. */
export interface ShardDone {
  run: string;
  shard: number;
}

/** Ten billion neighbours: whoever asks for more has asked for all of many artists. */
const MOST_SHARDS = 1000;
/** How long a function lives: a run waits for no step longer, beside the grace of its lease. */
const STEP_MS = 15 * 60_000;

/**
 * As `compare`; a day with more neighbours than `inOnePiece` is planned, and the run waits for the steps that the plan
 * tells (docs/adr/0018-beyond-one-function.md).
 */
export function compareOrPlan(
  deps: ShardDeps,
  request: SimilarityRequest,
): Promise<SimilarityResult | SimilarityPlan> {
  return compareOr(deps, request, (run, prepared) => plan(deps, run, prepared));
}

async function plan(deps: ShardDeps, run: HeldRun, prepared: Prepared): Promise<Ending<SimilarityPlan>> {
  const { shardLake, shardTables } = deps;
  const { day, method, k, madeBy } = prepared;
  if (method.name !== 'mean' || !method.matrix) {
    throw new InvalidInputError(
      `expected the method mean for ${prepared.result.pairs} neighbours, got ${method.name}`,
      'ask for fewer neighbours, or raise inOnePiece: only mean is shared out',
    );
  }
  const result: SimilarityResult = { ...prepared.result, run: run.id };
  const shards = shardsOf(result.artists, k, deps.pairsOfShard ?? PAIRS_OF_A_SHARD);
  if (shards.count > MOST_SHARDS) {
    throw new InvalidInputError(
      `expected at most ${MOST_SHARDS} shards, got ${shards.count}, for ${result.pairs} neighbours`,
      'ask for fewer neighbours',
    );
  }
  await clearEnded(deps);
  await shardLake.putMatrix(run.id, method.matrix);
  await shardLake.putFeatures(run.id, artistFeatures(day.artists));
  await shardTables.begin(publicationOf(run.id, day, result), run.epoch);
  const noted: Plan = { shards, k, madeBy, epoch: run.epoch, result };
  const { date, artists, pairs } = result;
  return {
    waits: { done: false, run: run.id, date, artists, pairs, shards: [...Array(shards.count).keys()] },
    progress: JSON.stringify(noted),
    resumeAfter: deps.clock.now() + STEP_MS,
  };
}

/** Removes what runs have left that are at their end. */
async function clearEnded({ shardLake, runs }: ShardDeps): Promise<void> {
  for (const id of await shardLake.runs()) {
    const status = (await runs.byId(id))?.status ?? 'done';
    if (status === 'done' || status === 'failed') await shardLake.clear(id);
  }
}

/** Takes a step of a run that was planned: a shard, a load, or the end. Each may be repeated. */
export async function goOn(deps: ShardDeps, input: ShardRequest): Promise<ShardDone | SimilarityResult> {
  const { run, shard, load } = parseInput(ShardRequest, input, 'similarity');
  if (shard !== undefined) return await compute(deps, run, shard);
  if (load !== undefined) return await stage(deps, run, load);
  return await finish(deps, run);
}

async function compute(deps: ShardDeps, run: string, shard: number): Promise<ShardDone> {
  const { shards, k } = await planOf(deps, run, shard);
  const matrix = await deps.shardLake.matrix(run);
  const [from, to] = rowsOf(shards, shard, matrix.ids.length);
  // As in one piece: exact for as many neighbours as there are pairs to name.
  const nearest = await nearestOnThreads(deps, matrix, Math.max(k, CLOSEST), { rows: [from, to] });
  const neighbours = nearest.k === k ? nearest : nearestOf(nearest, k);
  const rows = relatedArtists(matrix.ids, neighbours, from);
  const closest = closestPairs(nearest, CLOSEST, from).map((pair) => ({
    ...pair,
    artist_id: matrix.ids[pair.a] as string,
    y_artist: matrix.ids[pair.b] as string,
  }));
  await deps.shardLake.putShard(run, shard, rows, closest);
  return { run, shard };
}

async function stage(deps: ShardDeps, run: string, shard: number): Promise<ShardDone> {
  const { epoch } = await planOf(deps, run, shard);
  await deps.shardTables.load(epoch, shard, deps.shardLake.neighbours(run, shard));
  return { run, shard };
}

/** The plan of a run that waits, whose lease then lasts until this step is over. */
async function planOf(deps: ShardDeps, id: string, shard: number): Promise<Plan> {
  const run = await keepWaiting(deps, id, deps.clock.now() + STEP_MS);
  const planned = JSON.parse(run.progress) as Plan;
  if (shard < planned.shards.count) return planned;
  throw new InvalidInputError(
    `expected a shard of run ${id} below ${planned.shards.count}, got ${shard}`,
    'count shards from 0',
  );
}

async function finish(deps: ShardDeps, id: string): Promise<SimilarityResult> {
  const { shardLake } = deps;
  await repair(deps, ['similarity']);
  const found = await deps.runs.byId(id);
  const result =
    found?.status === 'done'
      ? (JSON.parse(found.summary as string) as SimilarityResult)
      : await withWaitingRun(deps, id, (run) => publish(deps, run), {
          // What is wrong with the run for good ends it; with anything else it waits for the next try.
          mayTryAgain: (error) => !FOR_GOOD.some((kind) => error instanceof kind),
          resumeAfter: () => deps.clock.now() + STEP_MS,
        });
  await shardLake.clear(id);
  return result;
}

async function publish(deps: ShardDeps, run: HeldRun): Promise<Ending<SimilarityResult>> {
  const { shardLake, shardTables } = deps;
  const { shards, madeBy, epoch, result: planned } = JSON.parse(run.progress) as Plan;
  const { date: dt, pairs } = planned;
  await requireSameDay(deps, dt, madeBy);
  const nearest = await nearestPairs(deps, run.id, dt, shards.count);
  const report = { page: reportKey(dt, 'index.html'), map: null };
  const result: SimilarityResult = { ...planned, published: true, nearest, report };
  // No function holds all of these artists at once.
  const page = { result, artists: [], map: null };
  const reports = await stageReport(deps, run.staging, page, await deps.runs.ofDay(dt));
  const inLake = await shardLake.stage(run.staging, dt, shards.count);
  requirePairs(run, pairs, inLake.pairs, 'lake');
  requirePairs(run, pairs, await shardTables.staged(epoch), 'database');
  return {
    result,
    replaces: { objects: inLake.objects, published: publishedOf(run.id, result), staged: epoch, reports },
  };
}

function requirePairs({ id }: HeldRun, expected: number, got: number, where: string): void {
  if (got === expected) return;
  throw new StagingError(
    `expected ${expected} neighbours of run ${id} in the ${where}, got ${got}`,
    'nothing was published and the last good run stays: run similarity again',
  );
}

const FOR_GOOD = [DayNotReadyError, LeaseLostError, StagingError];

/** The closest pairs of all shards, with the artists' names of that day. */
async function nearestPairs(
  { lake, shardLake }: ShardDeps,
  run: string,
  dt: string,
  shards: number,
): Promise<SimilarityResult['nearest']> {
  const told: PairOfIds[][] = [];
  for (let shard = 0; shard < shards; shard++) told.push(await shardLake.closest(run, shard));
  const pairs = closestOf(told, CLOSEST);
  const named = await namesOf(lake, dt, new Set(pairs.flatMap((pair) => [pair.artist_id, pair.y_artist])));
  const artist = (id: string) => named.get(id) ?? { id, name: id, url: null };
  return pairs.map(({ artist_id, y_artist, distance }) => ({
    artist: artist(artist_id),
    y_artist: artist(y_artist),
    distance,
  }));
}

async function namesOf(
  lake: LakeBatches,
  dt: string,
  wanted: ReadonlySet<string>,
): Promise<Map<string, NamedArtist>> {
  const named = new Map<string, NamedArtist>();
  for await (const { id: ids, name, url } of lake.batches('artists', dt, ['id', 'name', 'url'])) {
    for (const [i, id] of ids.entries()) {
      if (wanted.has(id)) named.set(id, { id, name: name[i] ?? id, url: url[i] ?? null });
    }
  }
  return named;
}
