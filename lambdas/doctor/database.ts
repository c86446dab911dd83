import { type CollectionLimits, estimateCollection, estimateWords } from '../../core/budget.ts';
import { LONGEST_COLLECTION_DAYS } from '../../core/names.ts';
import type { Clock, Database, Run, RunKind } from '../../core/ports.ts';
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
      return standing(await recentRuns(database, clock), published, clock);
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

/** What stands is told; what has died, or failed and was not made good since, is a fault. */
function standing(runs: readonly Run[], published: Run | undefined, clock: Clock): Finding {
  const now = new Date(clock.now()).toISOString();
  const said = [
    published
      ? `published: ${published.id}, of ${published.started_at}`
      : 'nothing is published yet, which is how it begins',
  ];
  const wrong: Run[] = [];
  for (const run of runs) {
    const isOpen = run.status !== 'done' && run.status !== 'failed';
    const isFailure = run.status === 'failed' && !runs.some((later) => makesGood(later, run));
    if (isOpen) said.push(`${run.id} is ${run.status}, held until ${run.lease_until}`);
    if (isFailure) said.push(`${run.id} failed at ${run.finished_at}`);
    if (isFailure || (isOpen && run.lease_until <= now)) wrong.push(run);
  }
  const last = wrong.at(-1);
  return last
    ? fault(said.join('; '), `${REMEDIES[last.kind](last)}; its log says why it stopped`)
    : fine(said.join('; '));
}

const makesGood = (later: Run, failed: Run): boolean =>
  later.kind === failed.kind && later.status === 'done' && later.started_at > failed.started_at;
