import { answering, failing } from './states.ts';
import { machineOf, synthesise } from './synthesise.ts';

const { machine, properties } = machineOf(synthesise(), 'Recommending');
const run = answering(machine);

const RUN = 'training-2026-11-23-1';
const MORE = { done: false, run: RUN, model: 'sg' };
const TRAINED = { done: true, run: RUN, model: 'sg', playlists: 3 };
const RECOMMENDED = { run: 'r2', songs: 30, pushed: true };
const INPUT = { train: {}, recommend: { push: true } };
const told = (code: string) => ({ Error: code, Cause: expect.stringContaining('do this') });

test('trains, then recommends, each with its part of the input', () => {
  const { status, output, asked, waits } = run(INPUT, { Train: [TRAINED], Recommend: [RECOMMENDED] });
  expect(asked).toEqual([
    ['Train', {}],
    ['Recommend', { push: true, counts: true }],
  ]);
  expect([status, output, waits]).toEqual(['SUCCEEDED', { trained: TRAINED, recommended: RECOMMENDED }, []]);
});

test('asks for counts, whatever the input says, so that no song is passed between its steps', () => {
  const { asked } = run({ recommend: { counts: false } }, { Train: [TRAINED], Recommend: [RECOMMENDED] });
  expect(asked.at(-1)).toEqual(['Recommend', { counts: true }]);
});

test('started by hand with {} it pushes nothing', () => {
  const { asked } = run({}, { Train: [TRAINED], Recommend: [RECOMMENDED] });
  expect(asked).toEqual([
    ['Train', {}],
    ['Recommend', { counts: true }],
  ]);
});

test('goes on at once with the training of its run until that is done, whatever it was asked for first', () => {
  const input = { train: { size: 32 } };
  const { asked, output, waits } = run(input, { Train: [MORE, MORE, TRAINED], Recommend: [RECOMMENDED] });
  expect(asked).toEqual([
    ['Train', { size: 32 }],
    ['Train', { run: RUN }],
    ['Train', { run: RUN }],
    ['Recommend', { counts: true }],
  ]);
  expect([output, waits]).toEqual([{ trained: TRAINED, recommended: RECOMMENDED }, []]);
});

test('a training that tells nothing of being done is done', () => {
  const { done: _, ...trained } = TRAINED;
  expect(run(INPUT, { Train: [trained], Recommend: [RECOMMENDED] })).toMatchObject({ output: { trained } });
});

test.each(['no-data', 'lease-held'])('recommends where there is no training for this reason: %s', (code) => {
  for (const before of [[], [MORE]]) {
    const answers = { Train: [...before, ...failing(code)], Recommend: [RECOMMENDED] };
    const { status, output, asked, waits } = run(INPUT, answers);
    expect(asked.at(-1)).toEqual(['Recommend', { push: true, counts: true }]);
    expect([status, output, waits]).toEqual([
      'SUCCEEDED',
      { trained: told(code), recommended: RECOMMENDED },
      [],
    ]);
  }
});

test.each(['no-data', 'lease-held', 'consent-needed'])(
  'is idle, not failed, where there is no recommendation for this reason: %s',
  (code) => {
    const { status, output } = run(INPUT, { Train: [TRAINED], Recommend: failing(code) });
    expect([status, output]).toEqual(['SUCCEEDED', { trained: TRAINED, recommended: told(code) }]);
  },
);

test('is idle where neither has anything to do', () => {
  const { status, output } = run(INPUT, { Train: failing('no-data'), Recommend: failing('no-data') });
  expect([status, output]).toEqual(['SUCCEEDED', { trained: told('no-data'), recommended: told('no-data') }]);
});

test.each(['internal', 'aws-refused', 'lease-lost', 'consent-needed', 'Runtime.HandlerNotFound'])(
  'makes the list by the last model where the training fails (%s), and fails then',
  (code) => {
    for (const before of [[], [MORE]]) {
      const { asked, ...ended } = run(INPUT, {
        Train: [...before, ...failing(code)],
        Recommend: [RECOMMENDED],
      });
      expect(asked.at(-1)).toEqual(['Recommend', { push: true, counts: true }]);
      expect(ended).toMatchObject({ status: 'FAILED', error: code, waits: [] });
    }
    // Nor does an idle recommender hide it.
    expect(run(INPUT, { Train: failing(code), Recommend: failing('no-data') })).toMatchObject({
      status: 'FAILED',
      error: code,
    });
  },
);

test.each(['internal', 'access-refused', 'secret', 'capability-missing'])(
  'fails at once where the recommendation does: %s',
  (code) => {
    const { status, error, waits } = run(INPUT, { Train: [TRAINED], Recommend: failing(code) });
    expect([status, error, waits]).toEqual(['FAILED', code, []]);
  },
);

test.each(['Train', 'Recommend'])(
  '%s is called again where it was killed, or where what failed passes',
  (step) => {
    const answers = { Train: [TRAINED], Recommend: [RECOMMENDED] };
    const first = [...failing('Sandbox.Timedout', 4), ...failing('database-unreachable', 4)];
    const again = step === 'Train' ? TRAINED : RECOMMENDED;
    const { status, waits } = run(INPUT, { ...answers, [step]: [...first, again] });
    expect([status, waits]).toEqual(['SUCCEEDED', [75, 75, 75, 75, 60, 120, 240, 480]]);
    expect(run(INPUT, { ...answers, [step]: failing('Sandbox.Timedout', 5) })).toMatchObject({
      status: 'FAILED',
      error: 'Sandbox.Timedout',
    });
  },
);

test.each(['rate-limited', 'budget-spent'])(
  'recommends an hour later where Spotify cannot be asked now (%s), for a day and an hour',
  (code) => {
    const answers = (times: number) => ({
      Train: [TRAINED],
      Recommend: [...failing(code, times), RECOMMENDED],
    });
    const { status, waits } = run(INPUT, answers(25));
    expect([status, waits]).toEqual(['SUCCEEDED', Array(25).fill(3600)]);
    expect(run(INPUT, answers(26))).toMatchObject({ status: 'FAILED', error: code });
  },
);

test('an execution is ended after thirty days, logs its steps without what flows through them, and invokes two functions and no more', () => {
  expect(machine.TimeoutSeconds).toBe(30 * 24 * 60 * 60);
  expect(properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
  const tasks = Object.values(machine.States).filter(({ Type }) => Type === 'Task');
  expect(tasks.map(({ Resource }) => Resource)).toEqual([
    expect.stringContaining('trainerHandler'),
    expect.stringContaining('recommenderHandler'),
  ]);
});
