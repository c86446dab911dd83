import {
  DatabaseBusyError,
  DatabaseError,
  DatabaseRefusedError,
  DatabaseUnreachableError,
  SoundalikeError,
  StorageError,
} from '../../core/errors.ts';

/** What mysql2 and the network tell of an error. */
interface Raw {
  errno?: number;
  code?: string;
  message?: string;
  sqlMessage?: string;
  /** The connection is of no more use. */
  fatal?: boolean;
}

/** The server's number of the error, https://mariadb.com/kb/en/mariadb-error-codes/ and its MySQL namesake. */
export function numberOf(error: unknown): number | undefined {
  const { errno } = ((error instanceof SoundalikeError ? error.cause : error) ?? {}) as Raw;
  return errno;
}

/** Waited too long for a lock, deadlock, table swapped in the meantime, too many connections (of this user). */
const BUSY = new Set([1205, 1213, 1412, 1040, 1203, 1226]);
/** Disk full (any), table full (InnoDB). */
const FULL = new Set([1021, 1114]);
/** Wrong password, no rights (to the database, host, table, column, operation), no such database, read-only, no TLS. */
const REFUSED = new Set([
  1044, 1045, 1049, 1130, 1142, 1143, 1227, 1251, 1290, 1698, 1792, 1820, 1836, 1862, 3118, 3159,
]);
/** Shutdown, aborted, killed, idle too long. */
const GONE = new Set([1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1927, 3032, 4031]);
const TLS_FAILURE = /SSL|TLS|CERT|SIGNATURE/;

/** The error that an error of mysql2 is to the user; `where` names the server without user and password. */
export function databaseError(where: string, cause: unknown): SoundalikeError {
  if (cause instanceof SoundalikeError) return cause;
  const { errno = 0, code = '', message, sqlMessage, fatal } = cause as Raw;
  const came = sqlMessage || message || code;
  const told = `expected the database ${where} to do its part, got: ${came}`;
  if (BUSY.has(errno)) {
    return new DatabaseBusyError(told, 'see who holds it (SHOW PROCESSLIST), and run the command again', {
      cause,
    });
  }
  if (FULL.has(errno) || /\b(errno|errcode): 28\b/i.test(came)) {
    return new StorageError(told, "free some space on the server's disk, and run the command again", {
      cause,
    });
  }
  if (errno === 1049) {
    return new DatabaseRefusedError(told, 'create it: CREATE DATABASE … CHARACTER SET utf8mb4', { cause });
  }
  if (TLS_FAILURE.test(code) || errno === 3159) {
    const hint = 'say tls=rds in the URL for Amazon RDS, tls=off where the network is trusted';
    return new DatabaseRefusedError(told, `${hint}; NODE_EXTRA_CA_CERTS names a CA of your own`, { cause });
  }
  if (REFUSED.has(errno)) {
    return new DatabaseRefusedError(told, 'check user, password and rights (docs/operating.md)', { cause });
  }
  if (GONE.has(errno) || fatal || errno < 0) {
    return new DatabaseUnreachableError(
      told,
      'see that the server runs and its disk has space, and run the command again',
      {
        cause,
      },
    );
  }
  return new DatabaseError(told, 'nothing of this statement was kept; see docs/operating.md', { cause });
}
