import { CapabilityGate } from '../../../core/capability.ts';
import { CapabilityMissingError } from '../../../core/errors.ts';
import { MemoryApiState } from '../../support/api-state.ts';
import { FakeClock } from '../../support/clock.ts';

const DAY_MS = 86_400_000;
const missing = () => new CapabilityMissingError('may not', 'nothing to do');

function makeGate(apiState = new MemoryApiState(), clock = new FakeClock()) {
  const onMissing = jest.fn();
  return {
    gate: new CapabilityGate({ apiState, provider: 'p', clock, onMissing }),
    apiState,
    clock,
    onMissing,
  };
}

/** A call whose end the test decides; counts how often it is made. */
function pending() {
  const settle: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const call = () => new Promise<string>((resolve, reject) => settle.push({ resolve, reject }));
  return { call, settle };
}

const turn = () => new Promise(setImmediate);

test('the first call goes alone, then all go', async () => {
  const { gate } = makeGate();
  const { call, settle } = pending();
  const attempts = Promise.all([1, 2, 3].map(() => gate.attempt('top', call)));
  await turn();
  expect(settle).toHaveLength(1);
  settle[0]?.resolve('a');
  await turn();
  expect(settle).toHaveLength(3);
  for (const { resolve } of settle) resolve('b');
  expect(await attempts).toEqual(['a', 'b', 'b'].map((value) => ({ allowed: true, value })));
});

test('a missing capability costs one request a day, and is said once', async () => {
  const { gate, apiState, clock, onMissing } = makeGate();
  const call = jest.fn(() => Promise.reject(missing()));
  const attempts = await Promise.all([1, 2, 3].map(() => gate.attempt('top', call)));
  expect(attempts).toEqual([{ allowed: false }, { allowed: false }, { allowed: false }]);
  expect(call).toHaveBeenCalledTimes(1);
  expect(onMissing.mock.calls).toEqual([['top', expect.any(CapabilityMissingError)]]);
  expect(await apiState.capabilities('p')).toEqual({ top: clock.now() + DAY_MS });

  const next = makeGate(apiState, clock);
  clock.advance(DAY_MS - 1);
  expect(await next.gate.attempt('top', call)).toEqual({ allowed: false });
  expect(call).toHaveBeenCalledTimes(1);
  expect(next.onMissing).not.toHaveBeenCalled();
  clock.advance(1);
  await gate.attempt('top', call);
  expect(call).toHaveBeenCalledTimes(2);
});

test('capabilities do not touch each other', async () => {
  const { gate } = makeGate();
  await gate.attempt('top', () => Promise.reject(missing()));
  expect(await gate.attempt('search', async () => 1)).toEqual({ allowed: true, value: 1 });
});

test('another error passes through, and the next one waiting probes', async () => {
  const { gate } = makeGate();
  const { call, settle } = pending();
  const [first, second, third] = [1, 2, 3].map(() => gate.attempt('top', call));
  await turn();
  settle[0]?.reject(new Error('reset'));
  await expect(first).rejects.toThrow('reset');
  await turn();
  expect(settle).toHaveLength(2);
  settle[1]?.reject(missing());
  expect(await Promise.all([second, third])).toEqual([{ allowed: false }, { allowed: false }]);
  expect(settle).toHaveLength(2);
});

test('a capability that is lost in between is said and stored once', async () => {
  const { gate, apiState, onMissing } = makeGate();
  await gate.attempt('top', async () => 1);
  const lost = await Promise.all([1, 2].map(() => gate.attempt('top', () => Promise.reject(missing()))));
  expect(lost).toEqual([{ allowed: false }, { allowed: false }]);
  expect(onMissing).toHaveBeenCalledTimes(1);
  expect(Object.keys(await apiState.capabilities('p'))).toEqual(['top']);
});

test('a state that cannot be read is asked for again', async () => {
  const { gate, apiState } = makeGate();
  jest.spyOn(apiState, 'capabilities').mockRejectedValueOnce(new Error('locked'));
  await expect(gate.attempt('top', async () => 1)).rejects.toThrow('locked');
  expect(await gate.attempt('top', async () => 1)).toEqual({ allowed: true, value: 1 });
});
