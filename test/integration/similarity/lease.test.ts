import { thisHost } from '../../../adapters/system.ts';
import { LeaseHeldError } from '../../../core/errors.ts';
import type { Run } from '../../../core/ports.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { endedOwner } from '../../support/ended-owner.ts';
import { type Machine, openMachine, putDay, runRow, TODAY, tempoDay } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const compareToday = () => compare(machine, { features: ['tempo'] });

const similarity = (values: Partial<Run>) =>
  runRow({ id: 'first', kind: 'similarity', status: 'running', ...values });

test('a second comparison at once is refused, with who holds it until when', async () => {
  await putDay(machine, tempoDay(3));
  await machine.runs.insert(similarity({ owner: 'host-b process 7 started 9', dt: '2026-11-01' }));
  await expect(compareToday()).rejects.toThrow(LeaseHeldError);
  await expect(compareToday()).rejects.toThrow(
    `run first (running), held by host-b process 7 started 9 until ${TODAY}T12:01:00.000Z`,
  );
  expect(await machine.relatedArtists.nearest('a0', 1)).toBeUndefined();
});

test('of two that begin together one is refused', async () => {
  await putDay(machine, tempoDay(30));
  const ends = await Promise.allSettled([compareToday(), compareToday()]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = ends.find((end) => end.status === 'rejected');
  expect(refused?.reason).toBeInstanceOf(LeaseHeldError);
});

test('one that has run out is taken over', async () => {
  await putDay(machine, tempoDay(3));
  await machine.runs.insert(similarity({}));
  machine.clock.advance(60_000);
  expect(await compareToday()).toMatchObject({ published: true });
  expect(await machine.runs.byId('first')).toMatchObject({ status: 'failed' });
});

test('one of a process of this host that has ended is taken over at once', async () => {
  await putDay(machine, tempoDay(3));
  await machine.runs.insert(similarity({ owner: endedOwner() }));
  await expect(compareToday()).rejects.toThrow(LeaseHeldError);
  expect(await compare({ ...machine, host: thisHost }, { features: ['tempo'] })).toMatchObject({
    published: true,
  });
  expect(await machine.runs.byId('first')).toMatchObject({ status: 'failed' });
});
