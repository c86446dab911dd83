import { BudgetSpentError } from './errors.ts';
import type { Clock, Progress } from './ports.ts';

/** What long work needs of its surroundings. */
export interface LongWork {
  clock: Clock;
  progress: Progress;
  /** Epoch milliseconds after which nothing new is begun; none on one's own machine. */
  deadline?: number;
}

/** How far a computation has come: `done` of `total` of `what`. */
export interface Step {
  what: string;
  done: number;
  total: number;
}

/**
 * A computation in steps of some milliseconds each at most. It needs no clock: whoever runs it decides how many steps are
 * taken at a time (`runInSlices`, `runAtOnce`), and the result is the same.
 */
export type Steps<T> = Generator<Step, T, void>;

/** Items after which it is said how many there were. */
const BETWEEN_COUNTS = 1000;

/** The milliseconds after which long work yields to the event loop; a step may add its own. */
const SLICE_MS = 50;

/**
 * Lets the event loop do what is due, above all renew the run's lease. Throws `BudgetSpentError` where what comes next
 * would take `milliseconds` and end after the deadline.
 */
export async function yieldToEventLoop(
  { clock, deadline }: Pick<LongWork, 'clock' | 'deadline'>,
  milliseconds = 0,
): Promise<void> {
  await clock.sleep(0);
  if (deadline === undefined || clock.now() + milliseconds <= deadline) return;
  throw new BudgetSpentError('the time of this call is used up', 'call again to resume', null);
}

/** Slices of long work: when one is over, the event loop has its turn. */
export class Slices {
  readonly #clock: Clock;
  #began: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = clock.now();
  }

  /** Whether the slice is over; also where the clock was set back. */
  get isOver(): boolean {
    return Math.abs(this.#clock.now() - this.#began) >= SLICE_MS;
  }

  /** Yields to the event loop, and begins the next slice. */
  async next(): Promise<void> {
    await yieldToEventLoop({ clock: this.#clock });
    this.#began = this.#clock.now();
  }
}

/** Items that are made as they are asked for, in slices between which it yields to the event loop. */
export async function* inSlices<T>(clock: Clock, items: Iterable<T>): AsyncGenerator<T> {
  const slices = new Slices(clock);
  for (const item of items) {
    if (slices.isOver) await slices.next();
    yield item;
  }
}

/** Items that are made as they are asked for; yields how many of `total` were. */
export function* counted<T>(
  progress: Progress,
  what: string,
  total: number,
  items: Iterable<T>,
): Generator<T> {
  let done = 0;
  for (const item of items) {
    if (done % BETWEEN_COUNTS === 0) progress(what, done, total);
    yield item;
    done += 1;
  }
}

/** Runs a computation, with its progress, in slices between which it yields to the event loop. */
export async function runInSlices<T>(
  { clock, progress }: Pick<LongWork, 'clock' | 'progress'>,
  steps: Steps<T>,
): Promise<T> {
  const slices = new Slices(clock);
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done) return next.value;
    if (!slices.isOver) continue;
    const { what, done, total } = next.value;
    progress(what, done, total);
    await slices.next();
  }
}

/** The steps of one of several equal parts of some work, counted in hundredths of the whole. */
export function* partOf<T>(what: string, part: number, parts: number, steps: Steps<T>): Steps<T> {
  for (let next = steps.next(); ; next = steps.next()) {
    if (next.done) return next.value;
    const { done, total } = next.value;
    yield { what, done: Math.floor((100 * (part + done / total)) / parts), total: 100 };
  }
}

/** Runs a computation to its end without a pause. */
export function runAtOnce<T>(steps: Steps<T>): T {
  let next = steps.next();
  while (!next.done) next = steps.next();
  return next.value;
}
