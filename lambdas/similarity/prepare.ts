import { DayNotReadyError, NoDataError } from '../../core/errors.ts';
import { NAMED, type SimilarityRequest, type SimilarityResult } from '../../core/events.ts';
import { type LongWork, runInSlices } from '../../core/long-work.ts';
import type { Method, MethodName } from '../../core/methods/method.ts';
import { type ArtistTrack, setsInSteps } from '../../core/methods/track-sets.ts';
import type { Run, RunKind, Runs } from '../../core/ports.ts';
import { isHalfReplaced } from '../../core/run/half-replaced.ts';
import { DAY_KINDS } from '../../core/run/replace.ts';
import { ALL_PAIRS_UP_TO, DEFAULT_MIN_COVERAGE, DEFAULT_NEIGHBOURS } from '../../core/similarity/settings.ts';
import {
  type BySets,
  byMeans,
  bySets,
  featuresOf,
  type GivenRuler,
  rangesFor,
  rulerOf,
} from './choose-method.ts';
import { type Known, type KnownDeps, readKnown } from './known.ts';
import { artistAt, type Comparable, type Day, readDay, withMeans, withTracks } from './read-day.ts';
import { readTracks } from './read-tracks.ts';

/** What reading a day needs. */
export interface PrepareDeps extends KnownDeps, Pick<LongWork, 'clock' | 'progress'> {
  runs: Runs;
  /**
   * Artists up to which a run is scored, its neighbours get their confidence, and it has a map, each of which needs the
   * tracks of all of them at once; 20,000 by default.
   */
  lookInto?: number;
}

const LOOK_INTO = 20_000;

/** A day that was read, and what comparing it will come to. */
export interface Prepared {
  day: Day;
  compared: Comparable['compared'];
  method: Method;
  /** The tracks in whitened axes, and what goes with them; null for `mean` where they were not read. */
  bySets: BySets | null;
  /** Null where there are too many artists, or none. */
  lookedInto: LookedInto | null;
  /** The ids of the runs that made the day. */
  madeBy: string;
  /** Neighbours of each artist. */
  k: number;
  publishable: boolean;
  /** Without the closest pairs, and all that is looked into. */
  result: SimilarityResult;
}

/** What a run needs to be scored. */
export interface LookedInto {
  tracks: ArtistTrack[];
  known: Known;
}

/** Reads a day that is to be compared. Throws where it is not there, not whole, or is replaced meanwhile. */
export async function prepare(deps: PrepareDeps, dt: string, request: SimilarityRequest): Promise<Prepared> {
  const ruler = await rulerOf(request, deps.runs);
  const features = featuresOf(request, ruler);
  const { kind, madeBy } = await readyDay(deps, dt);
  const day = await readDay(deps.warehouse, dt, kind);
  const chosen = await choose(deps, dt, day, request.method ?? 'mean', features, ruler);
  await requireSameDay(deps, dt, madeBy);
  const { compared, dropped } = chosen;
  const n = compared.length;
  const wanted = request.neighbours ?? (n <= ALL_PAIRS_UP_TO ? 'all' : DEFAULT_NEIGHBOURS);
  const others = Math.max(0, n - 1);
  const k = wanted === 'all' ? others : Math.min(wanted, others);
  const coverage = n / day.artists.ids.length;
  const minCoverage = request.minCoverage ?? DEFAULT_MIN_COVERAGE;
  const publishable = n > 0 && coverage >= minCoverage;
  const result: SimilarityResult = {
    date: dt,
    run: null,
    method: chosen.method.name,
    artists: n,
    pairs: n * k,
    features: [...(chosen.bySets?.space.ruler.features ?? features)],
    ranges: rangesFor(features, day.ranges, ruler),
    space: chosen.method.name === 'mean' ? null : (chosen.bySets?.space.ruler ?? null),
    weight: chosen.bySets?.weight ?? null,
    ruler: ruler?.of ?? null,
    neighbours: wanted,
    coverage,
    published: false,
    dropped: dropped.slice(0, NAMED),
    droppedCount: dropped.length,
    ...{ nearest: [], scores: [], blocked: [], severalStyles: [], map: null, report: null },
    warnings: [
      ...(chosen.lookedInto?.known.warnings ?? []),
      ...(ruler ? [] : loneWarnings(day, features)),
      ...warningsOf(day, n, publishable, coverage, minCoverage),
    ],
  };
  return { ...{ day, madeBy, k, publishable, result }, ...chosen };
}

type Chosen = Pick<Prepared, 'compared' | 'method' | 'bySets' | 'lookedInto'> & Pick<Comparable, 'dropped'>;

/** Makes the method of a day, and reads what looking into it needs. */
async function choose(
  deps: PrepareDeps,
  dt: string,
  day: Day,
  name: MethodName,
  features: readonly string[],
  ruler: GivenRuler | undefined,
): Promise<Chosen> {
  const { artists } = day;
  const isLookedInto = artists.ids.length <= (deps.lookInto ?? LOOK_INTO);
  const tracks =
    isLookedInto || name !== 'mean' ? await readTracks(deps.warehouse, dt, artists.ids) : undefined;
  if (name === 'mean' || !tracks) {
    const { compared, dropped } = withMeans(day, features);
    const ids = compared.map((at) => artists.ids[at] as string);
    const means = features.map((feature) =>
      compared.map((at) => artists.means[feature as keyof typeof artists.means][at] as number),
    );
    const method = byMeans(ids, features, means, rangesFor(features, day.ranges, ruler));
    const lookedInto = tracks ? { tracks, known: await knownOf(deps, dt, day, compared) } : null;
    return { ...{ compared, dropped, method, lookedInto }, bySets: null };
  }
  const gathered = await runInSlices(deps, setsInSteps(tracks, ruler?.space?.features ?? features));
  const { compared, dropped } = withTracks(day, gathered, features);
  const known = await knownOf(deps, dt, day, compared);
  const made = await runInSlices(deps, bySets(name, gathered.sets, ruler, known.playlists));
  const lookedInto = isLookedInto ? { tracks, known } : null;
  return { ...{ compared, dropped, lookedInto }, method: made.method, bySets: made };
}

const knownOf = (
  deps: KnownDeps,
  dt: string,
  { artists }: Day,
  compared: readonly number[],
): Promise<Known> =>
  readKnown(
    deps,
    dt,
    compared.map((at) => artistAt(artists, at)),
  );

/** Throws `DayNotReadyError` where a day is no longer what these runs made. */
export async function requireSameDay(deps: PrepareDeps, dt: string, madeBy: string): Promise<void> {
  if ((await readyDay(deps, dt)).madeBy === madeBy) return;
  throw new DayNotReadyError(`${dt} was replaced while it was read`, 'run similarity again');
}

const remedyFor = ({ kind, dt }: Run, what: string): string =>
  kind === 'import'
    ? `import it again: soundalike import <path> --date ${dt}`
    : `${what}: soundalike collect --date ${dt}`;

/** Since the range is the unit of the distance, such a track makes all others alike. */
const loneWarnings = ({ lone }: Day, features: readonly string[]): string[] =>
  features.flatMap((feature) => {
    const track = lone[feature];
    if (!track) return [];
    const { id, value, middle } = track;
    const others = `all others have ${value > middle ? 'less' : 'more'} than ${Number(middle.toPrecision(4))}`;
    return `one track alone makes most of the range of ${feature}: ${id} has ${value}, ${others}`;
  });

function warningsOf(
  { artists, sources }: Day,
  compared: number,
  publishable: boolean,
  coverage: number,
  minCoverage: number,
): string[] {
  const warnings: string[] = [];
  const told = Object.entries(sources);
  if (told.length > 1) {
    const shares = told.map(([source, tracks]) => `${tracks} from ${source}`).join(', ');
    warnings.push(`the audio features come from several sources: ${shares}`);
  }
  if (!publishable) {
    const percent = (share: number) => `${Math.floor(share * 1000) / 10} %`;
    const floor = coverage < minCoverage ? `, below the floor of ${percent(minCoverage)}` : '';
    warnings.push(
      `not published: ${compared} of ${artists.ids.length} artists could be compared (${percent(coverage)})${floor}`,
    );
  }
  return warnings;
}

/** What kind of run made the day, and the ids of all that did. Throws where it is not there, or not whole. */
export async function readyDay(
  { runs }: Pick<PrepareDeps, 'runs'>,
  dt: string,
): Promise<{ kind: RunKind; madeBy: string }> {
  const days = (await runs.ofDay(dt)).filter(({ kind }) => DAY_KINDS.some((owner) => owner === kind));
  const replacing = days.find(({ status }) => status === 'replacing');
  if (replacing) {
    throw new DayNotReadyError(
      `expected ${dt} to be whole, but run ${replacing.id} is replacing it`,
      'wait until it is done; if it was ended by force, the next command that writes brings it to its end once its lease has run out',
    );
  }
  const done = days.filter(({ status }) => status === 'done');
  const half = days.find((run) => isHalfReplaced(run) && done.every(({ epoch }) => epoch < run.epoch));
  if (half) {
    throw new DayNotReadyError(
      `expected ${dt} to be whole, but run ${half.id} was stopped while it replaced it, and what it had staged is gone`,
      remedyFor(half, 'collect it again'),
    );
  }
  if (done[0]) return { kind: done[0].kind, madeBy: done.map(({ id }) => id).join() };
  const [open] = days;
  if (open) {
    throw new DayNotReadyError(
      `expected the collection or import of ${dt} to be done, but run ${open.id} is ${open.status}`,
      remedyFor(open, 'finish it first'),
    );
  }
  throw new NoDataError(
    `expected data for ${dt}, got none`,
    `collect it first (soundalike collect --date ${dt}), or choose another day with --date`,
  );
}
