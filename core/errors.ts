/**
 * Base of every error that Soundalike raises on purpose. The message tells what was expected and what came, `hint`
 * what to do about it; neither ever holds a secret. `code` is stable and stands in `--json` under `error`.
 */
export abstract class SoundalikeError extends Error {
  /** Stable, kebab-case name of the cause. */
  abstract readonly code: string;
  /** What the user can do about it, one sentence. */
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.hint = hint;
  }
}

/** A command line that cannot be understood; exit status 2. */
export class UsageError extends SoundalikeError {
  readonly code = 'usage';
}

/** An event, option, file row or stored document that is not what was asked for; names the field. */
export class InvalidInputError extends SoundalikeError {
  readonly code = 'invalid-input';
}

/** No artist by that id or name, or several by that name. */
export class UnknownArtistError extends SoundalikeError {
  readonly code = 'unknown-artist';
}

/** Nothing is followed, so there is nothing to collect. */
export class NoArtistsError extends SoundalikeError {
  readonly code = 'no-artists';
}

/** The lake or the database holds nothing for what was asked. */
export class NoDataError extends SoundalikeError {
  readonly code = 'no-data';
}

/** The day is being collected, or a run of it died while it replaced the day's tables. */
export class DayNotReadyError extends SoundalikeError {
  readonly code = 'day-not-ready';
}

/** Another run holds the lease. */
export class LeaseHeldError extends SoundalikeError {
  readonly code = 'lease-held';
}

/** This run's lease was taken over, so it must not write any more. */
export class LeaseLostError extends SoundalikeError {
  readonly code = 'lease-lost';
}

/** What a run has staged is not there any more, so that it cannot take its place. */
export class StagingGoneError extends SoundalikeError {
  readonly code = 'staging-gone';
}

/** The day belongs to a run of another kind (a collection or an import). */
export class DayTakenError extends SoundalikeError {
  readonly code = 'day-taken';
}

/** A collection stopped before its end, or listening could not ask Spotify now; either can resume later. */
export class NotDoneError extends SoundalikeError {
  readonly code = 'not-done';
}

/** Too few of the asked artists could be compared, so nothing was published. */
export class CoverageError extends SoundalikeError {
  readonly code = 'coverage-below-floor';
}

/** A measure that a run was to hold does not. */
export class ScoreError extends SoundalikeError {
  readonly code = 'score-below-floor';
}

/** The data folder, or the database, holds data of another owner (the user, the sample, another catalogue). */
export class OtherProviderError extends SoundalikeError {
  readonly code = 'other-provider';
}

/** A file is none of the known datasets, or too many of its rows cannot be read. */
export class DatasetError extends SoundalikeError {
  readonly code = 'dataset';
}

/** A catalogue folder lacks a file, or a file lacks a column. */
export class CatalogueError extends SoundalikeError {
  readonly code = 'catalogue';
}

/** A write failed for want of space or of permission; what stood there before still stands. */
export class StorageError extends SoundalikeError {
  readonly code = 'storage';
}

/** The database server cannot be reached, or the connection to it was cut. */
export class DatabaseUnreachableError extends SoundalikeError {
  readonly code = 'database-unreachable';
}

/** The database server does not let this user in, or not to this database, or not over such a connection. */
export class DatabaseRefusedError extends SoundalikeError {
  readonly code = 'database-refused';
}

/** Others held rows, tables or connections of the database for longer than is worth waiting. */
export class DatabaseBusyError extends SoundalikeError {
  readonly code = 'database-busy';
}

/** The rows of a run did not all reach the database as they were sent, so the run was not published. */
export class StagingError extends SoundalikeError {
  readonly code = 'staging';
}

/** The database server refused a statement for a reason that has no class of its own. */
export class DatabaseError extends SoundalikeError {
  readonly code = 'database';
}

/** AWS does not know the credentials, or they do not allow this. */
export class AwsRefusedError extends SoundalikeError {
  readonly code = 'aws-refused';
}

/** A service of AWS refused a request for a reason that has no class of its own. */
export class AwsError extends SoundalikeError {
  readonly code = 'aws';
}

/** What a function of the deployed stack raised: its code, message and hint, as they would have been raised here. */
export class RemoteError extends SoundalikeError {
  readonly code: string;

  constructor(code: string, message: string, hint: string) {
    super(message, hint);
    this.code = code;
  }
}

/** Athena could not run a query. */
export class QueryFailedError extends SoundalikeError {
  readonly code = 'query-failed';
}

/** The notices of an alarm of the stack do not arrive. */
export class AlarmMuteError extends SoundalikeError {
  readonly code = 'alarm-mute';
}

/** A check of the doctor failed. */
export class UnhealthyError extends SoundalikeError {
  readonly code = 'unhealthy';
}

/** A query was stopped: by the scan limit, by somebody, for its time, or since nobody waited for it any more. */
export class QueryStoppedError extends SoundalikeError {
  readonly code = 'query-stopped';
}

/** A secret is missing, is not of the expected form, or can be read by others. */
export class SecretError extends SoundalikeError {
  readonly code = 'secret';
}

/** The user has not logged in, or Spotify no longer takes what the login gave: only the user can mend that. */
export class ConsentNeededError extends SoundalikeError {
  readonly code = 'consent-needed';
}

/** A login did not come to its end: denied, not answered in time, or refused by Spotify. */
export class LoginError extends SoundalikeError {
  readonly code = 'login';
}

/** The app's credentials are missing or were refused. */
export class CredentialsError extends SoundalikeError {
  readonly code = 'credentials';
}

/** The service refuses the app or the user as a whole (no Premium, not allow-listed, missing scope). */
export class AccessRefusedError extends SoundalikeError {
  readonly code = 'access-refused';
}

/** This app may not make this kind of call (403); another source may serve. */
export class CapabilityMissingError extends SoundalikeError {
  readonly code = 'capability-missing';
}

/** The work cannot go on now, but can later; what was done so far is kept. */
export abstract class PostponedError extends SoundalikeError {
  /** When to go on, in epoch milliseconds; null where that is up to the caller. */
  readonly notBefore: number | null;

  constructor(message: string, hint: string, notBefore: number | null, options?: ErrorOptions) {
    super(message, hint, options);
    this.notBefore = notBefore;
  }
}

/** The service asks to wait longer than is worth waiting in place. */
export class RateLimitedError extends PostponedError {
  readonly code = 'rate-limited';
}

/** The requests or the time that may be spent are used up. */
export class BudgetSpentError extends PostponedError {
  readonly code = 'budget-spent';
}

/** A step of the work, which cannot be divided, takes longer than a call may last. */
export class TooLongError extends SoundalikeError {
  readonly code = 'too-long';
}

/** A service that the work can do without in need is down. */
export class OutageError extends PostponedError {
  readonly code = 'outage';
}

/** The service could not be reached, or failed at every try. */
export class ServiceUnavailableError extends SoundalikeError {
  readonly code = 'service-unavailable';
}

/** The service answered something that this client does not understand. */
export class UnexpectedAnswerError extends SoundalikeError {
  readonly code = 'unexpected-answer';
}

/** A fault of Soundalike itself: an error that nothing foresaw. */
export class InternalError extends SoundalikeError {
  readonly code = 'internal';

  constructor(cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super(`unexpected: ${message}`, 'this is a fault of Soundalike: report it with the lines above', {
      cause,
    });
  }
}

/** A worker thread ended before its work did: it ran out of memory, or into a fault. */
export class WorkerDiedError extends SoundalikeError {
  readonly code = 'worker-died';
}
