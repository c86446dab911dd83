import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StorageError } from '../../core/errors.ts';
import { inSlices } from '../../core/long-work.ts';
import insertMigrationSql from '../../sql/database/schema_migration_insert.sql' with { type: 'text' };
import createMigrationsSql from '../../sql/sqlite/schema_migrations.sql' with { type: 'text' };
import { makePrivateFolder } from '../private-folder.ts';
import { systemClock } from '../system.ts';
import type { Engine, Parameter } from './engine.ts';
import { versionOf } from './tables.ts';

/** Settings of an SQLite file. */
export interface SqliteSettings {
  /** How long to wait for another process's transaction, in milliseconds; 30,000 by default (SQLite's own is 0). */
  busyTimeoutMs?: number;
}

/**
 * SQLite by `node:sqlite`, in WAL mode, so that readers never wait for the writer. One connection: what comes while a
 * transaction runs waits for its end.
 */
export class SqliteEngine implements Engine {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #tail: Promise<unknown> = Promise.resolve();

  /** Opens the file, made with its folder where there is none. Throws `StorageError` where it cannot. */
  constructor(path: string, { busyTimeoutMs = 30_000 }: SqliteSettings = {}) {
    this.#path = path;
    try {
      makePrivateFolder(dirname(path));
      this.#database = new DatabaseSync(path, { timeout: busyTimeoutMs });
      useWal(this.#database);
      this.#database.exec('PRAGMA synchronous = NORMAL');
      // What is forgotten is not to stay in the file's free pages.
      this.#database.exec('PRAGMA secure_delete = ON');
    } catch (error) {
      throw storageError(path, error);
    }
  }

  all(sql: string, parameters: readonly Parameter[] = []): Promise<Record<string, unknown>[]> {
    return this.#inTurn(async () => this.#direct.all(sql, parameters));
  }

  run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return this.#inTurn(async () => this.#direct.run(sql, parameters));
  }

  runMany(sql: string, rows: Iterable<readonly Parameter[]>): Promise<void> {
    return this.transaction((engine) => engine.runMany(sql, rows));
  }

  transaction<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      this.#do(() => this.#database.exec('BEGIN IMMEDIATE'));
      try {
        const result = await work(this.#direct);
        this.#do(() => this.#database.exec('COMMIT'));
        return result;
      } catch (error) {
        // SQLite has already rolled back by itself where the disk is full.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => this.#database.close());
  }

  /** Brings the tables up to date, forward only: `scripts[i]` leads to version i + 1. All of it or nothing. */
  async migrate(scripts: readonly string[]): Promise<void> {
    await this.run(createMigrationsSql);
    if ((await versionOf(this)) >= scripts.length) return;
    await this.transaction(async (engine) => {
      const version = await versionOf(engine);
      for (const [i, script] of scripts.slice(version).entries()) {
        this.#do(() => this.#database.exec(script));
        await engine.run(insertMigrationSql, [version + i + 1]);
      }
    });
  }

  readonly #direct: Engine = {
    all: async (sql, parameters = []) => this.#do(() => this.#prepare(sql).all(...parameters)),
    run: async (sql, parameters = []) =>
      this.#do(() => Number(this.#prepare(sql).run(...parameters).changes)),
    runMany: async (sql, rows) => {
      const statement = this.#prepare(sql);
      for await (const row of inSlices(systemClock, rows)) this.#do(() => statement.run(...row));
    },
    transaction: (work) => work(this.#direct),
    close: async () => {},
  };

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => {});
    return result;
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#do(() => this.#database.prepare(sql));
    this.#statements.set(sql, statement);
    return statement;
  }

  #do<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }
}

const BUSY = 5;
const WAL_TRIES = 10;

/**
 * Processes that switch a new file at the same moment fail without the busy timeout, lest they wait for each other; a
 * transaction waits until the others are through.
 */
function useWal(database: DatabaseSync): void {
  for (let tries = 1; ; tries++) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (primaryCode(error) !== BUSY || tries === WAL_TRIES) throw error;
      database.exec('BEGIN IMMEDIATE; ROLLBACK');
    }
  }
}

/** SQLite's result codes that a user can do something about: https://sqlite.org/rescode.html */
const HINTS: Record<number, string> = {
  5: 'another process is writing: wait until it is done and try again',
  8: 'give this user the right to write there, or name another folder with --data',
  10: 'the disk failed or is full: check it and try again',
  11: 'the file is damaged: name another folder with --data, or restore it',
  13: 'the disk is full: free some space and run the command again, it goes on where it stopped',
  14: 'give this user the right to write there, or name another folder with --data',
  26: 'that file is no SQLite database: name another folder with --data',
};

const primaryCode = (error: unknown): number | undefined => {
  const { errcode } = error as { errcode?: number };
  return errcode === undefined ? undefined : errcode & 0xff;
};

function storageError(path: string, error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  const primary = primaryCode(error);
  if (primary === undefined && !['ENOSPC', 'EACCES', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code ?? ''))
    return error;
  return new StorageError(
    `expected to read or write ${path}, got: ${message}`,
    HINTS[primary ?? 14] ?? 'check the file, or name another folder with --data',
    { cause: error },
  );
}
