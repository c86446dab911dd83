import { OutageError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { DEFAULT_MIN_COVERAGE } from '../../core/similarity/settings.ts';

/** Steps of a run in which a source that is down is tried. */
const OUTAGE_STEPS = 3;
/** Time between these steps. */
const OUTAGE_WAIT_MS = 15 * 60_000;
/** This number of failed items counts as few, however many are asked for. */
const FEW = 4;

/** How many of the asked items may fail before that is an outage: more would leave too few to compare. */
export const mostUnavailable = (asked: number): number =>
  Math.max(FEW, Math.floor((1 - DEFAULT_MIN_COVERAGE) * asked));

/**
 * Counts an outage of a source in this step of a run; `outages` has the steps by source. Returns where it has been down
 * in too many of them, else throws the outage with the time to resume at, and every other error.
 */
export function countOutage(
  error: unknown,
  source: string,
  { outages, clock }: { outages: Record<string, number>; clock: Clock },
): asserts error is OutageError {
  if (!(error instanceof OutageError)) throw error;
  const steps = (outages[source] ?? 0) + 1;
  outages[source] = steps;
  const { message, hint, cause } = error;
  if (steps < OUTAGE_STEPS) throw new OutageError(message, hint, clock.now() + OUTAGE_WAIT_MS, { cause });
}
