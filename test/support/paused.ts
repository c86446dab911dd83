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

/** In how many moments a command could be stopped. */
export async function momentsOf(
  args: readonly string[],
  count: string,
  options: CliOptions = {},
): Promise<number> {
  const environment = { ...options.environment, ...leased(), PAUSE_COUNT: count };
  const { status, stderr } = await soundalike(args, { ...options, preload: PRELOAD, environment });
  if (status !== 0) throw new Error(stderr);
  return Number(readFileSync(count, 'utf8'));
}

function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  } catch {
    return false;
  }
}
