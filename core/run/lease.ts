import { LeaseHeldError, LeaseLostError } from '../errors.ts';
import type { Lake, Run, RunKind, Runs } from '../ports.ts';
import { HeldRun, type HoldDeps, LEASE } from './held-run.ts';

/** What it takes to begin a run. */
export interface LeaseDeps extends HoldDeps {
  lake: Pick<Lake, 'discardBefore' | 'place'>;
  /** Makes an id that no other run has: up to 40 ASCII characters. */
  newId: () => string;
}

/** Which run is wanted. */
export interface WantedRun {
  kind: RunKind;
  dt: string;
  /** No two unfinished runs of these kinds go at once. */
  alone: readonly RunKind[];
  /** Whether the work of this unfinished or failed run of the same kind and day is to be resumed. */
  resumes: (run: Run) => boolean;
  /** JSON text of a new run's progress. */
  progress: string;
}

const iso = (time: number): string => new Date(time).toISOString();

/** Whether a living process holds the run: a waiting one needs no process, the others do. */
function isHeld(run: Run, { clock, host }: HoldDeps): boolean {
  if (run.lease_until <= iso(clock.now())) return false;
  return run.status === 'waiting' || !host.isGone(run.owner);
}

/**
 * Begins a run, or resumes one that stopped. Runs of the same kinds that died are taken over first, their staged objects
 * are discarded, and they are marked failed.
 *
 * Throws `LeaseHeldError`, which says who holds it until when, where another run of these kinds is under way.
 */
export async function takeRun(deps: LeaseDeps, wanted: WantedRun): Promise<HeldRun> {
  for (;;) {
    const { run, abandonedBy } = await deps.transaction(({ runs }) => takeNext(deps, runs, wanted));
    const held = await holding(deps, run);
    if (abandonedBy === undefined) return held;
    await held.fail({ owner: abandonedBy });
  }
}

/**
 * Holds a run that was taken, once what earlier holders have staged is discarded. Where that fails the run stays
 * unfinished, so that whoever takes it next discards it: a run at its end is not looked at again.
 */
async function holding(deps: LeaseDeps, run: Run): Promise<HeldRun> {
  const held = new HeldRun(deps, run);
  try {
    await deps.lake.discardBefore({ run: run.id, epoch: run.epoch });
    return held;
  } catch (error) {
    await held.abandon().catch(() => {});
    throw error;
  }
}

/** Takes the next run that stands in the way, whose holder it names, or else the wanted one. */
async function takeNext(
  deps: LeaseDeps,
  runs: Runs,
  wanted: WantedRun,
): Promise<{ run: Run; abandonedBy?: string }> {
  const isWanted = (run: Run) => run.kind === wanted.kind && run.dt === wanted.dt && wanted.resumes(run);
  for (const other of await runs.unfinished(wanted.alone)) {
    const isResumed = isWanted(other) && (other.status === 'waiting' || !isHeld(other, deps));
    // One that is replacing its day is only ever brought to its end.
    if (other.status === 'replacing' || (isHeld(other, deps) && !isResumed)) throw heldBy(other, wanted);
    if (!isWanted(other)) return { run: await takeOver(deps, runs, other), abandonedBy: other.owner };
  }
  const last = (await runs.ofDay(wanted.dt)).filter(({ kind }) => kind === wanted.kind).at(-1);
  if (last && last.status !== 'done' && isWanted(last)) {
    return { run: await takeOver(deps, runs, last) };
  }
  const now = iso(deps.clock.now());
  const run: Run = {
    id: `${wanted.kind}-${wanted.dt}-${deps.newId()}`,
    kind: wanted.kind,
    dt: wanted.dt,
    ...(await newHolder(deps, runs)),
    status: 'running',
    progress: wanted.progress,
    started_at: now,
    finished_at: null,
    summary: null,
  };
  await runs.insert(run);
  return { run };
}

async function newHolder(
  { clock, host, lease = LEASE }: HoldDeps,
  runs: Runs,
): Promise<Pick<Run, 'owner' | 'lease_until' | 'epoch'>> {
  return {
    owner: host.owner,
    lease_until: iso(clock.now() + lease.leaseMs),
    epoch: await runs.nextEpoch(),
  };
}

/** Makes this process the holder of a run, in the transaction that has found that no other is. */
async function takeOver(deps: HoldDeps, runs: Runs, run: Run): Promise<Run> {
  const status = run.status === 'replacing' ? 'replacing' : 'running';
  const taken: Run = { ...run, ...(await newHolder(deps, runs)), status, finished_at: null };
  await runs.take(taken, run.epoch);
  return taken;
}

function heldBy(other: Run, { alone }: WantedRun): LeaseHeldError {
  return new LeaseHeldError(
    `expected no other ${alone.join(' or ')} under way, got run ${other.id} (${other.status}), held by ${other.owner} until ${other.lease_until}`,
    other.status === 'waiting'
      ? `resume it (the same command with --date ${other.dt}), or wait until then`
      : 'wait until it is done, or until its lease has run out if it was ended by force',
  );
}

/** Takes over a run that died while it replaced its day, so that it can be brought to its end; the next at each call. */
export async function takeReplacing(
  deps: LeaseDeps,
  kinds: readonly RunKind[],
): Promise<HeldRun | undefined> {
  const isDead = (run: Run) => run.status === 'replacing' && !isHeld(run, deps);
  if (!(await deps.runs.unfinished(kinds)).some(isDead)) return undefined;
  const taken = await deps.transaction(async ({ runs }) => {
    const run = (await runs.unfinished(kinds)).find(isDead);
    return run && (await takeOver(deps, runs, run));
  });
  return taken && new HeldRun(deps, taken);
}

/**
 * Extends a waiting run's lease, for one that works for it meanwhile: until `resumeAfter` (epoch milliseconds) and the
 * grace. Throws `LeaseLostError` where it does not wait any more.
 */
export async function keepWaiting(deps: HoldDeps, id: string, resumeAfter: number): Promise<Run> {
  const { graceMs } = deps.lease ?? LEASE;
  return await deps.transaction(async ({ runs }) => {
    const run = await runs.byId(id);
    if (run?.status !== 'waiting') throw notWaiting(id, run);
    const kept = { ...run, lease_until: iso(resumeAfter + graceMs) };
    await runs.update(kept, run.epoch);
    return kept;
  });
}

/**
 * Resumes a run that waits, or whose process died. Throws `LeaseHeldError` where another holds it, and `LeaseLostError`
 * where it is at its end.
 */
export async function takeWaiting(deps: LeaseDeps, id: string): Promise<HeldRun> {
  const run = await deps.transaction(async ({ runs }) => {
    const found = await runs.byId(id);
    if (!found || found.status === 'done' || found.status === 'failed') throw notWaiting(id, found);
    if (found.status === 'replacing' || (found.status === 'running' && isHeld(found, deps))) {
      throw new LeaseHeldError(
        `expected run ${id} to wait, but ${found.owner} holds it until ${found.lease_until}`,
        'wait until it is done, or until its lease has run out if it was ended by force',
      );
    }
    return await takeOver(deps, runs, found);
  });
  return await holding(deps, run);
}

const notWaiting = (id: string, run: Run | undefined): LeaseLostError =>
  new LeaseLostError(
    `expected run ${id} to wait, got ${run ? `one that is ${run.status}` : 'none of that id'}`,
    'this step changed nothing: run the command again',
  );
