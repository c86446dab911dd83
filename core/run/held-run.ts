import { LeaseLostError, StagingGoneError, UsageError } from '../errors.ts';
import { ENVIRONMENT } from '../names.ts';
import type {
  Clock,
  Host,
  Lake,
  Run,
  RunKind,
  RunStatus,
  Runs,
  StagedObject,
  StagingPlace,
  Tables,
  Transactions,
} from '../ports.ts';

/** How long leases last, in milliseconds. */
export interface LeaseSettings {
  /** Without renewal another may take over after this. */
  leaseMs: number;
  /** Time between renewals. */
  renewMs: number;
  /** How long a waiting run keeps its place after the time that it waits for. */
  graceMs: number;
}

/** Settings for a lease of this many milliseconds. */
const leaseSettings = (leaseMs: number): LeaseSettings => ({
  leaseMs,
  renewMs: Math.ceil(leaseMs / 3),
  graceMs: 15 * 60_000,
});

/** The settings where no others are given. */
export const LEASE = leaseSettings(60_000);

/** The settings that an environment names. Throws `UsageError` where they are no number of milliseconds above 0. */
export function leaseIn(environment: Record<string, string | undefined>): LeaseSettings {
  const text = environment[ENVIRONMENT.lease];
  if (!text) return LEASE;
  const leaseMs = Number(text);
  if (Number.isInteger(leaseMs) && leaseMs > 0) return leaseSettings(leaseMs);
  throw new UsageError(
    `${ENVIRONMENT.lease}: expected a whole number of milliseconds above 0, got ${text}`,
    'correct it, or leave it out for a lease of a minute',
  );
}

/** What it takes to hold a run. */
export interface HoldDeps extends Transactions {
  runs: Runs;
  lake: Pick<Lake, 'place'>;
  clock: Clock;
  host: Host;
  lease?: LeaseSettings;
}

/** Whether the lake has a copy of this run: of those that make or compare a day. */
export const isInLake = ({ kind, dt }: Pick<Run, 'kind' | 'dt'>): boolean =>
  ['collection', 'import', 'similarity'].includes(kind) && /^\d{4}-\d\d-\d\d$/.test(dt);

const iso = (time: number): string => new Date(time).toISOString();

/** A run that this process holds; its lease is renewed until the run is released. */
export class HeldRun {
  readonly #deps: HoldDeps;
  readonly #lease: LeaseSettings;
  readonly #stopRenewing: () => void;
  #run: Run;
  #hasBegunReplacing = false;

  constructor(deps: HoldDeps, run: Run) {
    this.#deps = deps;
    this.#lease = deps.lease ?? LEASE;
    this.#run = run;
    this.#stopRenewing = deps.clock.every(this.#lease.renewMs, () => {
      this.#renew().catch(() => {
        // The next renewal may succeed; if none does, the lease runs out and the next write finds out.
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

  get epoch(): number {
    return this.#run.epoch;
  }

  /** The progress as it was last noted. */
  get progress(): string {
    return this.#run.progress;
  }

  /** Where the run stands, as this process knows it. */
  get status(): RunStatus {
    return this.#run.status;
  }

  /** Whether another process may bring the run to its end with what this one has staged. */
  get hasBegunReplacing(): boolean {
    return this.#hasBegunReplacing;
  }

  /** Where this holder stages objects. */
  get staging(): StagingPlace {
    return { run: this.#run.id, epoch: this.#run.epoch };
  }

  /** Throws `LeaseLostError` where another has taken the run over: to be called before what takes no condition. */
  async confirm(): Promise<void> {
    if (!(await this.#renew())) throw this.#lost();
  }

  /** Changes the database while the run is held, all or nothing. Throws `LeaseLostError` where it is not. */
  async write<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    return await this.#deps.transaction(async (tables) => {
      if (!(await this.#renew(tables.runs))) throw this.#lost();
      return await work(tables);
    });
  }

  /**
   * Moves a staged object to its place while the run is held. Throws `LeaseLostError` where it is not, and
   * `StagingGoneError` where somebody has removed the object.
   */
  async place(object: StagedObject): Promise<void> {
    await this.confirm();
    if (await this.#deps.lake.place(object)) return;
    await this.confirm();
    throw new StagingGoneError(
      `expected ${object.staged} in the lake, got nothing`,
      'somebody has removed it: run the command again',
    );
  }

  /** Notes how far the run has come, to be stored with its next change. */
  note(progress: string): void {
    this.#run = { ...this.#run, progress };
  }

  /** Stores how far the run has come. Throws `LeaseLostError` where another has taken it over. */
  async advance(progress: string): Promise<void> {
    await this.#saveOrThrow({ progress });
  }

  /** Marks that objects are being replaced; from here on the run can only be brought to its end. */
  async replacing(progress: string): Promise<void> {
    // Where the database does not answer it may have taken this all the same.
    this.#hasBegunReplacing = true;
    const isHeld = await this.#save({ progress, status: 'replacing' });
    this.#hasBegunReplacing = isHeld;
    if (!isHeld) throw this.#lost();
  }

  /** Releases the run until `resumeAfter` (epoch milliseconds; null: until somebody calls). */
  async wait(progress: string, resumeAfter: number | null): Promise<void> {
    this.release();
    const until = Math.max(resumeAfter ?? 0, this.#deps.clock.now()) + this.#lease.graceMs;
    await this.#saveOrThrow({ progress, status: 'waiting', finished_at: null }, until);
  }

  /** Ends the run well. */
  async done(summary: string): Promise<void> {
    this.release();
    await this.#saveOrThrow({ status: 'done', summary, finished_at: iso(this.#deps.clock.now()) });
  }

  /**
   * Ends the run badly; its slices stay for the next try. Never throws, so that the first error is the one seen: returns
   * whether the run was still held, undefined where the database does not say.
   */
  async fail(
    change: Pick<Partial<Run>, 'owner' | 'progress' | 'summary'> = {},
  ): Promise<boolean | undefined> {
    this.release();
    const finished_at = iso(this.#deps.clock.now());
    return await this.#save({ ...change, status: 'failed', finished_at }).catch(() => undefined);
  }

  /** Lets whoever comes next take the run over at once. */
  async abandon(): Promise<void> {
    this.release();
    await this.#deps.runs.renew(this.#run.id, this.#run.epoch, iso(this.#deps.clock.now()));
  }

  /** Stops renewing, and changes nothing else. */
  release(): void {
    this.#stopRenewing();
  }

  #renew(runs = this.#deps.runs): Promise<boolean> {
    const until = iso(this.#deps.clock.now() + this.#lease.leaseMs);
    return runs.renew(this.#run.id, this.#run.epoch, until);
  }

  async #saveOrThrow(change: Partial<Run>, leaseUntil?: number): Promise<void> {
    if (!(await this.#save(change, leaseUntil))) throw this.#lost();
  }

  async #save(change: Partial<Run>, leaseUntil?: number): Promise<boolean> {
    const until = leaseUntil ?? this.#deps.clock.now() + this.#lease.leaseMs;
    const next = { ...this.#run, ...change, lease_until: iso(until) };
    // Whoever reads the lake alone must see that a day is being replaced, and what became of it.
    const isCopied =
      isInLake(next) && [this.#run, next].some(({ status }) => ['replacing', 'done'].includes(status));
    const isHeld = await this.#deps.transaction(async ({ runs, runDays }) => {
      const isUpdated = await runs.update(next, this.#run.epoch);
      if (isUpdated && isCopied) await runDays.changed(next.dt);
      return isUpdated;
    });
    if (isHeld) this.#run = next;
    return isHeld;
  }

  #lost(): LeaseLostError {
    return new LeaseLostError(
      `expected run ${this.id} to be held by this process (${this.#run.owner}), but another has taken it over`,
      'this process has changed nothing since: see what became of the run (soundalike doctor), or run the command again',
    );
  }
}
