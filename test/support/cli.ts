import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const ROOT = join(import.meta.dirname, '../..');
const NODE = [
  process.execPath,
  '--experimental-import-text',
  '--disable-warning=ExperimentalWarning',
  join(ROOT, 'bin/soundalike.ts'),
];

/** A command that came to its end. */
export interface Ended {
  /** Null where a signal ended it. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** How a command is run. */
export interface CliOptions {
  /** Added to an environment in which nothing of Spotify is set. */
  environment?: Record<string, string>;
  /** The folder that it is run in; the tests' own where there is none. */
  cwd?: string;
  /** A module that is loaded before the program. */
  preload?: string;
  /** Limits set in a shell before it, `ulimit -f 100` for one. */
  limits?: string;
  /** Given the process as soon as it runs. */
  started?: (process: Pick<ChildProcess, 'kill' | 'pid'>) => void;
  /** Given each line on stderr as it comes. */
  said?: (line: string) => void;
  /** Given each line on stdout as it comes. */
  printed?: (line: string) => void;
  /** What stands on stdin; nothing unless told. */
  input?: string;
}

/** Runs the real command line to its end, in a pipe. */
export async function soundalike(args: readonly string[], options: CliOptions = {}): Promise<Ended> {
  const { environment, cwd, preload, limits, started, said, printed, input } = options;
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(SPOTIFY|RECCOBEATS|SOUNDALIKE)_/.test(name),
  );
  const [node = '', ...flags] = NODE;
  const program = [node, ...(preload ? ['--import', pathToFileURL(preload).href] : []), ...flags, ...args];
  const command = limits ? ['bash', '-c', `${limits}; exec "$@"`, 'bash', ...program] : program;
  const child = spawn(command[0] as string, command.slice(1), {
    cwd,
    env: { ...Object.fromEntries(clean), ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}); // A command may end without reading it.
  child.stdin.end(input);
  started?.(child);
  if (said) createInterface(child.stderr).on('line', said);
  if (printed) createInterface(child.stdout).on('line', printed);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expectNoSecret(stdout + stderr, [...args, ...Object.values(environment ?? {})], environment);
  return { status, stdout, stderr };
}

/** No command of the whole suite may show the app's secret, a token, or a database's password. */
function expectNoSecret(
  output: string,
  given: readonly string[],
  environment: Record<string, string> = {},
): void {
  const passwords = given.map((value) => /^mysql:\/\/[^:@/]*:([^@]+)@/.exec(value)?.[1]);
  for (const secret of [environment.SPOTIFY_CLIENT_SECRET, ...passwords]) {
    // `wrong` is the stand-in's word for a secret that it refuses, and a word of messages too.
    if (secret && secret !== 'wrong') expect(output).not.toContain(secret);
  }
  expect(output).not.toMatch(/Bearer |Basic |access_token/);
  // The user's tokens and codes, as the stand-in makes them.
  expect(output).not.toMatch(/\b[AB]Q[0-9a-f]{64}|AQstand-in-user/);
}

/** The one JSON document that a command printed; fails where stdout holds anything else. */
export const documentOf = <T = Record<string, unknown>>({ stdout }: Ended): T => {
  expect(stdout.endsWith('\n}\n')).toBe(true);
  return JSON.parse(stdout) as T;
};

/** The lines on stderr but for those that say who plays Spotify, which data folder is used and what is left to finish. */
export const complaints = ({ stderr }: Ended): string[] =>
  stderr
    .split('\n')
    .filter(
      (line) =>
        line !== '' &&
        !/^(Using the (stand-in|data folder)|This Spotify app|Run \S+ has begun to put its result in place)/.test(
          line,
        ),
    );

/** The error that a command printed, after checks that hold for every one: one line on stderr, one document. */
export function errorOf(ended: Ended, status: number): { code: string; message: string; hint: string } {
  const { error } = documentOf<{ error: { code: string; message: string; hint: string } }>(ended);
  expect([ended.status, complaints(ended)]).toEqual([
    status,
    [`soundalike: ${error.message}; ${error.hint}`],
  ]);
  return error;
}

/**
 * Holds what a command printed against `test/golden/<name>.json`, run ids and what is left of a consent aside. With `UPDATE_GOLDEN=1` the file is
 * written instead: read the difference before you commit it.
 */
export function expectGolden(name: string, ended: Ended): void {
  const path = join(ROOT, 'test/golden', `${name}.json`);
  documentOf(ended);
  const printed = ended.stdout
    .replace(/\b([a-z]+-\d{4}-\d{2}-\d{2})-[0-9a-f]{12}\b/g, '$1-<id>')
    .replace(/\b\d+ days left until [-\d]+/g, '<n> days left until <day>');
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, printed);
  expect(existsSync(path) ? printed : `no ${path}: make it with UPDATE_GOLDEN=1`).toBe(
    existsSync(path) ? readFileSync(path, 'utf8') : '',
  );
}
