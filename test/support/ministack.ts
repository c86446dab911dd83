import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:https';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** The emulator's version; another may lack or refuse what this one does not. */
const VERSION = '1.5.33';
const FOLDER = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  `soundalike/ministack-${VERSION}`,
);
const PYTHON = join(FOLDER, 'bin/python3');
/** Starts it; it would find nothing of this folder. */
const MAIN = join(import.meta.dirname, 'ministack-mended.py');
/** Written last: an installation that was cut off is none. */
const WHOLE = join(FOLDER, 'installed');
const INSTALL_MS = 300_000;
const START_MS = 60_000;
/** Lines of the emulator's log that an error shows. */
const TAIL = 30;

/** A running MiniStack, which enforces IAM. */
export interface MiniStack {
  url: string;
  /** Path of the certificate by which its answers are trusted. */
  certificate: string;
  /** By which the SDK's clients and the CDK find it, as the account's root. */
  environment: Record<string, string>;
  /** The end of its log. */
  tail(): string;
  stop(): Promise<void>;
}

/**
 * The Python that has it, installed by pip into the user's cache where it is not there yet and `install` says so; else,
 * in a few words, why there is none.
 */
export function findMiniStack(install: boolean): { python: string } | { missing: string } {
  if (existsSync(WHOLE) && existsSync(PYTHON)) return { python: PYTHON };
  if (!install) return { missing: 'it is not installed (npm run test:long installs it, once)' };
  mkdirSync(dirname(FOLDER), { recursive: true });
  const flags = ['--quiet', '--disable-pip-version-check', '--retries=1', '--timeout=15'];
  for (const [program, args] of [
    ['openssl', ['version']],
    ['python3', ['-m', 'venv', '--clear', FOLDER]],
    [PYTHON, ['-m', 'pip', 'install', ...flags, `ministack[full]==${VERSION}`]],
  ] as const) {
    const { status, error, stdout, stderr } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: INSTALL_MS,
    });
    if (status === 0) continue;
    const why = error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1);
    return { missing: `it cannot be installed (${why})` };
  }
  writeFileSync(WHOLE, '');
  return { python: PYTHON };
}

/** Starts it on a free port of this machine, with a folder of its own, and waits until it answers. */
export async function startMiniStack(python: string): Promise<MiniStack> {
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'soundalike-ministack-'))];
  const url = `https://127.0.0.1:${port}`;
  const certificate = join(folder, 'ministack-tls/server.crt');
  const account = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-central-1' };
  // Functions inherit its environment.
  const child = spawn(python, [MAIN], {
    cwd: folder,
    env: {
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: folder,
      TMPDIR: folder,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: account.AWS_REGION,
      S3_DATA_DIR: join(folder, 's3'),
      STATE_DIR: join(folder, 'state'),
      USE_SSL: '1',
      AUTH: 'true',
      // What it wraps functions in calls `url.parse`.
      NODE_OPTIONS: '--disable-warning=DEP0169',
      IOT_MTLS_ENABLED: '0',
      LAMBDA_ACCOUNT_CONCURRENCY: '10',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => lines.push(line));
  }
  const tail = () => lines.slice(-TAIL).join('\n');
  const ended = once(child, 'exit');
  const stop = async () => {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const until = Date.now() + START_MS;
  while (!(await answers(url, certificate))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`MiniStack did not start:\n${tail()}`);
    }
    await delay(100);
  }
  return {
    url,
    certificate,
    environment: { ...account, AWS_ENDPOINT_URL: url, NODE_EXTRA_CA_CERTS: certificate },
    tail,
    stop,
  };
}

/** Whether it answers, which it does only by TLS. */
async function answers(url: string, certificate: string): Promise<boolean> {
  if (!existsSync(certificate)) return false;
  const request = get(`${url}/_ministack/health`, { ca: readFileSync(certificate) });
  try {
    const [response] = await once(request, 'response');
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}
