import { SFNClient } from '@aws-sdk/client-sfn';
import { Workflow } from '../../../adapters/stack/workflow.ts';
import { AwsError, RemoteError, UnexpectedAnswerError } from '../../../core/errors.ts';
import { clientFor, inThisRealm, patience } from '../../support/aws/client.ts';
import { STATE_MACHINE } from '../../support/aws/deployed-stack.ts';
import { AwsFault, type JsonService, type Output, serveJson, turns } from '../../support/aws/json-service.ts';
import type { FakeClock } from '../../support/clock.ts';

const EXECUTION = `${STATE_MACHINE.replace(':stateMachine:', ':execution:')}:cli-1`;
const RUNNING = { status: 'RUNNING' };
const OUTPUT = { collected: { done: true, date: '2026-11-22' }, compared: { published: true } };
const succeeded = (output: object) => ({ status: 'SUCCEEDED', output: JSON.stringify(output) });

let sfn: JsonService;
let clock: FakeClock;
let workflow: Workflow;
beforeEach(async () => {
  sfn = await serveJson({
    StartExecution: ({ name }) => ({ executionArn: `${EXECUTION.slice(0, -5)}${name}`, startDate: 0 }),
    DescribeExecution: () => succeeded(OUTPUT),
    GetExecutionHistory: () => ({ events: [] }),
  });
  const waiting = patience();
  clock = waiting.clock;
  const client = inThisRealm(new SFNClient(clientFor(sfn.url)));
  workflow = new Workflow({ client, stateMachineArn: STATE_MACHINE, ...waiting });
});
afterEach(() => sfn.close());

const stands = (...outputs: Output[]) => {
  sfn.operations.DescribeExecution = turns(...outputs);
};
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );

describe('the start', () => {
  test('gives the input and tells the execution', async () => {
    const input = { collect: { date: '2026-11-22', budget: 5 }, similarity: { neighbours: 3 } };
    expect(await workflow.start('cli-1', input)).toBe(EXECUTION);
    expect(sfn.inputsOf('StartExecution')).toEqual([
      { stateMachineArn: STATE_MACHINE, name: 'cli-1', input: JSON.stringify(input) },
    ]);
  });

  test.each(['connection', 'body'] as const)(
    'whose answer was lost (%s) is repeated by name, and starts one',
    async (cut) => {
      sfn.operations.StartExecution = turns(cut, { executionArn: EXECUTION, startDate: 0 });
      expect(await workflow.start('cli-1', {})).toBe(EXECUTION);
      expect(sfn.inputsOf('StartExecution').map(({ name }) => name)).toEqual(['cli-1', 'cli-1']);
    },
  );

  test('whose answer was lost, and which has ended since, is followed all the same', async () => {
    sfn.operations.StartExecution = turns('connection', new AwsFault('ExecutionAlreadyExists'));
    expect(await workflow.start('cli-1', {})).toBe(EXECUTION);
  });

  test('of a workflow that is not there fails', async () => {
    sfn.operations.StartExecution = () => new AwsFault('StateMachineDoesNotExist');
    expect(await failure(workflow.start('cli-1', {}))).toBeInstanceOf(AwsError);
  });
});

describe('following', () => {
  test('looks less and less often, at last every 15 s, for hours', async () => {
    stands(...Array.from({ length: 1000 }, () => RUNNING), succeeded(OUTPUT));
    expect(await workflow.follow(EXECUTION)).toEqual(OUTPUT);
    expect(clock.waits.slice(0, 3)).toEqual([500, 750, 1125]);
    expect(Math.max(...clock.waits)).toBe(15_000);
    expect(clock.waits).toHaveLength(1000);
    expect(sfn.inputsOf('GetExecutionHistory')).toEqual([]);
  });

  test('tells each state once, the newest of the history first', async () => {
    const entered = (type: string, name: string, input: unknown = {}) => ({
      events: [
        { id: 9, type: 'TaskSubmitted', timestamp: 0 },
        { id: 8, type, timestamp: 0, stateEnteredEventDetails: { name, input: JSON.stringify(input) } },
        { id: 2, type: 'TaskStateEntered', timestamp: 0, stateEnteredEventDetails: { name: 'Old' } },
      ],
    });
    const resumeAfter = '2026-11-22T20:00:00.000Z';
    sfn.operations.GetExecutionHistory = turns(
      entered('TaskStateEntered', 'Collect'),
      entered('TaskStateEntered', 'Collect'),
      entered('WaitStateEntered', 'Wait until Spotify', { collected: { resumeAfter }, similarity: null }),
      entered('WaitStateEntered', 'Wait until Spotify', { resumeAfter }),
      entered('WaitStateEntered', 'Wait a moment'),
      new AwsFault('AccessDeniedException'),
      entered('TaskStateEntered', 'Compare'),
      entered('PassStateEntered', 'Day'),
    );
    stands(...Array.from({ length: 8 }, () => RUNNING), succeeded(OUTPUT));
    const told: string[] = [];
    await workflow.follow(EXECUTION, (what) => told.push(what));
    expect(told).toEqual(['collecting', `waiting until ${resumeAfter}`, 'waiting', 'comparing']);
    expect(sfn.inputsOf('GetExecutionHistory')[0]).toMatchObject({
      executionArn: EXECUTION,
      reverseOrder: true,
    });
  });

  test('outlives a network that is gone for minutes', async () => {
    const gone = Array.from({ length: 60 }, () => 'connection' as const);
    stands(...gone, RUNNING, ...gone, succeeded(OUTPUT));
    expect(await workflow.follow(EXECUTION)).toEqual(OUTPUT);
  });

  test('ends where the network stays away, and says that the execution goes on', async () => {
    stands('connection');
    const error = await failure(workflow.follow(EXECUTION));
    expect(error).toMatchObject({
      code: 'service-unavailable',
      hint: expect.stringContaining(`the execution ${EXECUTION} goes on`),
    });
    expect(sfn.inputsOf('DescribeExecution')).toHaveLength(21 * 5);
  });

  test('ends at once where the credentials have expired', async () => {
    stands(RUNNING, new AwsFault('ExpiredTokenException', 403));
    expect(await failure(workflow.follow(EXECUTION))).toMatchObject({
      code: 'aws-refused',
      hint: expect.stringMatching(/goes on without this command; renew the AWS credentials/),
    });
    expect(sfn.inputsOf('DescribeExecution')).toHaveLength(2);
  });
});

describe('the end', () => {
  const cause = JSON.stringify({ errorType: 'lease-held', errorMessage: 'held by x\nwait' });

  test('of one that is not done is its collection', async () => {
    const output = { collected: { done: false, stopped: 'the budget' } };
    stands(succeeded(output));
    expect(await workflow.follow(EXECUTION)).toEqual(output);
  });

  test.each([
    [
      'skipped, since another run is under way',
      succeeded({ skipped: true, error: { Error: 'lease-held', Cause: cause } }),
    ],
    ['failed', { status: 'FAILED', error: 'lease-held', cause }],
  ])('of one that was %s is what its function raised', async (_, end) => {
    stands(end);
    const error = await failure(workflow.follow(EXECUTION));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ code: 'lease-held', message: 'held by x', hint: 'wait' });
  });

  test.each([
    [
      'a function that was ended',
      { status: 'FAILED', error: 'Sandbox.Timedout', cause: '{"errorMessage":"Task timed out"}' },
      'was ended at its time limit',
    ],
    ['one without a cause', { status: 'FAILED', error: 'States.Runtime' }, 'ended with States.Runtime'],
    ['one without a word', { status: 'FAILED' }, 'ended with an error'],
    ['somebody who stopped it', { status: 'ABORTED', cause: 'enough' }, 'it is ABORTED (enough)'],
    ['its time', { status: 'TIMED_OUT' }, 'but it is TIMED_OUT'],
  ])('by %s names the execution', async (_, end, says) => {
    stands(end);
    const error = await failure(workflow.follow(EXECUTION));
    expect(error).toBeInstanceOf(AwsError);
    expect((error as Error).message).toContain(EXECUTION);
    expect((error as Error).message).toContain(says);
  });

  test.each([{}, { collected: {} }, { skipped: true }])('with %j is none', async (output) => {
    stands(succeeded(output));
    expect(await failure(workflow.follow(EXECUTION))).toBeInstanceOf(UnexpectedAnswerError);
  });
});
