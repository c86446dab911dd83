import { type CollectionLimits, estimateCollection, estimateWords } from '../../core/budget.ts';
import { LONGEST_COLLECTION_DAYS } from '../../core/names.ts';
import type { Clock, Database, Run, RunKind } from '../../core/ports.ts';
import { isHalfReplaced } from '../../core/run/half-replaced.ts';
import { DAY_KINDS } from '../../core/run/replace.ts';
import {
  type Check,
  check,
  type Finding,
  fault,
  faultOf,
  fine,
  notChecked,
  type Settled,
} from './finding.ts';

/** What to do about a run of each kind that died or failed. */
const REMEDIES: Record<RunKind, (run: Run) => string> = {
  collection: ({ dt, status }) =>
    `${status === 'failed' ? 'collect again' : 'go on with it'}: soundalike collect --date ${dt}`,
  import: () => 'import the dataset again',
  similarity: ({ dt }) => `compare again: soundalike similarity --date ${dt}`,
  listening: () => 'listen again: soundalike listen',
  training: () => 'train again: soundalike train',
  recommendation: () => 'recommend again: soundalike recommend',
  push: () => 'push again: soundalike recommend --push, or playlist push',
  expiry: () => 'the next collection removes the old days',
};
const KINDS = Object.keys(REMEDIES) as RunKind[];
/** What to do about a run that died while it replaced its day: any command that writes will do. */
const endOf = ({ kind, dt }: Run): string =>
  `the next command that writes brings it to its end: ${
    kind === 'training' ? 'soundalike recommend' : `soundalike similarity --date ${dt}`
  }`;
/** What to do about a day that is of two runs. */
const wholeAgain = (run: Run): string =>
  run.kind === 'import'
    ? `import it again: soundalike import <path> --date ${run.dt}`
    : REMEDIES[run.kind](run);
/** For how many days back failed runs are told. */
const RECENT_DAYS = 7;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Examines the database, its tables' version, its runs and its artists. */
export async function examineDatabase(
  opened: Settled<Database>,
  clock: Clock,
  limits: CollectionLimits | undefined,
): Promise<{ checks: Check[]; hoursSincePublished: number | null }> {
  if ('error' in opened) {
    const others = ['artists', 'runs'].map((name) => ({ name, ...notChecked('database') }));
    return { checks: [{ name: 'database', ...faultOf(opened.error) }, ...others], hoursSincePublished: null };
  }
  const database = opened.value;
  let hoursSincePublished: number | null = null;
  const checks = await Promise.all([
    check('database', () => migrated(database)),
    check('artists', () => followed(database, limits)),
    check('runs', async () => {
      const published = await publishedRun(database);
      if (published) hoursSincePublished = (clock.now() - Date.parse(published.started_at)) / HOUR_MS;
      return standing(await recentRuns(database, clock), await halfReplaced(database), published, clock);
    }),
  ]);
  return { checks, hoursSincePublished };
}

async function migrated(database: Database): Promise<Finding> {
  const { version, newest } = await database.version();
  if (version === newest) return fine('answers, and its tables are up to date');
  return fault(
    `expected tables of version ${newest}, got ${version}`,
    version < newest
      ? 'bring them up to date: deploy the stack again, or call its function migrator with {}'
      : 'a newer Soundalike has used this database: use that one',
  );
}

async function followed({ artists }: Database, limits: CollectionLimits | undefined): Promise<Finding> {
  const { length } = await artists.followed();
  if (length === 0) {
    return fault(
      'no artist is followed, so there is nothing to collect',
      'soundalike artists add <name or id>',
    );
  }
  const estimate = limits && estimateCollection(length, limits);
  const detail = `${length} followed${estimate ? `; ${estimateWords(estimate)}` : ''}`;
  if (!estimate || estimate.days <= LONGEST_COLLECTION_DAYS) return fine(detail);
  return fault(
    `${detail}, which is more than ${LONGEST_COLLECTION_DAYS}`,
    'follow fewer artists, collect fewer tracks of each (in a stack the setting tracksPerArtist), or raise the budget of requests (dailyRequests)',
  );
}

/** The run that is served; undefined where none was published, or none is known by its id. */
async function publishedRun({ relatedArtists, runs }: Database): Promise<Run | undefined> {
  // No artist has this id: only what stands beside the neighbours is wanted.
  const nearest = await relatedArtists.nearest('', 1);
  return nearest && runs.byId(nearest.published.run_id);
}

/** The runs of the last days, oldest first, and whatever older ones are not at their end. */
async function recentRuns({ runs }: Database, clock: Clock): Promise<Run[]> {
  const days = Array.from({ length: RECENT_DAYS }, (_, back) =>
    new Date(clock.now() - back * DAY_MS).toISOString().slice(0, 10),
  );
  const recent = (await Promise.all(days.map((dt) => runs.ofDay(dt)))).flat();
  const open = await runs.unfinished(KINDS);
  const all = new Map([...recent, ...open].map((run) => [run.id, run]));
  return [...all.values()].sort((a, b) => (a.started_at < b.started_at ? -1 : 1));
}

/** The runs that left their day half replaced, oldest first, but for days that a later run has made whole again. */
async function halfReplaced({ runs }: Database): Promise<Run[]> {
  const half: Run[] = [];
  for (const run of await runs.halfReplaced()) {
    // A training replaces a model, whatever the day.
    const others = run.kind === 'training' ? await runs.done('training') : await runs.ofDay(run.dt);
    if (!others.some((later) => makesWhole(later, run))) half.push(run);
  }
  return half;
}

/** Whether a later run has replaced the same; a similarity run that is not published leaves the day as it is. */
function makesWhole(later: Run, { kind, epoch }: Run): boolean {
  if (later.status !== 'done' || later.epoch <= epoch) return false;
  if (kind !== 'similarity') return later.kind === kind || (isOfDay(kind) && isOfDay(later.kind));
  const { published } = JSON.parse(later.summary ?? '{}') as { published?: boolean };
  return later.kind === kind && published === true;
}

const isOfDay = (kind: RunKind): boolean => DAY_KINDS.some((day) => day === kind);

/**
 * The runs are listed; a fault is what has died, what failed and was not made good since, and what left its day half
 * replaced.
 */
function standing(
  recent: readonly Run[],
  half: readonly Run[],
  published: Run | undefined,
  clock: Clock,
): Finding {
  const runs = [...half, ...recent.filter((run) => !isHalfReplaced(run))];
  const now = new Date(clock.now()).toISOString();
  const said = [
    published
      ? `published: ${published.id}, of ${published.started_at}`
      : 'nothing is published yet, which is how it begins',
  ];
  const wrong: Run[] = [];
  for (const run of runs) {
    const isOpen = run.status !== 'done' && run.status !== 'failed';
    const isHalf = isHalfReplaced(run);
    const isFailure = run.status === 'failed' && (isHalf || !runs.some((later) => makesGood(later, run)));
    if (isOpen) said.push(`${run.id} is ${run.status}, held until ${run.lease_until}`);
    if (isHalf)
      said.push(`${run.id} was stopped while it replaced ${run.dt}, and what it had staged is gone`);
    else if (isFailure) said.push(`${run.id} failed at ${run.finished_at}`);
    if (isFailure || (isOpen && run.lease_until <= now)) wrong.push(run);
  }
  const last = wrong.at(-1);
  return last ? fault(said.join('; '), remedyOf(last)) : fine(said.join('; '));
}

function remedyOf(run: Run): string {
  if (run.status === 'replacing') return endOf(run);
  if (isHalfReplaced(run)) return wholeAgain(run);
  return `${REMEDIES[run.kind](run)}; its log says why it stopped`;
}

const makesGood = (later: Run, failed: Run): boolean =>
  later.kind === failed.kind && later.status === 'done' && later.started_at > failed.started_at;
