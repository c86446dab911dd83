import { BudgetSpentError, RateLimitedError } from '../core/errors.ts';
import type { Ledger } from '../core/ledger.ts';
import { ENVIRONMENT } from '../core/names.ts';
import type { ApiState, Clock } from '../core/ports.ts';
import { LONGEST_WAIT_MS, parseRetryAfter } from '../core/retry.ts';

/** Spotify's limit is a rolling window of 30 seconds. */
const WAIT_WITHOUT_RETRY_AFTER_MS = 30_000;
/** A used-up quota comes back within hours; an hour is how often it is worth a look. */
const WAIT_WITHOUT_QUOTA_MS = 3_600_000;

/** What a `Pace` needs. */
export interface PaceOptions {
  /** Name of the service in messages: `Spotify`. */
  service: string;
  /** Under what name the service's patience and budget are kept in `apiState`. */
  provider: string;
  /** How many requests a day may see, `Infinity` for no bound. */
  dailyBudget: number;
  /** How many of these are kept for others that cannot wait; 0 by default. */
  reserved?: number;
  apiState: ApiState;
  ledger: Ledger;
  clock: Clock;
}

/** Says when the next attempt may be made: the budgets, and the waits that the service asked for. */
export class Pace {
  readonly #options: PaceOptions;
  #pausedUntil = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /**
   * Waits while the service is paused and counts an attempt. Throws `BudgetSpentError`, or `RateLimitedError` where
   * this or another function was told to wait.
   */
  async admit(isRetry: boolean): Promise<void> {
    const { service, provider, dailyBudget, reserved = 0, apiState, ledger, clock } = this.#options;
    while (this.#pausedUntil > clock.now()) await clock.sleep(this.#pausedUntil - clock.now());
    ledger.check();
    const admission = await apiState.admit(provider, clock.now(), dailyBudget - reserved);
    if (!admission.admitted) {
      const { why, notBefore } = admission;
      if (why === 'not-before') throw this.#rateLimited(notBefore);
      throw new BudgetSpentError(
        `the budget of ${dailyBudget} requests a day to ${service} is used up until ${iso(notBefore)}${reserved > 0 ? `, but for ${reserved} that are kept for listening and other work that cannot wait` : ''}`,
        `call again after that time, or raise ${ENVIRONMENT.spotifyDailyRequests}`,
        notBefore,
      );
    }
    ledger.check(); // again: concurrent requests may have been counted meanwhile
    ledger.count(isRetry);
  }

  /**
   * Answers a 429: makes every attempt wait, up to 60 seconds. Above that, or where this was the `isLast` try, stores
   * the time for all functions and throws `RateLimitedError`.
   */
  async backOff(retryAfter: string | undefined, isQuotaSpent: boolean, isLast: boolean): Promise<void> {
    const { provider, apiState, clock } = this.#options;
    const fallback = isQuotaSpent ? WAIT_WITHOUT_QUOTA_MS : WAIT_WITHOUT_RETRY_AFTER_MS;
    const wait = parseRetryAfter(retryAfter, clock.now()) ?? fallback;
    const until = clock.now() + wait;
    if (wait > LONGEST_WAIT_MS || isLast) {
      await apiState.postpone(provider, until);
      throw this.#rateLimited(until);
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  #rateLimited(notBefore: number): RateLimitedError {
    return new RateLimitedError(
      `${this.#options.service} asks to wait until ${iso(notBefore)}`,
      'call again after that time; what was fetched is kept',
      notBefore,
    );
  }
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
