import { BudgetSpentError } from '../../core/errors.ts';
import type { Clock, Progress } from '../../core/ports.ts';

/** What long computations need: they rest now and then, so that the run's lease is renewed. */
export interface LongWork {
  clock: Clock;
  progress: Progress;
  /** Epoch milliseconds after which nothing new is begun; none on one's own machine. */
  deadline?: number;
}

/** Rests. Throws `BudgetSpentError` where what is to come, of so many milliseconds, would end after the deadline. */
export async function rest({ clock, deadline }: LongWork, milliseconds = 0): Promise<void> {
  await clock.sleep(0);
  if (deadline === undefined || clock.now() + milliseconds <= deadline) return;
  throw new BudgetSpentError('the time of this call is used up', 'call again to go on', null);
}
