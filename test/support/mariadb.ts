import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Connection, createConnection } from 'mysql2/promise';
import { aptInstall } from './apt.ts';
import { freePort } from './free-port.ts';

/** A server of its own for a test file, or that of `TEST_MYSQL_URL`, as its administrator sees it. */
export interface TestServer {
  readonly admin: Connection;
  /** Makes an empty database; what `--database` takes. */
  newDatabase(): Promise<string>;
  /** Ends the server and starts it again with what it holds; undefined where it is not ours to end. */
  restart?: () => Promise<void>;
  /** Ends the server; on one that was there before, drops the databases. */
  stop(): Promise<void>;
}

/**
 * Starts a server, which keeps its files below `parent`. Throws, in one line that says what to do, where none can be
 * had.
 */
export async function openTestServer(parent?: string): Promise<TestServer> {
  const given = process.env.TEST_MYSQL_URL;
  const server: Server = given ? { url: given, stop: async () => {} } : await startServer(parent);
  let admin = await createConnection(server.url);
  const names: string[] = [];
  const { restart } = server;
  return {
    get admin() {
      return admin;
    },
    restart:
      restart &&
      (async () => {
        admin.destroy();
        await restart();
        admin = await createConnection(server.url);
      }),
    async newDatabase() {
      const name = `soundalike_${randomBytes(4).toString('hex')}`;
      await admin.query(`CREATE DATABASE ${name}`);
      names.push(name);
      return Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
    },
    async stop() {
      if (given) for (const name of names) await admin.query(`DROP DATABASE ${name}`);
      admin.destroy();
      await server.stop();
    },
  };
}

/** Time for a package to be fetched, once on a machine. */
const INSTALL_MS = 300_000;

/** Starts a server before the first test of a file, and ends it after the last. */
export function testServer(): () => TestServer {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  }, INSTALL_MS);
  afterAll(() => server?.stop());
  return () => server;
}

/** A server for tests. */
interface Server {
  url: string;
  restart?: () => Promise<void>;
  stop(): Promise<void>;
}

/** What makes a server fast to start and quick to write; what it holds need not outlive it. */
const FLAGS = [
  ...['--local-infile=1', '--skip-name-resolve', '--skip-log-bin', '--character-set-server=utf8mb4'],
  ...['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M'],
];
/** What a server holds before it holds anything. */
const SMALL = ['--innodb-log-file-size=8M'];
const IMAGE = 'mariadb:10.11';

async function startServer(parent = tmpdir()): Promise<Server> {
  const port = await freePort();
  const daemon = find('mariadbd') ?? install();
  if (!daemon) {
    const container = ['--rm', '-p', `127.0.0.1:${port}:3306`, '-e', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1'];
    return await serving(port, ['docker', 'run', ...container, IMAGE, ...FLAGS], async () => {});
  }
  const folder = await mkdtemp(join(parent, 'soundalike-mariadb-'));
  const data = join(folder, 'data');
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  // A server that starts removes the temporary tables of all others that share its folder.
  const common = ['--no-defaults', ...user, `--datadir=${data}`, `--tmpdir=${folder}`];
  execFileSync(
    find('mariadb-install-db') ?? 'mariadb-install-db',
    [
      ...common,
      ...SMALL,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ],
    { stdio: 'ignore' },
  );
  const own = [`--socket=${folder}/socket`, `--pid-file=${folder}/pid`, '--bind-address=127.0.0.1'];
  return await serving(port, [daemon, ...common, ...SMALL, ...own, `--port=${port}`, ...FLAGS], () =>
    rm(folder, { recursive: true }),
  );
}

/** Ends the server when its standard input does: so it cannot outlive the tests, however they end. */
const GUARD = '"$@" 0</dev/null & server=$!; cat >/dev/null; kill $server; wait $server';

async function serving(port: number, command: string[], clean: () => Promise<void>): Promise<Server> {
  const start = async () => {
    const guard = spawn('sh', ['-c', GUARD, 'guard', ...command], { stdio: ['pipe', 'ignore', 'pipe'] });
    const ended = once(guard, 'exit');
    await readiness(guard);
    return async () => {
      guard.stdin.end();
      await ended;
    };
  };
  let end = await start();
  return {
    url: `mysql://root@127.0.0.1:${port}/mysql`,
    async restart() {
      await end();
      end = await start();
    },
    async stop() {
      await end();
      await clean();
    },
  };
}

/** A server of ours says its port when it is ready; one that is only made ready for later says port 0. */
async function readiness({ stderr }: ChildProcess): Promise<void> {
  const said: string[] = [];
  const lines = createInterface(stderr as NodeJS.ReadableStream);
  for await (const line of lines) {
    said.push(line);
    if (/\bport: [1-9]/.test(line)) {
      stderr?.resume();
      return;
    }
  }
  throw new Error(`the database server did not start: ${said.slice(-3).join(' ')}`);
}

const find = (program: string): string | undefined =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

/** The server and what it is set up with, without the package that starts a service. */
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core'];
const IS_THERE = 'command -v mariadbd && command -v my_print_defaults';

/** Installs the server as root on Debian; undefined where Docker is to run it. Throws where neither can be. */
function install(): string | undefined {
  if (process.getuid?.() === 0 && find('apt-get')) {
    const isInstalled = aptInstall(IS_THERE, PACKAGES);
    const daemon = find('mariadbd');
    if (isInstalled && daemon) return daemon;
  }
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0) return undefined;
  throw new Error(
    'The database tests need a server: install MariaDB (apt-get install mariadb-server-core mariadb-client-core), start Docker, or name an administrator of one in TEST_MYSQL_URL=mysql://user:password@host:port/mysql',
  );
}
