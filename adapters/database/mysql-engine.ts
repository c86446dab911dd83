import { createPool, type Pool, type PoolConnection } from 'mysql2/promise';
import { DatabaseBusyError } from '../../core/errors.ts';
import releaseLockSql from '../../sql/mysql/lock_release.sql' with { type: 'text' };
import takeLockSql from '../../sql/mysql/lock_take.sql' with { type: 'text' };
import sessionSql from '../../sql/mysql/session.sql' with { type: 'text' };
import isolationSql from '../../sql/mysql/session_isolation.sql' with { type: 'text' };
import writerLockSql from '../../sql/mysql/writer_lock.sql' with { type: 'text' };
import type { Engine, Parameter } from './engine.ts';
import { databaseError } from './mysql-errors.ts';
import { MysqlSession } from './mysql-session.ts';
import { type MysqlSettings, poolOptions } from './mysql-settings.ts';

/** MySQL 8.4 or MariaDB 10.11 by a pool of mysql2. */
export class MysqlEngine implements Engine {
  readonly #pool: Pool;
  readonly #where: string;
  readonly #lockWaitSeconds: number;
  readonly #tries: number;
  /** The connections that are set up. */
  readonly #ready = new WeakSet<PoolConnection['connection']>();

  /** Connects when it is first used. Throws `UsageError` for a URL of another form. */
  constructor(url: string, settings: MysqlSettings = {}) {
    const options = poolOptions(url, settings);
    this.#pool = createPool(options);
    this.#where = `${options.host}:${options.port}/${options.database}`;
    this.#lockWaitSeconds = settings.lockWaitSeconds ?? 30;
    this.#tries = settings.tries ?? 5;
  }

  all(sql: string, parameters?: readonly Parameter[]): Promise<Record<string, unknown>[]> {
    return this.patiently(() => this.session((session) => session.all(sql, parameters)));
  }

  run(sql: string, parameters?: readonly Parameter[]): Promise<number> {
    return this.patiently(() => this.session((session) => session.run(sql, parameters)));
  }

  runMany(sql: string, rows: Iterable<readonly Parameter[]>): Promise<void> {
    return this.transaction((engine) => engine.runMany(sql, rows));
  }

  /** One transaction at a time goes on, of all that use this database, as in SQLite. */
  transaction<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    return this.patiently(() =>
      this.session(async (session) => {
        await session.run('START TRANSACTION');
        await session.all(writerLockSql);
        const result = await work(session);
        await session.run('COMMIT');
        return result;
      }),
    );
  }

  /**
   * Gives `work` a connection of its own, which holds this database's lock of that name meanwhile. The lock lives and
   * dies with the connection: nothing of an earlier holder can still be under way.
   */
  alone<T>(name: string, work: (session: MysqlSession) => Promise<T>): Promise<T> {
    return this.session(async (session) => {
      const patience = this.#lockWaitSeconds * this.#tries;
      const [lock] = await session.all(takeLockSql, [name, patience]);
      if (lock?.taken !== 1) {
        throw new DatabaseBusyError(
          `expected the lock "${name}" of the database ${this.#where}, but another process holds it for ${patience} s`,
          'see that no other command is at it, and run this one again',
        );
      }
      const result = await work(session);
      await session.run(releaseLockSql, [name]);
      return result;
    });
  }

  /** Does work again that others stood in the way of: then nothing of it was kept. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof DatabaseBusyError) || tries >= this.#tries) throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /**
   * Gives `work` a connection of its own. One on which something failed is closed: that ends its transaction and its
   * locks, whatever it was.
   */
  async session<T>(work: (session: MysqlSession) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    try {
      const result = await work(new MysqlSession(connection, this.#where));
      connection.release();
      return result;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** Connections that were cut while nobody used them are passed over. */
  async #connect(): Promise<PoolConnection> {
    for (;;) {
      const connection = await this.#pool.getConnection().catch((error: unknown) => {
        throw databaseError(this.#where, error);
      });
      const isNew = !this.#ready.has(connection.connection);
      try {
        if (isNew) await this.#setUp(connection);
        else await connection.ping();
        return connection;
      } catch (error) {
        connection.destroy();
        if (isNew) throw databaseError(this.#where, error);
      }
    }
  }

  async #setUp(connection: PoolConnection): Promise<void> {
    // mysql2 tells a lost connection to whoever waits for an answer; that there is no listener must not end the process.
    connection.connection.on('error', () => {});
    await connection.query(sessionSql, [this.#lockWaitSeconds, this.#lockWaitSeconds]);
    await connection.query(isolationSql);
    this.#ready.add(connection.connection);
  }
}
