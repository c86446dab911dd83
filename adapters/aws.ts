import {
  AwsError,
  AwsRefusedError,
  ServiceUnavailableError,
  SoundalikeError,
  UnexpectedAnswerError,
} from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { fullJitter, MAX_TRIES } from '../core/retry.ts';
import { codeOf } from './storage-error.ts';

/**
 * Settings for every AWS client. It makes each request once, since `patiently` repeats it on a clock that a test can
 * own, and reads the body under the same patience; and it gives a connection up that stands still.
 */
export const AWS_CLIENT = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
} as const;

/** How an adapter waits for a service that has too much to do. */
export interface Patience {
  clock: Clock;
  /** Gives [0, 1). */
  random: () => number;
  /** How long it is asked again while it throttles, in milliseconds; default two minutes. */
  patienceMs?: number;
}

/** What the SDK tells of an error. */
interface Raw {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

const DEFAULT_PATIENCE_MS = 120_000;

const THROTTLED = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
]);
const TRANSIENT = new Set([
  // Another request changes the same object at this moment.
  'ConditionalRequestConflict',
  'InternalError',
  'OperationAborted',
  'OperationTimeoutException',
  'RequestTimeout',
  'ServiceUnavailable',
  'TimeoutError',
]);
const BROKEN_CONNECTION = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
const WITHOUT_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
const FORBIDDEN = new Set(['AccessDenied', 'AccessDeniedException', 'AllAccessDisabled']);

/** The service's name of an error: `NoSuchKey`, `AlreadyExistsException`. */
export const nameOf = (error: unknown): string => (error as Raw | undefined)?.name ?? '';

/**
 * Makes a call, again with full jitter while the service throttles it (until the patience is at an end), and at most
 * five times where the service or the connection fails. `what` ends "expected AWS to". Throws `AwsRefusedError`,
 * `ServiceUnavailableError`, `UnexpectedAnswerError` or `AwsError`.
 */
export async function patiently<T>(what: string, patience: Patience, call: () => Promise<T>): Promise<T> {
  const { clock, random, patienceMs = DEFAULT_PATIENCE_MS } = patience;
  const until = clock.now() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const wait = fullJitter(attempt, random);
      const mayRepeat = isThrottled(error)
        ? clock.now() + wait < until
        : isTransient(error) && attempt < MAX_TRIES;
      if (!mayRepeat) throw awsError(what, error);
      await clock.sleep(wait);
    }
  }
}

const statusOf = (error: unknown): number => (error as Raw).$metadata?.httpStatusCode ?? 0;

const isThrottled = (error: unknown): boolean => THROTTLED.has(nameOf(error)) || statusOf(error) === 429;

const isTransient = (error: unknown): boolean =>
  statusOf(error) >= 500 || TRANSIENT.has(nameOf(error)) || BROKEN_CONNECTION.has(codeOf(error) ?? '');

function awsError(what: string, cause: unknown): Error {
  if (cause instanceof SoundalikeError) return cause;
  const name = nameOf(cause);
  if (name === 'SyntaxError') {
    // It quotes the answer, which may be a secret: neither told nor kept.
    return new UnexpectedAnswerError(
      `expected AWS to ${what}, got an answer that is no JSON`,
      'run it again; if it goes on, something between here and AWS answers in its place',
    );
  }
  const told = `expected AWS to ${what}, got ${name}: ${(cause as Raw).message || codeOf(cause)}`;
  if (WITHOUT_CREDENTIALS.has(name)) {
    const hint = 'renew the AWS credentials (aws sso login, or the role), see the clock, and run it again';
    return new AwsRefusedError(told, hint, { cause });
  }
  if (FORBIDDEN.has(name) || statusOf(cause) === 403) {
    return new AwsRefusedError(told, 'allow this role or user the action that the message names', { cause });
  }
  if (isThrottled(cause) || isTransient(cause)) {
    return new ServiceUnavailableError(told, 'run it again later; what was written stays', { cause });
  }
  return new AwsError(told, 'see that the stack is deployed in this account and region', { cause });
}
