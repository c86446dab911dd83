import { LeaseHeldError } from '../../../core/errors.ts';
import type { Host, Runs } from '../../../core/ports.ts';
import { type LeaseDeps, takeRun, type WantedRun } from '../../../core/run/lease.ts';
import { FakeClock } from '../../support/clock.ts';
import { runRow } from '../../support/machine.ts';
import { testDatabase } from '../../support/mariadb-database.ts';

const mysql = testDatabase();
const wanted = (dt: string): WantedRun => ({
  kind: 'similarity',
  dt,
  alone: ['similarity'],
  resumes: () => false,
  progress: '{}',
});
const deps = (runs: Runs, owner: string, host: Partial<Host> = {}): LeaseDeps => ({
  runs,
  clock: new FakeClock(),
  host: { owner, isGone: () => false, ...host },
  newId: () => owner,
});

test('of processes that take a lease at once, one wins and the others are told who', async () => {
  const databases = [mysql.database, await mysql.open(), await mysql.open(), await mysql.open()];
  for (let day = 10; day < 20; day++) {
    const taken = await Promise.allSettled(
      databases.map(({ runs }, p) => takeRun(deps(runs, `process ${p}`), wanted(`2026-11-${day}`))),
    );
    const won = taken.filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const other of taken) {
      if (other.status === 'fulfilled') await other.value.done('{}');
      else expect(other.reason).toBeInstanceOf(LeaseHeldError);
    }
  }
  expect(await mysql.admin('SELECT status FROM runs')).toEqual(
    Array.from({ length: 10 }, () => ({ status: 'done' })),
  );
});

test('the lease of a process that is gone is taken over at once, and its run has failed', async () => {
  const { runs } = mysql.database;
  const lost = await takeRun(deps(runs, 'gone'), wanted('2026-11-21'));
  const next = await takeRun(
    deps(runs, 'next', { isGone: (owner) => owner === 'gone' }),
    wanted('2026-11-22'),
  );
  expect(await runs.byId(lost.id)).toMatchObject({ status: 'failed' });
  expect(await runs.unfinished(['similarity'])).toMatchObject([{ id: next.id, status: 'running' }]);
  await next.done('{"a":1}');
  expect(await runs.byId(next.id)).toMatchObject({ status: 'done', summary: '{"a":1}' });
});

test('a run comes back as it was, and only its holder may change it', async () => {
  const { runs } = mysql.database;
  const run = runRow({ id: 'r', status: 'running', progress: JSON.stringify({ name: '별하다솜 🌵' }) });
  await runs.insert(run);
  expect(await runs.byId('r')).toEqual(run);
  expect(await runs.byId('R')).toBeUndefined();
  expect(await runs.ofDay(run.dt)).toEqual([run]);
  expect(await runs.renew('r', 'somebody else', '2026-11-22T13:00:00.000Z')).toBe(false);
  expect(await runs.renew('r', run.owner, '2026-11-22T13:00:00.000Z')).toBe(true);
  // What matches counts, changed or not.
  expect(await runs.renew('r', run.owner, '2026-11-22T13:00:00.000Z')).toBe(true);
  expect(await runs.update({ ...run, status: 'done' }, 'somebody else')).toBe(false);
  expect(await runs.update({ ...run, status: 'done' }, run.owner)).toBe(true);
  expect(await runs.renew('r', run.owner, '2026-11-22T14:00:00.000Z')).toBe(false);
});

test('nobody writes a run while it is worked on exclusively', async () => {
  const { runs } = mysql.database;
  const run = runRow({ id: 'r', status: 'running' });
  await runs.insert(run);
  const other = await mysql.open();
  let renewal: Promise<boolean> | undefined;
  await runs.exclusively(async (inside) => {
    const [found] = await inside.unfinished(['collection']);
    renewal = other.runs.renew('r', run.owner, '2026-11-22T14:00:00.000Z');
    // The renewal waits, so that what was found still stands.
    await mysql.busyWith('UPDATE runs SET lease_until');
    expect(await inside.byId('r')).toEqual(found);
    await inside.update({ ...run, owner: 'me' }, run.owner);
  });
  expect(await renewal).toBe(false);
  expect(await runs.byId('r')).toMatchObject({ owner: 'me', lease_until: run.lease_until });
});

test('what a transaction did is gone where it fails', async () => {
  const { runs } = mysql.database;
  const failed = runs.exclusively(async (inside) => {
    await inside.insert(runRow({ id: 'r' }));
    throw new Error('no more');
  });
  await expect(failed).rejects.toThrow('no more');
  expect(await runs.exclusively((inside) => inside.byId('r'))).toBeUndefined();
});
