import { LeaseHeldError } from '../../core/errors.ts';
import { LONGEST_COLLECTION_DAYS } from '../../core/names.ts';
import type { Clock, Run, Runs } from '../../core/ports.ts';
import { DAY_KINDS } from '../../core/run/replace.ts';

const DAY_MS = 86_400_000;

/** What finding an unfinished collection needs. */
export interface UnfinishedDeps {
  runs: Pick<Runs, 'heldSince'>;
  clock: Clock;
}

/**
 * The newest collection of all artists that is not done, unless a run has made a day since. One that no process held for
 * 30 days is given up, and so is one that fails more than 30 days after it began. Throws `LeaseHeldError` where it waits for its time.
 */
export async function unfinishedCollection({ runs, clock }: UnfinishedDeps): Promise<Run | undefined> {
  const now = new Date(clock.now()).toISOString();
  const since = new Date(clock.now() - LONGEST_COLLECTION_DAYS * DAY_MS).toISOString();
  const recent = (await Promise.all(DAY_KINDS.map((kind) => runs.heldSince(kind, since)))).flat();
  const found = recent.find((run) => run.kind === 'collection' && run.status !== 'done' && isOfAll(run));
  if (!found || (found.status === 'failed' && found.started_at < since)) return undefined;
  const { id, dt, status, owner, lease_until, started_at } = found;
  const isReplaced = recent.some((run) => run.status === 'done' && (run.finished_at ?? '') > started_at);
  if (isReplaced) return undefined;
  if (status === 'waiting' && lease_until > now) {
    throw new LeaseHeldError(
      `expected no collection under way, got run ${id} of ${dt} (${status}), held by ${owner} until ${lease_until}`,
      'wait until it is done: its execution resumes it',
    );
  }
  return found;
}

const isOfAll = ({ progress }: Run): boolean =>
  ((JSON.parse(progress) as { only?: string[] | null }).only ?? null) === null;
