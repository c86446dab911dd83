import { DayNotReadyError, NoDataError } from '../../core/errors.ts';
import { NAMED, type SimilarityRequest, type SimilarityResult } from '../../core/events.ts';
import { DEFAULT_FEATURES, type Feature } from '../../core/features.ts';
import type { RunKind, Runs, Warehouse } from '../../core/ports.ts';
import { DAY_KINDS } from '../../core/run/replace.ts';
import { type Matrix, normalise, type Range } from '../../core/similarity/matrix.ts';
import { ALL_PAIRS_UP_TO, DEFAULT_MIN_COVERAGE, DEFAULT_NEIGHBOURS } from '../../core/similarity/settings.ts';
import { type ComparedDay, readComparedDay } from './read-day.ts';

/** What reading a day needs. */
interface PrepareDeps {
  runs: Runs;
  warehouse: Warehouse;
}

/** A day that was read, and what comparing it will come to. */
export interface Prepared {
  day: ComparedDay;
  /** The ids of the runs that made the day. */
  madeBy: string;
  /** Neighbours of each artist. */
  k: number;
  publishable: boolean;
  /** Without the closest pairs. */
  result: SimilarityResult;
}

/** Reads a day that is to be compared. Throws where it is not there, not whole, or is replaced meanwhile. */
export async function prepare(deps: PrepareDeps, dt: string, request: SimilarityRequest): Promise<Prepared> {
  const features = [...(request.features ?? DEFAULT_FEATURES)];
  const { kind, madeBy } = await readyDay(deps, dt);
  const day = await readComparedDay(deps.warehouse, dt, kind, features);
  await requireSameDay(deps, dt, madeBy);
  const n = day.compared.length;
  const wanted = request.neighbours ?? (n <= ALL_PAIRS_UP_TO ? 'all' : DEFAULT_NEIGHBOURS);
  const others = Math.max(0, n - 1);
  const k = wanted === 'all' ? others : Math.min(wanted, others);
  const coverage = n / day.artists.ids.length;
  const minCoverage = request.minCoverage ?? DEFAULT_MIN_COVERAGE;
  const publishable = n > 0 && coverage >= minCoverage;
  const result: SimilarityResult = {
    date: dt,
    run: null,
    method: 'mean',
    artists: n,
    pairs: n * k,
    features,
    ranges: day.ranges,
    neighbours: wanted,
    coverage,
    published: false,
    dropped: day.dropped.slice(0, NAMED),
    droppedCount: day.dropped.length,
    nearest: [],
    warnings: warningsOf(day, publishable, coverage, minCoverage),
  };
  return { day, madeBy, k, publishable, result };
}

/** Throws `DayNotReadyError` where a day is no longer what these runs made. */
export async function requireSameDay(deps: PrepareDeps, dt: string, madeBy: string): Promise<void> {
  if ((await readyDay(deps, dt)).madeBy === madeBy) return;
  throw new DayNotReadyError(`${dt} was replaced while it was read`, 'run similarity again');
}

/** The points of the artists that are compared. */
export function matrixOf({ artists, compared, ranges }: ComparedDay, features: readonly Feature[]): Matrix {
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
