import { estimateCollection } from '../../core/budget.ts';
import {
  InvalidInputError,
  NoArtistsError,
  NoDataError,
  PostponedError,
  ServiceUnavailableError,
} from '../../core/errors.ts';
import { CollectRequest, type CollectResult, DEFAULT_TRACKS, parseInput } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { Artist, Run, StagedObject } from '../../core/ports.ts';
import { isHalfReplaced } from '../../core/run/half-replaced.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import { EXCLUDED, type ReplaceDeps, refuseDayOf, repair } from '../../core/run/replace.ts';
import { type Ending, withRun } from '../../core/run/with-run.ts';
import { DEFAULT_MIN_COVERAGE } from '../../core/similarity/settings.ts';
import { isItemFailure } from '../../core/source-health.ts';
import { accountFor, assembleDay, type Day, readDay } from './day.ts';
import { type GatherDeps, gatherFeatures, gatherTracks } from './gather.ts';
import { Harvest } from './harvest.ts';
import { refreshArtists } from './refresh.ts';
import type { Connect } from './sources.ts';
import { unfinishedCollection } from './unfinished.ts';
import { warningsOf } from './warnings.ts';

/** What collecting needs. */
export interface CollectDeps extends ReplaceDeps, Omit<GatherDeps, 'afterSlice' | 'lake'> {
  connect: Connect;
}

/** What a collection notes between its steps. */
interface CollectProgress {
  /** The artists that alone are asked and merged into the day; null for all. */
  only: string[] | null;
  /** How many tracks each artist shall have. */
  tracks: number;
  requests: number;
  retries: number;
  /** For each source that may be missed, the steps in which it was down. */
  outages: Record<string, number>;
  /** Items of answers that could not be read, or not in full. */
  unread: number;
}

const NOTHING_YET: Day = { artists: [], tracks: [], features: [] };

/**
 * Collects a day: the tracks of the followed artists and their audio features, into the lake's `artists`, `top_tracks`
 * and `audio_features` of that day, replaced as a whole when all is there.
 *
 * A day that cannot be finished now ends with `done: false`; calling again resumes where it stopped, on a later day with
 * its `run`, or with `unfinished`, which finds it. Throws where the
 * work failed; then too what was fetched is kept for the next call, and the day stays as it was.
 */
export async function collect(deps: CollectDeps, input: CollectRequest): Promise<CollectResult> {
  const request = parseInput(CollectRequest, input, 'collect');
  if (!request.dryRun) await repair(deps, EXCLUDED.day);
  const earlier = await earlierRun(deps, request);
  if (earlier?.summary) return JSON.parse(earlier.summary) as CollectResult;
  const dt = earlier?.dt ?? request.date ?? new Date(deps.clock.now()).toISOString().slice(0, 10);
  await refuseDayOf('import', deps, dt);
  const only = request.artists ? [...new Set(request.artists)].sort() : null;
  const followed = await snapshot(deps);
  const wanted = wantedOf(followed, only);
  const { tracks = DEFAULT_TRACKS } = request;
  if (request.dryRun) return plan(dt, followed, wanted, tracks);
  const begun: CollectProgress = { only, tracks, requests: 0, retries: 0, outages: {}, unread: 0 };
  const ledger = new Ledger(request.budget);
  return await withRun(
    deps,
    {
      kind: 'collection',
      dt,
      alone: EXCLUDED.day,
      resumes: (other) =>
        !isHalfReplaced(other) &&
        (earlier ? other.id === earlier.id : isMeant(progressOf(other), request.tracks, only)),
      progress: JSON.stringify(begun),
    },
    (run) => advance(deps, run, ledger),
  );
}

/** Takes a held run as far as it goes. */
async function advance(deps: CollectDeps, run: HeldRun, ledger: Ledger): Promise<Ending<CollectResult>> {
  const progress = progressOf(run);
  const { requests, retries, unread } = progress;
  const note = (): string => {
    progress.requests = requests + ledger.requests;
    progress.retries = retries + ledger.retries;
    progress.unread = unread + ledger.unread;
    return JSON.stringify(progress);
  };
  let harvest: Harvest | undefined;
  try {
    harvest = await Harvest.open(deps.lake, run.staging, () => snapshot(deps));
    const before = progress.only ? await readDay(deps.lake, run.dt) : NOTHING_YET;
    const warnings = await gather({ ...deps, afterSlice: () => run.advance(note()) }, run, harvest, {
      before,
      progress,
      ledger,
    });
    const day = assembleDay(harvest, before);
    run.note(note());
    const result = resultOf(run, day, harvest, progress, null);
    result.warnings.push(...warnings, ...warningsOf(day, harvest, progress.unread));
    if (warnings.length > 0) requireCoverage(result, warnings);
    return { result, replaces: { objects: await stage(deps, run, day) } };
  } catch (error) {
    run.note(note());
    if (!(harvest && error instanceof PostponedError)) throw error;
    return {
      waits: resultOf(run, assembleDay(harvest, NOTHING_YET), harvest, progress, error),
      progress: note(),
      resumeAfter: error.notBefore,
    };
  }
}

/** Fetches what is missing; returns what a user should know of it. */
async function gather(
  deps: CollectDeps & GatherDeps,
  run: HeldRun,
  harvest: Harvest,
  { before, progress, ledger }: { before: Day; progress: CollectProgress; ledger: Ledger },
): Promise<string[]> {
  const sources = deps.connect(ledger, { canWait: true });
  try {
    const { only, tracks, outages } = progress;
    // An artist that was removed since the run began is not asked for.
    const wanted = only ? harvest.snapshot.filter(({ id }) => only.includes(id)) : harvest.snapshot;
    await gatherTracks(deps, sources, harvest, wanted, tracks, outages);
    const inDay = new Set(before.features.map(({ id }) => id));
    const ids = harvest.trackIds().filter((id) => !inDay.has(id));
    const givenUp = await gatherFeatures(deps, sources, harvest, ids, run.dt, outages);
    await refreshArtists(deps, run, sources.lookup).catch((error: unknown) => {
      // The metadata can wait a day: the tracks and features are complete without it.
      if (!(error instanceof PostponedError || isItemFailure(error))) throw error;
    });
    return givenUp.map((name) => `${name} stayed down, so the day is without what only it knows`);
  } finally {
    await sources.close();
  }
}

async function stage({ lake }: CollectDeps, run: HeldRun, day: Day): Promise<StagedObject[]> {
  return [
    await lake.stageTable(run.staging, 'artists', run.dt, [...day.artists]),
    await lake.stageTable(run.staging, 'top_tracks', run.dt, day.tracks),
    await lake.stageTable(run.staging, 'audio_features', run.dt, day.features),
  ];
}

function resultOf(
  run: HeldRun,
  day: Day,
  harvest: Harvest,
  { requests, retries }: CollectProgress,
  stopped: PostponedError | null,
): CollectResult {
  const resumeAfter = stopped?.notBefore ?? null;
  return {
    date: run.dt,
    run: run.id,
    done: stopped === null,
    resumeAfter: resumeAfter === null ? null : new Date(resumeAfter).toISOString(),
    ...accountFor(day, harvest, stopped === null),
    requests,
    retries,
    stopped: stopped?.message ?? null,
    warnings: [],
  };
}

function requireCoverage({ coverage, date }: CollectResult, warnings: readonly string[]): void {
  if (coverage >= DEFAULT_MIN_COVERAGE) return;
  throw new ServiceUnavailableError(
    `${warnings.join('; ')}: expected features for ${DEFAULT_MIN_COVERAGE * 100} % of the artists, got ${Math.round(coverage * 100)} %`,
    `the day stays as it was: run the same command with --date ${date} when the service is back`,
  );
}

/** What a dry run tells: how many artists it would ask for, and above the usual number of tracks by how many requests. */
function plan(
  date: string,
  followed: readonly Artist[],
  { length: wanted }: readonly Artist[],
  tracks: number,
): CollectResult {
  const { requests } = estimateCollection(wanted, { tracks, dailyRequests: Number.POSITIVE_INFINITY });
  const many = ` (up to ${tracks} each: about ${requests} requests)`;
  return {
    date,
    run: null,
    done: false,
    resumeAfter: null,
    artists: { asked: followed.length, collected: 0 },
    tracks: 0,
    features: 0,
    coverage: 0,
    dropped: [],
    droppedCount: 0,
    requests: 0,
    retries: 0,
    sources: { tracks: {}, features: {} },
    stopped: `dry run: nothing was asked; a run would ask for the tracks of ${wanted} artists${tracks > DEFAULT_TRACKS ? many : ''}`,
    warnings: [],
  };
}

async function snapshot({ artists }: CollectDeps): Promise<Artist[]> {
  const followed = await artists.followed();
  if (followed.length === 0) {
    throw new NoArtistsError(
      'expected at least one followed artist, got none',
      'add some: soundalike artists add "<name or id>" ...',
    );
  }
  return followed.map(({ followed: _, refreshed_at: __, ...artist }) => artist);
}

function wantedOf(snapshot: readonly Artist[], only: readonly string[] | null): readonly Artist[] {
  if (!only) return snapshot;
  const followed = new Map(snapshot.map((artist) => [artist.id, artist]));
  return only.map((id) => {
    const artist = followed.get(id);
    if (artist) return artist;
    throw new InvalidInputError(
      `collect, field artists: expected ids of followed artists, got ${id}`,
      `add it first: soundalike artists add ${id}`,
    );
  });
}

const progressOf = ({ progress }: Pick<Run, 'progress'>): CollectProgress => ({
  tracks: DEFAULT_TRACKS,
  unread: 0,
  ...JSON.parse(progress),
});

/** Whether a request means this run: of the same artists and, where it tells how many, of as many tracks. */
const isMeant = (run: CollectProgress, tracks: number | undefined, only: string[] | null): boolean =>
  JSON.stringify(run.only ?? null) === JSON.stringify(only) && run.tracks === (tracks ?? run.tracks);

/** The run that a request resumes, if any. */
async function earlierRun(deps: CollectDeps, { run, unfinished }: CollectRequest): Promise<Run | undefined> {
  if (run !== undefined) return await existing(deps, run);
  return unfinished ? await unfinishedCollection(deps) : undefined;
}

async function existing({ runs }: CollectDeps, id: string): Promise<Run> {
  const run = await runs.byId(id);
  if (run?.kind === 'collection') return run;
  throw new NoDataError(
    `collect, field run: expected the id of a collection, got ${id}`,
    'leave it out to begin one',
  );
}
