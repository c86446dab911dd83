import { type Machine, openMachine } from '../../support/machine.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

test('the latest time that a provider asked for holds, whichever answer came last', async () => {
  const { apiState } = machine;
  await apiState.postpone('spotify', NOW + 50_000);
  await apiState.postpone('spotify', NOW + 60);
  const refused = { admitted: false, why: 'not-before', notBefore: NOW + 50_000 };
  expect(await apiState.admit('spotify', NOW + 49_999, 10)).toEqual(refused);
  expect(await apiState.admit('spotify', NOW + 50_000, 10)).toEqual({ admitted: true });
  await apiState.postpone('spotify', NOW + 90_000);
  expect(await apiState.admit('spotify', NOW + 60_000, 10)).toMatchObject({ notBefore: NOW + 90_000 });
});
