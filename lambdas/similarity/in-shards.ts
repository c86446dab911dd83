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
import type { LakeBatches, Run, ShardLake, ShardTables } from '../../core/ports.ts';
import { type HeldRun, keepWaiting, takeWaiting } from '../../core/run/lease.ts';
import { writeRuns } from '../../core/run/replace.ts';
import { nearestOf } from '../../core/similarity/neighbours.ts';
import { closestPairs, type PairOfIds, relatedArtists } from '../../core/similarity/pairs.ts';
import { CLOSEST, PAIRS_OF_A_SHARD } from '../../core/similarity/settings.ts';
import { closestOf, rowsOf, type Shards, shardsOf } from '../../core/similarity/shards.ts';
import { type CompareDeps, compareOr, publicationOf } from './compare.ts';
import { type Prepared, requireSameDay } from './prepare.ts';
import { artistFeatures } from './read-day.ts';
import { writeReport } from './report.ts';

/** What comparing in shards needs. */
export interface ShardDeps extends CompareDeps {
  lake: CompareDeps['lake'] & LakeBatches;
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

async function plan(deps: ShardDeps, run: HeldRun, prepared: Prepared): Promise<SimilarityPlan> {
  const { shardLake, shardTables } = deps;
  const { day, method, k, madeBy } = prepared;
  if (method.name !== 'mean' || !method.matrix) {
    throw new InvalidInputError(
      `expected the method mean for ${prepared.result.pairs} neighbours, got ${method.name}`,
      'ask for fewer neighbours, or raise inOnePiece: only mean is shared out',
    );
  }
  const result: SimilarityResult = { ...prepared.result, run: run.id, published: true };
  const shards = shardsOf(result.artists, k, deps.pairsOfShard ?? PAIRS_OF_A_SHARD);
  if (shards.count > MOST_SHARDS) {
    throw new InvalidInputError(
      `expected at most ${MOST_SHARDS} shards, got ${shards.count}, for ${result.pairs} neighbours`,
      'ask for fewer neighbours',
    );
  }
  await shardLake.clear();
  await shardLake.putMatrix(run.id, method.matrix);
  await shardLake.putFeatures(run.id, artistFeatures(day.artists));
  await shardTables.begin(publicationOf(run.id, day, result));
  const noted: Plan = { shards, k, madeBy, result };
  await run.wait(JSON.stringify(noted), deps.clock.now() + STEP_MS);
  const { date, artists, pairs } = result;
  return { done: false, run: run.id, date, artists, pairs, shards: [...Array(shards.count).keys()] };
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
  await planOf(deps, run, shard);
  await deps.shardTables.load(run, shard, deps.shardLake.neighbours(run, shard));
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
  const found = await deps.runs.byId(id);
  const done = found?.status === 'done' ? await publishAgain(deps, found) : await publish(deps, id);
  await writeRuns(deps, done.dt, done);
  await deps.shardLake.clear();
  return resultOf(done);
}

const resultOf = ({ summary }: Run): SimilarityResult => JSON.parse(summary as string) as SimilarityResult;

/** An earlier try has marked the run done, and has died before the swap, or its answer was lost. */
async function publishAgain({ shardTables }: ShardDeps, done: Run): Promise<Run> {
  await shardTables.publish(done.id, resultOf(done).pairs, async () => true);
  return done;
}

async function publish(deps: ShardDeps, id: string): Promise<Run> {
  const run = await takeWaiting(deps, id);
  try {
    const { shards, madeBy, result: planned } = JSON.parse(run.progress) as Plan;
    await requireSameDay(deps, run.dt, madeBy);
    const nearest = await nearestPairs(deps, id, run.dt, shards.count);
    const report = { page: reportKey(run.dt, 'index.html'), map: null };
    const result: SimilarityResult = { ...planned, nearest, report };
    // Nobody holds all of these artists at once.
    await writeReport(deps, { result, artists: [], map: null }, await deps.runs.ofDay(run.dt));
    const summary = JSON.stringify(result);
    const rows = await deps.shardLake.place(id, run.dt, shards.count);
    if (rows !== result.pairs) {
      throw new StagingError(
        `expected ${result.pairs} neighbours of run ${id} in the lake, got ${rows}`,
        'nothing was published and the last good run stays: run similarity again',
      );
    }
    await deps.shardTables.publish(id, result.pairs, (runs) => run.doneWithin(runs, summary));
    return run.asDone(summary);
  } catch (error) {
    await letGo(deps, run, error);
    throw error;
  } finally {
    run.release();
  }
}

/** What is wrong with the run for good ends it; with anything else it waits for the next try. */
async function letGo(deps: ShardDeps, run: HeldRun, error: unknown): Promise<void> {
  if (FOR_GOOD.some((kind) => error instanceof kind)) return await run.fail();
  await run.wait(run.progress, deps.clock.now() + STEP_MS).catch(() => {
    // The first error is the one to be seen; the lease runs out by itself.
  });
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
