import { LeaseHeldError, LeaseLostError } from '../errors.ts';
import type { Clock, Host, Run, RunKind, RunStatus, Runs } from '../ports.ts';

/** How long leases last, in milliseconds. */
export interface LeaseSettings {
  /** Without renewal another may take over after this. */
  leaseMs: number;
  /** Time between renewals. */
  renewMs: number;
  /** How long a waiting run keeps its place after the time that it waits for. */
  graceMs: number;
}

/** The settings used unless a test says otherwise. */
const LEASE: LeaseSettings = { leaseMs: 60_000, renewMs: 20_000, graceMs: 15 * 60_000 };

/** What it takes to hold a run. */
export interface LeaseDeps {
  runs: Runs;
  clock: Clock;
  host: Host;
  /** Makes an id that no other run has: up to 40 ASCII characters. */
  newId: () => string;
  lease?: LeaseSettings;
}

/** Which run is wanted. */
export interface WantedRun {
  kind: RunKind;
  dt: string;
  /** No two unfinished runs of these kinds go at once. */
  alone: readonly RunKind[];
  /** Whether the work of this unfinished or failed run of the same kind and day is to go on. */
  resumes: (run: Run) => boolean;
  /** JSON text of a new run's progress. */
  progress: string;
}

const iso = (time: number): string => new Date(time).toISOString();

/** Whether somebody alive holds the run: a waiting one needs no process, the others do. */
function isHeld(run: Run, { clock, host }: LeaseDeps): boolean {
  if (run.lease_until <= iso(clock.now())) return false;
  return run.status === 'waiting' || !host.isGone(run.owner);
}

/**
 * Begins a run, or goes on with one that stopped. Runs of the same kinds that died are marked failed.
 *
 * Throws `LeaseHeldError`, which says who holds it until when, where another run of these kinds is under way.
 */
export async function takeRun(deps: LeaseDeps, wanted: WantedRun): Promise<HeldRun> {
  const { clock, host, newId, lease = LEASE } = deps;
  const run = await deps.runs.exclusively(async (runs) => {
    for (const other of await runs.unfinished(wanted.alone)) await settle(deps, runs, other, wanted);
    const now = clock.now();
    const mine = {
      owner: host.owner,
      lease_until: iso(now + lease.leaseMs),
      status: 'running' as RunStatus,
      finished_at: null,
    };
    const last = (await runs.ofDay(wanted.dt)).filter(({ kind }) => kind === wanted.kind).at(-1);
    if (last && last.status !== 'done' && wanted.resumes(last)) {
      const resumed = { ...last, ...mine };
      await runs.update(resumed, last.owner);
      return resumed;
    }
    const begun: Run = {
      id: `${wanted.kind}-${wanted.dt}-${newId()}`,
      kind: wanted.kind,
      dt: wanted.dt,
      ...mine,
      progress: wanted.progress,
      started_at: iso(now),
      summary: null,
    };
    await runs.insert(begun);
    return begun;
  });
  return new HeldRun(deps, run);
}

/** Clears the way of a wanted run: another is refused while it is held, and marked failed where it died. */
async function settle(deps: LeaseDeps, runs: Runs, other: Run, wanted: WantedRun): Promise<void> {
  const sameWork = other.kind === wanted.kind && other.dt === wanted.dt && wanted.resumes(other);
  const held = isHeld(other, deps);
  if ((held && !(sameWork && other.status === 'waiting')) || other.status === 'replacing') {
    throw new LeaseHeldError(
      `expected no other ${wanted.alone.join(' or ')} under way, got run ${other.id} (${other.status}), held by ${other.owner} until ${other.lease_until}`,
      other.status === 'waiting'
        ? `go on with it (the same command with --date ${other.dt}), or wait until then`
        : 'wait until it is done, or until its lease has run out if it was ended by force',
    );
  }
  if (!sameWork) {
    await runs.update({ ...other, status: 'failed', finished_at: iso(deps.clock.now()) }, other.owner);
  }
}

/** Takes over the runs that died while they replaced their day, so that they can be brought to their end. */
export async function takeReplacing(deps: LeaseDeps, kinds: readonly RunKind[]): Promise<HeldRun[]> {
  const { clock, host, lease = LEASE } = deps;
  const open = await deps.runs.unfinished(kinds);
  if (!open.some(({ status }) => status === 'replacing')) return [];
  return deps.runs.exclusively(async (runs) => {
    const taken: HeldRun[] = [];
    for (const run of await runs.unfinished(kinds)) {
      if (run.status !== 'replacing' || isHeld(run, deps)) continue;
      const mine = { ...run, owner: host.owner, lease_until: iso(clock.now() + lease.leaseMs) };
      await runs.update(mine, run.owner);
      taken.push(new HeldRun(deps, mine));
    }
    return taken;
  });
}

/**
 * Puts off the end of a waiting run's lease, for one that works for it meanwhile: until `resumeAfter` (epoch
 * milliseconds) and the grace. Throws `LeaseLostError` where it does not wait any more.
 */
export async function keepWaiting(deps: LeaseDeps, id: string, resumeAfter: number): Promise<Run> {
  const { graceMs } = deps.lease ?? LEASE;
  return await deps.runs.exclusively(async (runs) => {
    const run = await runs.byId(id);
    if (run?.status !== 'waiting') throw notWaiting(id, run);
    const kept = { ...run, lease_until: iso(resumeAfter + graceMs) };
    await runs.update(kept, run.owner);
    return kept;
  });
}

/**
 * Goes on with a run that waits, or whose process died. Throws `LeaseHeldError` where another goes on with it, and
 * `LeaseLostError` where it is at its end.
 */
export async function takeWaiting(deps: LeaseDeps, id: string): Promise<HeldRun> {
  const { clock, host, lease = LEASE } = deps;
  const run = await deps.runs.exclusively(async (runs) => {
    const found = await runs.byId(id);
    if (!found || !['running', 'waiting'].includes(found.status)) throw notWaiting(id, found);
    if (found.status === 'running' && isHeld(found, deps)) {
      throw new LeaseHeldError(
        `expected run ${id} to wait, but ${found.owner} goes on with it until ${found.lease_until}`,
        'wait until it is done, or until its lease has run out if it was ended by force',
      );
    }
    const lease_until = iso(clock.now() + lease.leaseMs);
    const mine: Run = { ...found, owner: host.owner, lease_until, status: 'running' };
    await runs.update(mine, found.owner);
    return mine;
  });
  return new HeldRun(deps, run);
}

const notWaiting = (id: string, run: Run | undefined): LeaseLostError =>
  new LeaseLostError(
    `expected run ${id} to wait, got ${run ? `one that is ${run.status}` : 'none of that id'}`,
    'nothing more was written: run the command again',
  );

/** A run that this process holds; its lease is renewed until the run is let go. */
export class HeldRun {
  readonly #deps: LeaseDeps;
  readonly #lease: LeaseSettings;
  readonly #stopRenewing: () => void;
  #run: Run;

  constructor(deps: LeaseDeps, run: Run) {
    this.#deps = deps;
    this.#lease = deps.lease ?? LEASE;
    this.#run = run;
    this.#stopRenewing = deps.clock.every(this.#lease.renewMs, () => {
      const until = iso(deps.clock.now() + this.#lease.leaseMs);
      deps.runs.renew(run.id, run.owner, until).catch(() => {
        // The next renewal may succeed; if none does, the lease runs out and the next write tells.
      });
    });
  }

  get id(): string {
    return this.#run.id;
  }

  get kind(): RunKind {
    return this.#run.kind;
  }

  get dt(): string {
    return this.#run.dt;
  }

  /** The progress as it was last stored. */
  get progress(): string {
    return this.#run.progress;
  }

  /** Stores how far the run has come. Throws `LeaseLostError` where another has taken it over. */
  async advance(progress: string): Promise<void> {
    await this.#saveOrThrow({ progress });
  }

  /** Marks that the day's tables are being replaced; from here on the run can only be brought to its end. */
  async replacing(progress: string): Promise<void> {
    await this.#saveOrThrow({ progress, status: 'replacing' });
  }

  /** Lets go of the run until `resumeAfter` (epoch milliseconds; null: until somebody calls). */
  async wait(progress: string, resumeAfter: number | null): Promise<void> {
    const until = Math.max(resumeAfter ?? 0, this.#deps.clock.now()) + this.#lease.graceMs;
    await this.#end({ progress, status: 'waiting', finished_at: null }, until);
  }

  /** The run as it will stand when it is done, for the lake's copy of the runs. */
  asDone(summary: string): Run {
    return { ...this.#run, status: 'done', summary, finished_at: iso(this.#deps.clock.now()) };
  }

  /** Ends the run well. */
  async done(summary: string): Promise<void> {
    await this.#end(this.asDone(summary));
  }

  /** As `done`, within somebody else's transaction; tells whether the run was still held. */
  async doneWithin(runs: Runs, summary: string): Promise<boolean> {
    return await this.#save(runs, this.asDone(summary));
  }

  /** Ends the run badly; its slices stay for the next try. Never throws, so that the first error is the one seen. */
  async fail(progress = this.progress): Promise<void> {
    this.release();
    const finished_at = iso(this.#deps.clock.now());
    await this.#save(this.#deps.runs, { progress, status: 'failed', finished_at }).catch(() => false);
  }

  /** Stops renewing, without another word. */
  release(): void {
    this.#stopRenewing();
  }

  async #end(change: Partial<Run>, leaseUntil?: number): Promise<void> {
    this.release();
    await this.#saveOrThrow(change, leaseUntil);
  }

  async #saveOrThrow(change: Partial<Run>, leaseUntil?: number): Promise<void> {
    if (await this.#save(this.#deps.runs, change, leaseUntil)) return;
    throw new LeaseLostError(
      `expected run ${this.id} to be held by ${this.#run.owner}, but another process has taken it over`,
      'nothing more was written: see who goes on with it, or run the command again',
    );
  }

  async #save(runs: Runs, change: Partial<Run>, leaseUntil?: number): Promise<boolean> {
    const until = leaseUntil ?? this.#deps.clock.now() + this.#lease.leaseMs;
    const next = { ...this.#run, ...change, lease_until: iso(until) };
    const held = await runs.update(next, this.#run.owner);
    if (held) this.#run = next;
    return held;
  }
}
