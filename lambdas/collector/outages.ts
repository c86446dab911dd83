import { OutageError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { DEFAULT_MIN_COVERAGE } from '../../core/similarity/settings.ts';

/** A source that is down is tried in so many steps of a run. */
const OUTAGE_STEPS = 3;
/** So long apart. */
const OUTAGE_WAIT_MS = 15 * 60_000;
/** So many items for which a source fails are a few, however many are asked for. */
const FEW = 4;

/** For how many of so many items a source may fail before that is an outage: more would leave too few to compare. */
export const mostUnavailable = (asked: number): number =>
  Math.max(FEW, Math.floor((1 - DEFAULT_MIN_COVERAGE) * asked));

/**
 * Counts an outage of a source in this step of a run; `outages` has the steps by source. Returns where it has been down
 * in too many of them, else throws the outage with the time to go on; every other error too.
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
