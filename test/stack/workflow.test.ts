import { answering, failing } from './states.ts';
import { machineOf, synthesise } from './synthesise.ts';

const { machine, properties } = machineOf(synthesise(), 'Workflow');
const run = answering(machine);

const RUN = 'r1';
const DATE = '2026-11-22';
const DONE = { date: DATE, run: RUN, done: true, resumeAfter: null, artists: { asked: 3, collected: 3 } };
const MORE = { ...DONE, done: false, stopped: 'time' };
const LATER = { ...MORE, resumeAfter: '2026-11-22T18:23:20.000Z', stopped: 'rate-limited' };
/** What the comparison is asked. */
const DAY = { date: DATE, inOnePiece: 20_000_000 };
const COMPARED = { date: DATE, run: 'r2', published: true };

test('collects, then compares the collected date, whatever the day is by then', () => {
  const { status, output, asked, waits } = run({}, { Collect: [DONE], Compare: [COMPARED] });
  expect(asked).toEqual([
    ['Collect', {}],
    ['Compare', DAY],
  ]);
  expect([status, output, waits]).toEqual(['SUCCEEDED', { collected: DONE, compared: COMPARED }, []]);
});

test('gives each function its part of the input', () => {
  const input = { collect: { artists: ['a'] }, similarity: { minCoverage: 0.5, date: '1999-01-01' } };
  expect(run(input, { Collect: [DONE], Compare: [COMPARED] }).asked).toEqual([
    ['Collect', { artists: ['a'] }],
    ['Compare', { minCoverage: 0.5, ...DAY }],
  ]);
});

test('waits until Spotify may be asked again, and goes on with the same run', () => {
  const { asked, waits, output } = run({}, { Collect: [LATER, LATER, DONE], Compare: [COMPARED] });
  expect(asked).toEqual([
    ['Collect', {}],
    ['Collect', { run: RUN }],
    ['Collect', { run: RUN }],
    ['Compare', DAY],
  ]);
  expect(waits).toEqual([LATER.resumeAfter, LATER.resumeAfter]);
  expect(output).toEqual({ collected: DONE, compared: COMPARED });
});

test('goes on at once where only the time of the call was used up', () => {
  const { asked, waits } = run({}, { Collect: [MORE, MORE, DONE], Compare: [COMPARED] });
  expect(asked.map(([, event]) => event)).toEqual([{}, { run: RUN }, { run: RUN }, DAY]);
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

describe('a comparison that is too large for one function', () => {
  const PLAN = { done: false, run: 'r2', date: DATE, artists: 9, pairs: 99, shards: [0, 1, 2] };
  const each = (step: string) => PLAN.shards.map((n) => ({ run: 'r2', [step]: n }));
  const answers = { Collect: [DONE], Compare: [PLAN], Shard: each('shard'), Load: each('shard') };

  test('has each shard computed, then each loaded, then the run published', () => {
    const { status, output, asked, waits } = run({}, { ...answers, Finish: [COMPARED] });
    expect(asked.slice(1)).toEqual([
      ['Compare', DAY],
      ...each('shard').map((event) => ['Shard', event]),
      ...each('load').map((event) => ['Load', event]),
      ['Finish', { run: 'r2', finish: true }],
    ]);
    expect([status, output, waits]).toEqual(['SUCCEEDED', { collected: DONE, compared: COMPARED }, []]);
  });

  test.each(['Shard', 'Load', 'Finish'])(
    '%s is called again where that can help, and else fails it',
    (step) => {
      const whole: Record<string, unknown[]> = { ...answers, Finish: [COMPARED] };
      const killed = { ...whole, [step]: [...failing('Runtime.OutOfMemory', 4), ...(whole[step] ?? [])] };
      expect(run({}, killed)).toMatchObject({ status: 'SUCCEEDED', waits: [75, 75, 75, 75] });
      const lost = { ...whole, [step]: failing('lease-lost') };
      const error = step === 'Shard' ? 'States.ExceedToleratedFailureThreshold' : 'lease-lost';
      expect(run({}, lost)).toMatchObject({ status: 'FAILED', error, waits: [] });
    },
  );

  test('goes in child executions, a few at a time, and into the database by fewer', () => {
    const { Shards, Loads } = machine.States;
    expect(Shards).toMatchObject({ MaxConcurrency: 5, Label: 'Shards', ResultPath: null });
    expect(Shards?.ItemProcessor?.ProcessorConfig).toEqual({
      Mode: 'DISTRIBUTED',
      ExecutionType: 'STANDARD',
    });
    expect(Loads).toMatchObject({ MaxConcurrency: 4, ResultPath: null });
    expect(Loads?.ItemProcessor?.ProcessorConfig).toEqual({ Mode: 'INLINE' });
  });

  test('the size from which on it does so is a setting', () => {
    const other = answering(machineOf(synthesise({ inOnePiece: 5 }), 'Workflow').machine);
    expect(other({}, { Collect: [DONE], Compare: [COMPARED] }).asked[1]).toEqual([
      'Compare',
      { date: DATE, inOnePiece: 5 },
    ]);
  });
});

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

test('an execution is ended after 30 days, logs its steps without what flows through them, and invokes two functions and no more', () => {
  expect(machine.TimeoutSeconds).toBe(30 * 24 * 60 * 60);
  expect(properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
  const tasks = Object.values(machine.States).filter(({ Type }) => Type === 'Task');
  const functions = tasks.filter(({ Resource }) => !String(Resource).includes(':sns:'));
  expect(functions.map(({ Resource }) => Resource)).toEqual([
    expect.stringContaining('collectorHandler'),
    expect.stringContaining('similarityHandler'),
    expect.stringContaining('similarityHandler'),
  ]);
});

describe('notices', () => {
  const SEEN = {
    ...COMPARED,
    warnings: ['not published: {too} few'],
    report: { page: 'reports/dt=2026-11-22/index.html', map: null },
  };
  const withNotices = (notices: string) =>
    answering(machineOf(synthesise({ notices, stack: 'Mine' }), 'Workflow').machine);
  const told = ({ asked }: ReturnType<typeof run>) =>
    asked.filter(([state]) => state.startsWith('Tell')).map(([, { Subject, Message }]) => [Subject, Message]);
  const answers = { Collect: [DONE], Compare: [SEEN] };

  test.each(['failures', 'off'])('by %s, a run that succeeds is not told of', (notices) => {
    expect(told(withNotices(notices)({}, answers))).toEqual([]);
  });

  test('by every-run, the key of the report and the command that opens the explorer are told', () => {
    const ended = withNotices('every-run')({}, answers);
    expect(told(ended)).toEqual([
      [
        'Mine: a run was published',
        `The run of ${DATE} was published. Warnings: ["not published: {too} few"]. In the lake's bucket: ` +
          `{"page":"reports/dt=2026-11-22/index.html","map":null}. To look closer: npx soundalike explore --stack Mine`,
      ],
    ]);
    expect(ended.output).toEqual({ collected: DONE, compared: SEEN });
  });

  test('a run that is held back is told of with its warnings', () => {
    const [[subject, message] = []] = told(
      withNotices('every-run')({}, { ...answers, Compare: [{ ...SEEN, published: false }] }),
    );
    expect(subject).toBe('Mine: a run was not published');
    expect(message).toContain('was not published: ["not published: {too} few"].');
  });

  test('a run in shards is told of once it is finished', () => {
    const plan = { done: false, run: 'r2', date: DATE, shards: [0] };
    const shards = { Shard: [{}], Load: [{}], Finish: [SEEN] };
    const ended = withNotices('every-run')({}, { Collect: [DONE], Compare: [plan], ...shards });
    expect(told(ended)).toHaveLength(1);
    expect(ended.output).toEqual({ collected: DONE, compared: SEEN });
  });

  test.each(['failures', 'every-run'])(
    'by %s, a failure is told of with its cause, and fails all the same',
    (notices) => {
      for (const step of ['Collect', 'Compare']) {
        const ended = withNotices(notices)({}, { ...answers, [step]: failing('credentials') });
        expect(told(ended)).toEqual([
          ['Mine: a run failed', expect.stringMatching(/^The run failed: credentials\. .*do this/)],
        ]);
        expect(ended).toMatchObject({ status: 'FAILED', error: 'credentials' });
      }
    },
  );

  test('by off, a failure fails at once', () => {
    const ended = withNotices('off')({}, { Collect: failing('credentials') });
    expect([told(ended), ended.status]).toEqual([[], 'FAILED']);
  });

  test('neither a run that is skipped nor one that the caller limits is told of', () => {
    const tell = withNotices('every-run');
    expect(told(tell({}, { Collect: failing('lease-held') }))).toEqual([]);
    expect(told(tell({ collect: { budget: 5 } }, { Collect: [MORE] }))).toEqual([]);
  });

  test('a notice that cannot be sent is tried again, and changes nothing of the run', () => {
    const tell = withNotices('every-run');
    const lost = failing('SNS.AmazonSNSException', 4);
    expect(tell({}, { ...answers, 'Tell of a published run': lost })).toMatchObject({
      status: 'SUCCEEDED',
      waits: [5, 10, 20],
    });
    const failed = tell({}, { Collect: failing('credentials'), 'Tell of the failure': lost });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'credentials' });
  });
});
