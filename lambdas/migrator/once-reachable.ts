import { DatabaseUnreachableError, ServiceUnavailableError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';

/** What waiting needs. */
export interface WaitingDeps {
  clock: Clock;
  /** Epoch milliseconds after which nothing is tried any more. */
  deadline: number;
  /** Writes a line to the log. */
  say: (line: string) => void;
}

const PAUSE_MS = 5_000;

/**
 * Does work again until the database and the services outside can be reached: those that a deployment has just made may
 * need minutes. Throws what the last try threw once the deadline is over, and at once what waiting does not help.
 */
export async function onceReachable<T>(
  { clock, deadline, say }: WaitingDeps,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof DatabaseUnreachableError || error instanceof ServiceUnavailableError;
      if (!mayPass || clock.now() + PAUSE_MS >= deadline) throw error;
      say(`trying again in ${PAUSE_MS / 1000} s: ${error.message}`);
      await clock.sleep(PAUSE_MS);
    }
  }
}
