/** How often one request is made at most, the first time included. */
export const MAX_TRIES = 5;
/** How often a part of a request that has failed is asked for at most. */
export const TRIES_OF_A_PART = 2;
/** The longest Retry-After, in milliseconds, that is waited for in place; above it the work goes on in a later call. */
export const LONGEST_WAIT_MS = 60_000;

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 10_000;
/** The longest that was seen is a day; a larger number is a fault and must not stop the work for years. */
const LONGEST_RETRY_AFTER_MS = 7 * 24 * 3_600_000;

/**
 * Reads a Retry-After header (RFC 9110, 10.2.3): seconds or an HTTP date.
 * Returns milliseconds from `now` (epoch milliseconds), at most seven days; undefined where it is missing or unreadable.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const isSeconds = /^\d+(\.\d+)?$/.test(text);
  const wait = isSeconds
    ? Number(text) * 1000
    : /^[a-z]{3}/i.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}

/**
 * Milliseconds to wait after the failed try `attempt`, which counts from 1: "full jitter", so that clients which failed
 * together do not come back together. `random` gives [0, 1).
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function fullJitter(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
}
