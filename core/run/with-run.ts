import { LeaseLostError } from '../errors.ts';
import type { HeldRun } from './held-run.ts';
import { takeRun, takeWaiting, type WantedRun } from './lease.ts';
import { type ReplaceDeps, type Replaced, repair, replace, tidy } from './replace.ts';

/** How work on a run ends when it does not fail. */
export type Ending<T> =
  /** With a result, after `replaces` was put in place. */
  | { result: T; replaces?: Replaced }
  /** To be resumed after a time (epoch milliseconds; null: whenever somebody calls), with this answer for now. */
  | { waits: T; progress: string; resumeAfter: number | null };

/**
 * Does work as a run: takes it, or resumes it, does the work, and ends it as done, waiting or failed. What other runs
 * have left half-way is brought to its end first.
 *
 * Throws `LeaseHeldError` where another run of these kinds is under way, `LeaseLostError` where another process takes the
 * run over meanwhile, and what the work throws.
 */
export async function withRun<T>(
  deps: ReplaceDeps,
  wanted: WantedRun,
  work: (run: HeldRun) => Promise<Ending<T>>,
): Promise<T> {
  await repair(deps, wanted.alone);
  return await hold(deps, await takeRun(deps, wanted), work);
}

/**
 * As `withRun`, for a run that waits. After an error for which `mayTryAgain`, it waits again until `resumeAfter` (epoch
 * milliseconds).
 */
export async function withWaitingRun<T>(
  deps: ReplaceDeps,
  id: string,
  work: (run: HeldRun) => Promise<Ending<T>>,
  again: { mayTryAgain: (error: unknown) => boolean; resumeAfter: () => number },
): Promise<T> {
  await repair(deps, []);
  return await hold(deps, await takeWaiting(deps, id), work, async (run, error) => {
    if (!again.mayTryAgain(error)) return false;
    await run.wait(run.progress, again.resumeAfter());
    return true;
  });
}

async function hold<T>(
  deps: ReplaceDeps,
  run: HeldRun,
  work: (run: HeldRun) => Promise<Ending<T>>,
  waitsAgain: (run: HeldRun, error: unknown) => Promise<boolean> = async () => false,
): Promise<T> {
  try {
    const ending = await work(run);
    if ('waits' in ending) {
      await run.wait(ending.progress, ending.resumeAfter);
      return ending.waits;
    }
    const summary = JSON.stringify(ending.result);
    if (ending.replaces) await replace(deps, run, ending.replaces, summary);
    else await run.done(summary);
    await tidy(deps, run);
    return ending.result;
  } catch (error) {
    if (run.status === 'replacing') {
      if (!(error instanceof LeaseLostError)) deps.say(unfinished(run));
      // Where the database does not answer, the lease runs out by itself.
      await run.abandon().catch(() => {});
      throw error;
    }
    // The first error is the one to be seen; a lease that nobody renews runs out by itself.
    if (await waitsAgain(run, error).catch(() => false)) throw error;
    await giveUp(deps, run, error);
    throw error;
  } finally {
    run.release();
  }
}

const unfinished = ({ id }: HeldRun): string =>
  `Run ${id} has begun to put its result in place and could not finish: the next command that writes brings it to its end.`;

/** Marks a run failed, and discards what it has staged. Throws `LeaseLostError` where another has taken it over. */
async function giveUp({ lake }: ReplaceDeps, run: HeldRun, error: unknown): Promise<void> {
  const wasHeld = await run.fail();
  if (wasHeld === undefined) return;
  if (wasHeld || !run.hasBegunReplacing) {
    await lake.discardBefore({ run: run.id, epoch: run.epoch + 1 }).catch(() => {});
  }
  if (wasHeld || error instanceof LeaseLostError) return;
  throw new LeaseLostError(
    `expected run ${run.id} to be held by this process, but another has taken it over`,
    'this process has changed nothing since: see what became of the run (soundalike doctor), or run the command again',
    { cause: error },
  );
}
