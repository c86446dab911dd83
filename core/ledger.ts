import { BudgetSpentError } from './errors.ts';

/** The account of one invocation: every HTTP attempt is counted here, tokens, probes and retries too. */
export class Ledger {
  #requests = 0;
  #retries = 0;
  #unread = 0;
  readonly #budget: number;

  /** `budget`: how many requests may be made at most. */
  constructor(budget = Number.POSITIVE_INFINITY) {
    this.#budget = budget;
  }

  get requests(): number {
    return this.#requests;
  }

  get retries(): number {
    return this.#retries;
  }

  /** Items of answers that could not be read, or not in full. */
  get unread(): number {
    return this.#unread;
  }

  /** Throws `BudgetSpentError` where no further request may be made. */
  check(): void {
    if (this.#requests >= this.#budget) {
      throw new BudgetSpentError(
        `the budget of ${this.#budget} requests of this call is used up`,
        'call again to resume, with a larger --budget if you like',
        null,
      );
    }
  }

  /** Counts an attempt. */
  count(isRetry: boolean): void {
    this.#requests += 1;
    if (isRetry) this.#retries += 1;
  }

  /** Counts items that could not be read. */
  countUnread(items: number): void {
    this.#unread += items;
  }
}
