import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CliOptions, type Ended, soundalike } from './cli.ts';

const PRELOAD = join(import.meta.dirname, 'pausing.ts');
/** Milliseconds of a lease; long enough that a process which is not stopped renews it on a busy machine. */
const LEASE_MS = 3000;

/** What became of a command that was stopped. */
export interface Paused extends Ended {
  /** False where it ended before that moment. */
  wasStopped: boolean;
}

/**
 * Runs a command, stops it in a moment (test/support/pausing.ts), does `meanwhile` when its lease has run out, and lets
 * it continue.
 */
export async function paused(
  args: readonly string[],
  at: number,
  meanwhile: () => Promise<void>,
  options: CliOptions = {},
): Promise<Paused> {
  let stopping: Promise<boolean> = Promise.resolve(false);
  const ended = await soundalike(args, {
    ...options,
    preload: PRELOAD,
    environment: { ...options.environment, ...leased(), PAUSE_AT: String(at) },
    started: ({ pid = 0 }) => {
      stopping = (async () => {
        while (existsSync(`/proc/${pid}`) && !isStopped(pid)) await delay(5);
        if (!isStopped(pid)) return false;
        await delay(LEASE_MS + 200);
        try {
          await meanwhile();
        } finally {
          process.kill(pid, 'SIGCONT');
        }
        return true;
      })();
    },
  });
  return { ...ended, wasStopped: await stopping };
}

/** The environment of a command whose lease is as short. */
export const leased = (): Record<string, string> => ({ SOUNDALIKE_LEASE_MS: String(LEASE_MS) });

/** Runs a command and kills it (SIGKILL) in a moment (test/support/pausing.ts). */
export const killed = (args: readonly string[], at: number, options: CliOptions = {}): Promise<Ended> =>
  soundalike(args, {
    ...options,
    preload: PRELOAD,
    environment: { ...options.environment, PAUSE_AT: String(at), PAUSE_SIGNAL: 'KILL' },
  });

/** The moments in which a command could be stopped, or killed, in their order. */
export async function momentsOf(
  args: readonly string[],
  count: string,
  signal: 'STOP' | 'KILL' = 'STOP',
): Promise<string[]> {
  const environment = { ...leased(), PAUSE_COUNT: count, PAUSE_SIGNAL: signal };
  const { status, stderr } = await soundalike(args, { preload: PRELOAD, environment });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(count, 'utf8').split('\n');
}

function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  } catch {
    return false;
  }
}
