import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** One line of the table: `ratio` is above 1 where we are better than the yardstick. */
export interface Row {
  work: string;
  yardstick: string;
  unit: string;
  ours: number;
  theirs: number;
  ratio: number;
  low: number;
  high: number;
}

/** A piece of work, ours and the yardstick's, done in turn. */
export interface Round {
  ours: number;
  theirs: number;
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** A row of rounds: medians, and the ratio's median and extremes round by round. `more` of the unit may be better, or less. */
export function rowOf(
  names: Pick<Row, 'work' | 'yardstick' | 'unit'>,
  rounds: readonly Round[],
  better: 'more' | 'less',
): Row {
  const ratios = rounds.map(({ ours, theirs }) => (better === 'more' ? ours / theirs : theirs / ours));
  return {
    ...names,
    ours: middle(rounds.map(({ ours }) => ours)),
    theirs: middle(rounds.map(({ theirs }) => theirs)),
    ...{ ratio: middle(ratios), low: Math.min(...ratios), high: Math.max(...ratios) },
  };
}

/** Milliseconds of processor time that this process has had, which others on the machine do not take from it. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What the yardsticks need; the folder's name tells which versions, since it is kept. */
const PACKAGES = ['numpy==2.4.6', 'scipy==1.17.1', 'scikit-learn==1.9.1', 'gensim==4.4.0'];
const FOLDER = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'soundalike/yardsticks-1');
const PYTHON = join(FOLDER, 'bin/python3');
/** Written last: an installation that was cut off is none. */
const WHOLE = join(FOLDER, 'installed');
const INSTALL_MS = 300_000;

/** What one thread is to be compared with has one too. */
const ONE_THREAD = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/**
 * A Python with numpy, scipy, scikit-learn and gensim, installed by pip into the user's cache where it is not there yet;
 * undefined, with a line on standard error, where it cannot be had.
 */
export function findPython(): string | undefined {
  if (existsSync(WHOLE)) return PYTHON;
  mkdirSync(dirname(FOLDER), { recursive: true });
  const flags = [
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary=:all:',
    '--retries=1',
    '--timeout=15',
  ];
  for (const [program, args] of [
    ['python3', ['-m', 'venv', '--clear', FOLDER]],
    [PYTHON, ['-m', 'pip', 'install', ...flags, ...PACKAGES]],
  ] as const) {
    const { status, error, stdout, stderr } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: INSTALL_MS,
    });
    if (status === 0) continue;
    const why = error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1);
    process.stderr.write(`No Python to compare with: ${why}\n`);
    return undefined;
  }
  writeFileSync(WHOLE, '');
  return PYTHON;
}

/** Runs one of the scripts of this folder on one thread, or so many; what it prints as JSON. */
export function runPython<T>(python: string, script: string, parameters: object, threads = 1): T {
  const limits = threads === 1 ? ONE_THREAD : {};
  const { status, stdout, stderr } = spawnSync(
    python,
    [join(import.meta.dirname, script), JSON.stringify(parameters)],
    { encoding: 'utf8', env: { ...process.env, ...limits } },
  );
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
