import { systemClock, thisHost } from '../../../adapters/system.ts';
import type { Clock, Run } from '../../../core/ports.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { documentOf, soundalike } from '../../support/cli.ts';
import { putGeneratedDay } from '../../support/generated-day.ts';
import { type Machine, openMachine, TODAY } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const running = async (): Promise<Run | undefined> =>
  (await machine.runs.ofDay(TODAY)).find(({ kind }) => kind === 'similarity');

test('a comparison that computes for longer than its lease lasts cannot be taken over by another process', async () => {
  await putGeneratedDay(machine, { artists: 400, tracks: 10, playlists: 0 }, TODAY);
  let isDone = false;
  const deps = {
    ...machine,
    clock: systemClock,
    host: thisHost,
    lease: { leaseMs: 2000, renewMs: 200, graceMs: 0 },
  };
  const work = compare(deps, { date: TODAY, method: 'tracks', neighbours: 10 }).finally(() => {
    isDone = true;
  });
  const codes: unknown[] = [];
  while (!isDone) {
    const args = ['similarity', '--data', machine.folder, '--date', TODAY, '--method', 'mean', '--json'];
    const ended = await soundalike(args);
    if (!isDone) codes.push(documentOf<{ error?: { code: string } }>(ended).error?.code);
  }
  const result = await work;
  expect(codes.length).toBeGreaterThan(0);
  expect(new Set(codes)).toEqual(new Set(['lease-held']));
  expect(await machine.runs.byId(result.run as string)).toMatchObject({ status: 'done' });
});

/**
 * A clock on which each look takes 25 ms, so that time is work: what never looks at it has no time to lose. It asks
 * `atTurn` at each turn of the event loop, where timers do what is due.
 */
function workClock(atTurn: (now: number) => Promise<void>): Clock & { turns: number } {
  let now = Date.parse(`${TODAY}T12:00:00.000Z`);
  const timers = new Set<{ every: number; due: number; work: () => void }>();
  return {
    turns: 0,
    now: () => {
      now += 25;
      return now;
    },
    async sleep() {
      this.turns += 1;
      for (const timer of timers) {
        for (; timer.due <= now; timer.due += timer.every) timer.work();
      }
      await new Promise(setImmediate);
      await atTurn(now);
    },
    every: (every, work) => {
      const timer = { every, due: now + every, work };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
}

test.each(['mean', 'whitened', 'tracks', 'blend'] as const)(
  '%s keeps a lease of a second at each turn of the event loop',
  async (method) => {
    await putGeneratedDay(machine, { artists: 60, tracks: 3, playlists: 20 }, TODAY);
    const left: number[] = [];
    const clock = workClock(async (now) => {
      const run = await running();
      if (run?.status === 'running') left.push(Date.parse(run.lease_until) - now);
    });
    const told = new Set<string>();
    const deps = {
      ...machine,
      clock,
      lease: { leaseMs: 1000, renewMs: 300, graceMs: 0 },
      progress: (what: string, done: number, total: number) => {
        expect(done).toBeLessThanOrEqual(total);
        told.add(what);
      },
    };
    expect(await compare(deps, { date: TODAY, method, neighbours: 10 })).toMatchObject({
      method,
      published: true,
    });
    expect(left.length).toBeGreaterThan(1000);
    expect(Math.min(...left)).toBeGreaterThan(0);
    expect([...told]).toEqual(expect.arrayContaining(['scoring', 'measuring confidence', 'drawing the map']));
    if (method === 'tracks') expect(told).toContain('comparing tracks');
    if (method === 'blend')
      expect([...told]).toEqual(expect.arrayContaining(['fitting the blend', 'blending']));
  },
);
