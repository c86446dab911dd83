import { OutageError, ServiceUnavailableError, UnexpectedAnswerError } from './errors.ts';

/** A failure that one item of many may be the cause of: every other error concerns the service as a whole. */
export type ItemFailure = ServiceUnavailableError | UnexpectedAnswerError;

/** What came of asking about an item. */
export type Asked<T> = { failure?: undefined; value: T } | { failure: ItemFailure; value?: undefined };

/** After this number of failures in a row a source counts as down. */
const FAILURES_IN_A_ROW = 5;

/** Distinguishes single items for which a source fails from a source that is down, which fails for several in a row. */
export class SourceHealth {
  readonly #name: string;
  readonly #limit: number;
  #hasWorked: boolean;
  #inARow = 0;
  #failure: ItemFailure | undefined;

  /** `hasWorked`: whether the source answered already in this run. */
  constructor(name: string, { hasWorked = false, limit = FAILURES_IN_A_ROW } = {}) {
    this.#name = name;
    this.#hasWorked = hasWorked;
    this.#limit = limit;
  }

  /** Asks about an item. Throws `OutageError` where the source is down, and every error that is no item's. */
  async ask<T>(call: () => Promise<T>): Promise<Asked<T>> {
    try {
      const value = await call();
      this.#hasWorked = true;
      this.#inARow = 0;
      return { value };
    } catch (failure) {
      if (!isItemFailure(failure)) throw failure;
      this.#failure = failure;
      this.#inARow += 1;
      if (this.#inARow >= this.#limit) throw this.outage(failure);
      return { failure };
    }
  }

  /** To be called when all items were asked about: throws `OutageError` where all failed. */
  settle(): void {
    if (this.#failure && !this.#hasWorked) throw this.outage(this.#failure);
  }

  /** The error of a source that is down; when to ask it again is up to the caller. */
  outage(cause: ItemFailure): OutageError {
    return new OutageError(
      `${this.#name} is down: ${cause.message}`,
      'run the same command again later',
      null,
      { cause },
    );
  }
}

/** Whether an error may be the fault of the one item that was asked about. */
export const isItemFailure = (error: unknown): error is ItemFailure =>
  error instanceof ServiceUnavailableError || error instanceof UnexpectedAnswerError;
