import mysql2 from 'mysql2';

/*
 * Loaded before the program (`--import`). It lets every connection to a server wait a second for a lock, in the place of
 * half a minute, so that a test of a locked table need not wait for minutes.
 */
type Query = (sql: unknown, values: unknown, ...others: unknown[]) => unknown;
const { prototype } = Reflect.get(mysql2, 'Connection') as { prototype: { query: Query } };
const { query } = prototype;
prototype.query = function (sql, values, ...others) {
  const isSettings = typeof sql === 'string' && sql.includes('SESSION lock_wait_timeout = ?');
  return query.call(this, sql, isSettings ? [1, 1] : values, ...others);
};
