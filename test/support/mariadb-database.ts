import { openMysql } from '../../adapters/database/mysql.ts';
import type { MysqlSettings } from '../../adapters/database/mysql-settings.ts';
import type { Database } from '../../core/ports.ts';
import { type TestServer, testServer } from './mariadb.ts';

/** A database of its own for each test of a file. */
export interface TestDatabase {
  readonly server: TestServer;
  readonly url: string;
  /** The database as one process has it open. */
  readonly database: Database;
  /** Opens it as another process would, maybe at another URL. */
  open(settings?: MysqlSettings, at?: string): Promise<Database>;
  /** The connection to that database which is at a statement with these words, as soon as there is one. */
  busyWith(words: string): Promise<number>;
  /** Runs a statement as the server's administrator, in that database. */
  admin<T = Record<string, unknown>>(sql: string): Promise<T[]>;
}

/** Waiting for a lock takes a second, and is done twice. */
export const IMPATIENT: MysqlSettings = { lockWaitSeconds: 1, tries: 2 };

/** Makes a database before each test of a file, and closes it after. */
export function testDatabase(): TestDatabase {
  const server = testServer();
  const opened: Database[] = [];
  const open = async (settings?: MysqlSettings, at = url): Promise<Database> => {
    const database = await openMysql(at, settings);
    opened.push(database);
    return database;
  };
  let url: string;
  let database: Database;
  beforeEach(async () => {
    url = await server().newDatabase();
    database = await open();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  async function admin<T>(sql: string): Promise<T[]> {
    await server().admin.query(`USE ${nameOf(url)}`);
    const [rows] = await server().admin.query(sql);
    return rows as T[];
  }
  return {
    get server() {
      return server();
    },
    get url() {
      return url;
    },
    get database() {
      return database;
    },
    open,
    admin,
    async busyWith(words) {
      for (;;) {
        const connections = await admin<{ Id: number; db: string; Info: string | null }>(
          'SHOW FULL PROCESSLIST',
        );
        const found = connections.find(({ db, Info }) => db === nameOf(url) && Info?.includes(words));
        if (found) return found.Id;
      }
    },
  };
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
