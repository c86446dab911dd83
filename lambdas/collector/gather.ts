import { inBatches } from '../../core/batches.ts';
import { BudgetSpentError, OutageError, UnexpectedAnswerError } from '../../core/errors.ts';
import { DEFAULT_TRACKS } from '../../core/events.ts';
import { withinBounds } from '../../core/features.ts';
import type { Artist, AudioFeatures, Clock, FeatureSource, Progress, Warehouse } from '../../core/ports.ts';
import { SourceHealth } from '../../core/source-health.ts';
import featuresOfDaySql from '../../sql/athena/audio_features_of_day.sql' with { type: 'text' };
import knownFeaturesSql from '../../sql/athena/known_audio_features.sql' with { type: 'text' };
import newestImportSql from '../../sql/athena/newest_import.sql' with { type: 'text' };
import { askFeatures } from './ask-features.ts';
import { eachConcurrently } from './concurrently.ts';
import type { Harvest } from './harvest.ts';
import { countOutage, mostUnavailable } from './outages.ts';
import type { Sources } from './sources.ts';
import { type ArtistTracks, walkTracks } from './walk-tracks.ts';

/** Artists in a slice, fewer where they have many tracks: they are asked for again when a process dies. */
const SLICE = 50;
/** What the sources of tracks are called together. */
const SPOTIFY = 'Spotify';

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

/**
 * Asks for `count` tracks of every artist whose are not all there yet; what an artist has so far is kept in any case. An
 * artist for whom Spotify fails while it works for others is noted as unavailable. `outages` counts, for each source,
 * the steps in which it was down.
 *
 * Throws `OutageError` where Spotify is down, or has no track of more than a few artists, and its cause when that lasts.
 */
export async function gatherTracks(
  deps: GatherDeps,
  sources: Sources,
  harvest: Harvest,
  wanted: readonly Artist[],
  count: number,
  outages: Record<string, number>,
): Promise<void> {
  const hasTracks = (): boolean => wanted.some(({ id }) => harvest.tracks.get(id)?.tracks?.length);
  // Where no artist has a track, the answers of an earlier step count for nothing.
  const begun = hasTracks() ? harvest.tracks : undefined;
  const left = wanted.filter(({ id }) => begun?.get(id)?.next !== null);
  const size = Math.max(deps.concurrency, Math.floor((SLICE * DEFAULT_TRACKS) / count));
  const health = new SourceHealth(SPOTIFY, { hasWorked: left.length < wanted.length });
  try {
    // Without a token Spotify fails for all, which no artist is the cause of.
    if (left.length > 0) {
      checkTime(deps);
      await sources.authorise();
    }
    for (const slice of inBatches(left, Math.min(SLICE, size))) await gatherSlice(slice);
    health.settle();
    if (wanted.length > mostUnavailable(wanted.length) && !hasTracks()) throw health.outage(noTracks(wanted));
  } catch (error) {
    if (error instanceof OutageError) harvest.unavailable.clear();
    countOutage(error, SPOTIFY, { outages, clock: deps.clock });
    throw error.cause;
  }

  async function gatherSlice(slice: readonly Artist[]): Promise<void> {
    checkTime(deps);
    const found = new Map<string, ArtistTracks>();
    try {
      await eachConcurrently(slice, deps.concurrency, async ({ id, name }) => {
        const { failure } = await health.ask(async () => {
          const walk = walkTracks(sources, { id, name: name ?? id }, count, begun?.get(id));
          for await (const soFar of walk) found.set(id, soFar);
        });
        if (!failure) return;
        harvest.unavailable.set(id, failure);
        if (harvest.unavailable.size > mostUnavailable(wanted.length)) throw health.outage(failure);
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
 * still missing (a row that lacks a feature too), and last the newest imported dataset. `outages` counts, for each
 * source, the steps in which it was down.
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
      countOutage(error, source.name, { outages, clock: deps.clock });
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
    // A day that an older version wrote may hold values outside their bounds.
    return rows.filter(({ id }) => wanted.has(id)).map(withinBounds);
  }

  async function askAll(source: FeatureSource): Promise<void> {
    const { name } = source;
    const left = ids.filter((id) => !harvest.isKnown(id) && !harvest.wasAsked(name, id));
    let done = ids.length - left.length;
    const failed = await askFeatures(
      {
        gate,
        concurrency: deps.concurrency,
        hasWorked: harvest.hasAnswered(name),
        beforeBatch: () => checkTime(deps),
        onAnswer: async (asked, found) => {
          const rows = found.map((row) => ({ ...row, source: name }));
          await harvest.addFeatures({ source: name, asked: [...asked], rows });
          done += asked.length;
          deps.progress('audio features', done, ids.length);
          await deps.afterSlice();
        },
      },
      source,
      left,
    );
    if (failed.length > 0) await harvest.addFeatures({ source: name, asked: failed, rows: [], failed });
  }
}

const noTracks = ({ length }: readonly Artist[]): UnexpectedAnswerError =>
  new UnexpectedAnswerError(
    `expected tracks of at least one of ${length} artists, got none`,
    'run the same command again later; if that happens again, see whether these are artists of Spotify: soundalike artists list',
  );

function checkTime({ clock, deadline }: GatherDeps): void {
  if (deadline === undefined || clock.now() < deadline) return;
  throw new BudgetSpentError('the time of this call is used up', 'call again to resume', null);
}
