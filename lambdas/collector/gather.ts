import PQueue from 'p-queue';
import { inBatches } from '../../core/batches.ts';
import {
  BudgetSpentError,
  OutageError,
  ServiceUnavailableError,
  type SoundalikeError,
  UnexpectedAnswerError,
} from '../../core/errors.ts';
import { DEFAULT_TRACKS } from '../../core/events.ts';
import type { Artist, AudioFeatures, Clock, FeatureSource, Progress, Warehouse } from '../../core/ports.ts';
import featuresOfDaySql from '../../sql/athena/audio_features_of_day.sql' with { type: 'text' };
import knownFeaturesSql from '../../sql/athena/known_audio_features.sql' with { type: 'text' };
import newestImportSql from '../../sql/athena/newest_import.sql' with { type: 'text' };
import type { Harvest } from './harvest.ts';
import type { Sources } from './sources.ts';
import { type ArtistTracks, walkTracks } from './walk-tracks.ts';

/** Artists in a slice, fewer where they have many tracks: they are asked for again when a process dies. */
const SLICE = 50;
/** A source that may be missed is tried in so many steps, so long apart, before the run goes on without it. */
const OUTAGE_STEPS = 3;
const OUTAGE_WAIT_MS = 15 * 60_000;

/** What gathering needs. */
export interface GatherDeps {
  warehouse: Pick<Warehouse, 'query'>;
  clock: Clock;
  progress: Progress;
  /** Requests under way at once. */
  concurrency: number;
  /** Epoch milliseconds after which no new slice is begun; none by default. */
  deadline?: number;
  /** Called after each slice. */
  afterSlice: () => Promise<void>;
}

/** Asks for `count` tracks of every artist whose are not all there yet; what an artist has so far is kept in any case. */
export async function gatherTracks(
  deps: GatherDeps,
  sources: Sources,
  harvest: Harvest,
  wanted: readonly Artist[],
  count: number,
): Promise<void> {
  const left = wanted.filter(({ id }) => harvest.tracks.get(id)?.next !== null);
  const size = Math.max(deps.concurrency, Math.floor((SLICE * DEFAULT_TRACKS) / count));
  for (const slice of inBatches(left, Math.min(SLICE, size))) {
    checkTime(deps);
    const found = new Map<string, ArtistTracks>();
    try {
      await eachConcurrently(slice, deps.concurrency, async ({ id, name }) => {
        const walk = walkTracks(sources, { id, name: name ?? id }, count, harvest.tracks.get(id));
        for await (const soFar of walk) found.set(id, soFar);
      });
    } finally {
      await harvest.addTracks([...found.values()]);
    }
    deps.progress('artists', harvest.tracks.size, wanted.length);
    await deps.afterSlice();
  }
}

/**
 * Finds the features of these tracks: those that an earlier day of the lake has, then from each source in turn what is
 * still missing (a row without all default features too), and last the newest imported dataset. `outages` counts, for
 * each source, the steps in which it was down.
 *
 * Returns the sources that were given up.
 */
export async function gatherFeatures(
  deps: GatherDeps,
  { features, gate }: Sources,
  harvest: Harvest,
  ids: readonly string[],
  dt: string,
  outages: Record<string, number>,
): Promise<string[]> {
  if (ids.length === 0) return [];
  const wanted = new Set(ids);
  harvest.keepKnown(await wantedRows(knownFeaturesSql, [dt, dt]));
  const givenUp: string[] = [];
  for (const source of features) {
    try {
      await askAll(source);
    } catch (error) {
      if (!(source.expendable && isTrouble(error))) throw error;
      const steps = (outages[source.name] ?? 0) + 1;
      outages[source.name] = steps;
      if (steps < OUTAGE_STEPS) throw outage(source, error, deps.clock);
      givenUp.push(source.name);
    }
  }
  if (!ids.every((id) => harvest.isKnown(id))) {
    const [newest] = await deps.warehouse.query(newestImportSql, []);
    if (newest?.dt) harvest.fill(await wantedRows(featuresOfDaySql, [String(newest.dt)]));
  }
  return givenUp;

  async function wantedRows(sql: string, parameters: string[]): Promise<AudioFeatures[]> {
    const rows = (await deps.warehouse.query(sql, parameters)) as unknown as AudioFeatures[];
    return rows.filter(({ id }) => wanted.has(id));
  }

  async function askAll(source: FeatureSource): Promise<void> {
    const left = ids.filter((id) => !harvest.isKnown(id) && !harvest.wasAsked(source.name, id));
    let done = ids.length - left.length;
    await eachConcurrently([...inBatches(left, source.batchSize)], deps.concurrency, async (asked) => {
      checkTime(deps);
      const attempt = await gate.attempt(source.name, () => source.features(asked));
      if (!attempt.allowed) return;
      const rows = attempt.value
        .filter(({ id }) => asked.includes(id))
        .map((row) => ({ ...row, source: source.name }));
      await harvest.addFeatures({ source: source.name, asked, rows });
      done += asked.length;
      deps.progress('audio features', done, ids.length);
      await deps.afterSlice();
    });
  }
}

/** A service that is down, or has changed so that it is not understood any more. */
const isTrouble = (error: unknown): error is ServiceUnavailableError | UnexpectedAnswerError =>
  error instanceof ServiceUnavailableError || error instanceof UnexpectedAnswerError;

const outage = ({ name }: FeatureSource, cause: SoundalikeError, clock: Clock): OutageError =>
  new OutageError(
    `${name} is down: ${cause.message}`,
    'run the same command again then; if it stays down, the collection goes on without it',
    clock.now() + OUTAGE_WAIT_MS,
    { cause },
  );

function checkTime({ clock, deadline }: GatherDeps): void {
  if (deadline === undefined || clock.now() < deadline) return;
  throw new BudgetSpentError('the time of this call is used up', 'call again to go on', null);
}

/** After the first failure nothing new is begun; what is under way is waited for, then that failure is thrown. */
async function eachConcurrently<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency });
  let failure: { error: unknown } | undefined;
  const tasks = items.map((item) =>
    queue.add(async () => {
      if (failure) return;
      await work(item).catch((error: unknown) => {
        failure ??= { error };
      });
    }),
  );
  await Promise.all(tasks);
  if (failure) throw failure.error;
}
