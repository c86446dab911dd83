import { execute, FunctionError, type Machine } from './states.ts';
import { ofType, synthesise } from './synthesise.ts';

const [[, found] = []] = ofType(synthesise(), 'AWS::StepFunctions::StateMachine');
const parts: unknown[] = found?.Properties.DefinitionString['Fn::Join'][1];
const machine = JSON.parse(
  parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part).replaceAll('"', "'"))).join(''),
) as Machine;

const RUN = 'r1';
const DATE = '2026-11-22';
const DONE = { date: DATE, run: RUN, done: true, resumeAfter: null, artists: { asked: 3, collected: 3 } };
const MORE = { ...DONE, done: false, stopped: 'time' };
const LATER = { ...MORE, resumeAfter: '2026-11-22T18:23:20.000Z', stopped: 'rate-limited' };
const COMPARED = { date: DATE, run: 'r2', published: true };

/** Runs the workflow with functions that give, or throw, these in turn; and tells what these were asked. */
function run(input: Record<string, unknown>, answers: { Collect?: unknown[]; Compare?: unknown[] }) {
  const left: Record<string, unknown[]> = {
    Collect: [...(answers.Collect ?? [])],
    Compare: [...(answers.Compare ?? [])],
  };
  const asked: [string, unknown][] = [];
  const execution = execute(machine, input, (state, event) => {
    asked.push([state, event]);
    const [answer] = left[state]?.splice(0, 1) ?? [];
    if (answer instanceof FunctionError) throw answer;
    if (answer === undefined) throw new Error(`${state} was not expected to be asked again`);
    return answer;
  });
  return { ...execution, asked };
}

const failing = (code: string, times = 1): FunctionError[] =>
  Array.from({ length: times }, () => new FunctionError(code));

test('collects, then compares the collected date, whatever the day is by then', () => {
  const { status, output, asked, waits } = run({}, { Collect: [DONE], Compare: [COMPARED] });
  expect(asked).toEqual([
    ['Collect', {}],
    ['Compare', { date: DATE }],
  ]);
  expect([status, output, waits]).toEqual(['SUCCEEDED', { collected: DONE, compared: COMPARED }, []]);
});

test('gives each function its part of the input', () => {
  const input = { collect: { artists: ['a'] }, similarity: { minCoverage: 0.5, date: '1999-01-01' } };
  expect(run(input, { Collect: [DONE], Compare: [COMPARED] }).asked).toEqual([
    ['Collect', { artists: ['a'] }],
    ['Compare', { minCoverage: 0.5, date: DATE }],
  ]);
});

test('waits until Spotify may be asked again, and goes on with the same run', () => {
  const { asked, waits, output } = run({}, { Collect: [LATER, LATER, DONE], Compare: [COMPARED] });
  expect(asked).toEqual([
    ['Collect', {}],
    ['Collect', { run: RUN }],
    ['Collect', { run: RUN }],
    ['Compare', { date: DATE }],
  ]);
  expect(waits).toEqual([LATER.resumeAfter, LATER.resumeAfter]);
  expect(output).toEqual({ collected: DONE, compared: COMPARED });
});

test('goes on at once where only the time of the call was used up', () => {
  const { asked, waits } = run({}, { Collect: [MORE, MORE, DONE], Compare: [COMPARED] });
  expect(asked.map(([, event]) => event)).toEqual([{}, { run: RUN }, { run: RUN }, { date: DATE }]);
  expect(waits).toEqual([]);
});

test.each([{ budget: 5 }, { dryRun: true }])(
  'ends with the collection where the caller limits it: %j',
  (collect) => {
    for (const stopped of [MORE, LATER]) {
      const answer = { ...stopped, run: 'dryRun' in collect ? null : RUN };
      const { status, output, asked } = run({ collect }, { Collect: [answer] });
      expect([status, output, asked]).toEqual(['SUCCEEDED', { collected: answer }, [['Collect', collect]]]);
    }
  },
);

test('a dry run never compares, and one that says no is none', () => {
  expect(run({ collect: { dryRun: true } }, { Collect: [{ ...DONE, run: null }] }).output).toEqual({
    collected: { ...DONE, run: null },
  });
  const { asked } = run({ collect: { dryRun: false } }, { Collect: [DONE], Compare: [COMPARED] });
  expect(asked.map(([state]) => state)).toEqual(['Collect', 'Compare']);
});

test('a limited collection that is done is compared', () => {
  const { output } = run({ collect: { budget: 500 } }, { Collect: [DONE], Compare: [COMPARED] });
  expect(output).toEqual({ collected: DONE, compared: COMPARED });
});

test.each(['Collect', 'Compare'])('is skipped, not failed, where %s finds another run under way', (step) => {
  const answers = { Collect: [DONE], Compare: [COMPARED], [step]: failing('lease-held') };
  const { status, output } = run({}, answers);
  expect(status).toBe('SUCCEEDED');
  expect(output).toEqual({
    skipped: true,
    error: { Error: 'lease-held', Cause: expect.stringContaining('do this') },
  });
});

test.each(['Sandbox.Timedout', 'Lambda.Unknown', 'Runtime.ExitError', 'Runtime.OutOfMemory'])(
  'a function that was killed (%s) is called again once its lease of 60 s has ended',
  (code) => {
    const { status, waits, asked } = run({}, { Collect: [...failing(code, 4), DONE], Compare: [COMPARED] });
    expect([status, waits]).toEqual(['SUCCEEDED', [75, 75, 75, 75]]);
    expect(asked.slice(0, 5).map(([, event]) => event)).toEqual([{}, {}, {}, {}, {}]);
    expect(run({}, { Collect: failing(code, 5) })).toMatchObject({ status: 'FAILED', error: code });
  },
);

test.each(['service-unavailable', 'database-unreachable', 'database-busy', 'query-stopped', 'day-not-ready'])(
  'what passes (%s) is tried again, with longer and longer waits, and then fails',
  (code) => {
    const { status, waits } = run({}, { Collect: [DONE], Compare: [...failing(code, 4), COMPARED] });
    expect([status, waits]).toEqual(['SUCCEEDED', [60, 120, 240, 480]]);
    expect(run({}, { Collect: [DONE], Compare: failing(code, 5) })).toMatchObject({
      status: 'FAILED',
      error: code,
    });
  },
);

test("Lambda's own troubles are tried again within seconds, with jitter", () => {
  const { status, waits } = run(
    {},
    { Collect: [...failing('Lambda.TooManyRequestsException', 7), DONE], Compare: [COMPARED] },
  );
  expect([status, waits]).toEqual(['SUCCEEDED', [5, 10, 20, 40, 80, 160, 300]]);
  expect(machine.States.Collect?.Retry?.[0]?.JitterStrategy).toBe('FULL');
});

test.each(['credentials', 'access-refused', 'no-artists', 'secret', 'lease-lost', 'internal', 'Error'])(
  'anything else (%s) fails the execution at once',
  (code) => {
    expect(run({}, { Collect: failing(code) })).toMatchObject({ status: 'FAILED', error: code, waits: [] });
  },
);

test('the state stays far below 256 KB with the longest lists that results have', () => {
  const name = '\u{1F3B5}'.repeat(50);
  const dropped = Array.from({ length: 100 }, (_, i) => ({
    id: `${i}`.padStart(64, '0'),
    name,
    reason: 'no-features:instrumentalness',
  }));
  const { output } = run({}, { Collect: [{ ...DONE, dropped }], Compare: [{ ...COMPARED, dropped }] });
  expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThan(100 * 1024);
});

test('an execution is ended after three days, logs what it does, and invokes two functions and no more', () => {
  expect(machine.TimeoutSeconds).toBe(3 * 24 * 60 * 60);
  expect(found?.Properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: true });
  const tasks = Object.values(machine.States).filter(({ Type }) => Type === 'Task');
  expect(tasks.map(({ Resource }) => Resource)).toEqual([
    expect.stringContaining('collectorHandler'),
    expect.stringContaining('similarityHandler'),
  ]);
});
