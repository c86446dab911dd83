import { LeaseHeldError } from '../../../core/errors.ts';
import type { Database, Host } from '../../../core/ports.ts';
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
const lake = { discardBefore: async () => {}, place: async () => true };
const deps = ({ runs, transaction }: Database, owner: string, host: Partial<Host> = {}): LeaseDeps => ({
  ...{ runs, transaction, lake },
  clock: new FakeClock(),
  host: { owner, isGone: () => false, ...host },
  newId: () => owner,
});

test('of processes that take a lease at once, one wins and the others are told who', async () => {
  const databases = [mysql.database, await mysql.open(), await mysql.open(), await mysql.open()];
  for (let day = 10; day < 20; day++) {
    const taken = await Promise.allSettled(
      databases.map((database, p) => takeRun(deps(database, `process ${p}`), wanted(`2026-11-${day}`))),
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
  const lost = await takeRun(deps(mysql.database, 'gone'), wanted('2026-11-21'));
  const next = await takeRun(
    deps(mysql.database, 'next', { isGone: (owner) => owner === 'gone' }),
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
  const [until, later] = ['2026-11-22T13:00:00.000Z', '2026-11-22T14:00:00.000Z'];
  expect(await runs.renew('r', run.epoch + 1, until)).toBe(false);
  expect(await runs.renew('r', run.epoch, until)).toBe(true);
  // What matches counts, changed or not.
  expect(await runs.renew('r', run.epoch, until)).toBe(true);
  expect(await runs.update({ ...run, status: 'failed' }, run.epoch + 1)).toBe(false);
  expect(await runs.update({ ...run, status: 'failed' }, run.epoch)).toBe(true);
  expect(await runs.renew('r', run.epoch, later)).toBe(false);
  // What is at an end is changed by a new holder alone, and what is done by none.
  expect(await runs.update({ ...run, status: 'done' }, run.epoch)).toBe(false);
  expect(await runs.take({ ...run, status: 'running', epoch: 7 }, run.epoch + 1)).toBe(false);
  expect(await runs.take({ ...run, status: 'running', epoch: 7 }, run.epoch)).toBe(true);
  expect(await runs.update({ ...run, status: 'done', epoch: 7 }, 7)).toBe(true);
  expect(await runs.take({ ...run, status: 'running', epoch: 8 }, 7)).toBe(false);
});

test('epochs grow, whoever asks', async () => {
  const other = await mysql.open();
  const epochs = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? other : mysql.database).transaction(({ runs }) => runs.nextEpoch()),
    ),
  );
  expect(new Set(epochs).size).toBe(20);
  expect(await mysql.database.transaction(({ runs }) => runs.nextEpoch())).toBeGreaterThan(
    Math.max(...epochs),
  );
});

test('nobody writes a run while it is worked on exclusively', async () => {
  const { runs } = mysql.database;
  const run = runRow({ id: 'r', status: 'running' });
  await runs.insert(run);
  const other = await mysql.open();
  let renewal: Promise<boolean> | undefined;
  await mysql.database.transaction(async ({ runs: inside }) => {
    const [found] = await inside.unfinished(['collection']);
    renewal = other.runs.renew('r', run.epoch, '2026-11-22T14:00:00.000Z');
    // The renewal waits, so that what was found still stands.
    await mysql.busyWith('UPDATE runs SET lease_until');
    expect(await inside.byId('r')).toEqual(found);
    await inside.update({ ...run, owner: 'me', epoch: 1 }, run.epoch);
  });
  expect(await renewal).toBe(false);
  expect(await runs.byId('r')).toMatchObject({ owner: 'me', lease_until: run.lease_until });
});

test('what a transaction did is gone where it fails', async () => {
  const { runs } = mysql.database;
  const failed = mysql.database.transaction(async ({ runs: inside }) => {
    await inside.insert(runRow({ id: 'r' }));
    throw new Error('no more');
  });
  await expect(failed).rejects.toThrow('no more');
  expect(await runs.byId('r')).toBeUndefined();
});
