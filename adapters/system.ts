import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Host } from '../core/ports.ts';

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds) => {
    await delay(milliseconds);
  },
  every: (milliseconds, work) => {
    const timer = setInterval(work, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** This process among the processes of this host. */
export const thisHost: Host = {
  owner: `${hostname()} process ${process.pid} started ${startOf(process.pid) ?? 'unknown'}`,
  isGone: (owner) => {
    const [, host, id, start] = /^(.*) process (\d+) started (\S+)$/.exec(owner) ?? [];
    if (host !== hostname() || id === undefined) return false;
    const pid = Number(id);
    if (!isAlive(pid)) return true;
    const now = startOf(pid);
    // The id may have been given to another process since.
    return now !== undefined && start !== 'unknown' && now !== start;
  },
};

/** Whether a process of this host has this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in clock ticks since boot (field 22 of proc(5) stat); undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
