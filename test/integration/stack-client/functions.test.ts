import { LambdaClient } from '@aws-sdk/client-lambda';
import { LAMBDA_CLIENT, StackFunctions } from '../../../adapters/stack/functions.ts';
import {
  AwsError,
  AwsRefusedError,
  LeaseHeldError,
  RemoteError,
  ServiceUnavailableError,
  UnexpectedAnswerError,
} from '../../../core/errors.ts';
import { clientFor, inThisRealm, patience } from '../../support/aws/client.ts';
import { type InvokeFault, type LambdaServer, STACK, serveLambda } from '../../support/aws/deployed-stack.ts';
import { AwsFault } from '../../support/aws/json-service.ts';
import type { FakeClock } from '../../support/clock.ts';

let lambda: LambdaServer;
let clock: FakeClock;
let functions: StackFunctions;
beforeEach(async () => {
  lambda = await serveLambda({ catalog: (event) => ({ got: event }) });
  const waiting = patience();
  clock = waiting.clock;
  const client = inThisRealm(new LambdaClient({ ...clientFor(lambda.url), ...LAMBDA_CLIENT }));
  functions = new StackFunctions({ client, stack: STACK, ...waiting });
});
afterEach(() => lambda.close());

/** The first invocations go wrong like this. */
const faults = (...first: InvokeFault[]) => {
  lambda.fault = (turn) => first[turn - 1];
};
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
const adding = { add: ['Björk'] };

test('an event reaches the function of that stack, and its result comes back', async () => {
  expect(await functions.invoke('catalog', adding)).toEqual({ got: adding });
  expect(lambda.invocations).toEqual([{ name: 'Soundalike-catalog', event: adding }]);
});

test('a function may take 15 minutes to answer', () => {
  expect(LAMBDA_CLIENT.requestHandler.socketTimeout).toBeGreaterThan(15 * 60_000);
  expect(LAMBDA_CLIENT.maxAttempts).toBe(1);
});

test('what a function raises is raised here, with its code, message and hint', async () => {
  lambda.functions.catalog = () => {
    throw new LeaseHeldError('expected no other,\ngot run r1', 'wait until it is done');
  };
  const error = await failure(functions.invoke('catalog', adding));
  expect(error).toBeInstanceOf(RemoteError);
  expect(error).toMatchObject({
    code: 'lease-held',
    message: 'expected no other,\ngot run r1',
    hint: 'wait until it is done',
  });
  expect(lambda.invocations).toHaveLength(1);
});

test.each([
  [
    'its time',
    { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 900.00 seconds' },
    'was ended at its time limit',
  ],
  [
    'its time, without a type',
    { errorMessage: 'R1 Task timed out after 3.00 seconds' },
    'was ended at its time limit',
  ],
  [
    'its memory',
    { errorType: 'Runtime.ExitError', errorMessage: 'signal: killed' },
    'was ended by force, mostly since its memory was used up',
  ],
  [
    'a long answer',
    { errorType: 'Function.ResponseSizeTooLarge', errorMessage: 'exceeded' },
    'more than the 6 MB',
  ],
  [
    'its bundle',
    { errorType: 'Runtime.ImportModuleError', errorMessage: 'no x' },
    'ended with Runtime.ImportModuleError: no x',
  ],
  [
    'an error of no code',
    { errorType: 'TypeError', errorMessage: 'x is no y\nat z' },
    'ended with TypeError: x is no y',
  ],
  ['an error without a hint', { errorType: 'error', errorMessage: 'x' }, 'ended with error: x'],
])('a function that dies of %s says so, and is not invoked again', async (_, death, says) => {
  faults(death);
  const error = await failure(functions.invoke('catalog', adding, { repeats: true }));
  expect(error).toBeInstanceOf(AwsError);
  expect((error as Error).message).toContain('expected the function Soundalike-catalog to come to its end');
  expect((error as Error).message).toContain(says);
  expect(lambda.invocations).toHaveLength(1);
});

test('a throttled invocation has run nothing, and is repeated for two minutes', async () => {
  const throttled = new AwsFault('TooManyRequestsException', 429);
  faults(throttled, throttled);
  expect(await functions.invoke('catalog', adding)).toEqual({ got: adding });
  expect(clock.waits).toEqual([250, 500]);
  lambda.fault = () => throttled;
  expect(await failure(functions.invoke('catalog', adding))).toBeInstanceOf(ServiceUnavailableError);
});

describe.each(['cut', 'cut-body', new AwsFault('ServiceException', 500)] as const)(
  'an answer lost by %p',
  (fault) => {
    test('is told and not asked for again, since the function may have done its work', async () => {
      faults(fault);
      const error = await failure(functions.invoke('catalog', adding));
      expect(error).toBeInstanceOf(ServiceUnavailableError);
      expect((error as Error).message).toMatch(
        /expected an answer of the function Soundalike-catalog, .* may have done its work/,
      );
      expect([lambda.invocations.length, clock.waits]).toEqual([1, []]);
    });

    test('is asked for again where that does no harm', async () => {
      faults(fault, fault);
      const event = { list: true };
      expect(await functions.invoke('catalog', event, { repeats: true })).toEqual({ got: event });
      expect(lambda.invocations).toHaveLength(3);
    });
  },
);

test('an invocation that never left is repeated, whatever the event', async () => {
  await lambda.close();
  const error = await failure(functions.invoke('catalog', adding));
  expect(error).toBeInstanceOf(ServiceUnavailableError);
  expect((error as Error).message).not.toContain('may have done its work');
  expect(clock.waits).toHaveLength(4);
});

test.each([
  ['without credentials', new AwsFault('UnrecognizedClientException', 403), AwsRefusedError],
  ['without the right', new AwsFault('AccessDeniedException', 403), AwsRefusedError],
  ['of a function that is not there', new AwsFault('ResourceNotFoundException', 404), AwsError],
  ['of more than 6 MB', new AwsFault('RequestTooLargeException', 413), AwsError],
])('an invocation %s is refused once', async (_, fault, Cause) => {
  faults(fault);
  expect(await failure(functions.invoke('catalog', adding))).toBeInstanceOf(Cause);
  expect(lambda.invocations).toHaveLength(1);
});

test.each([null, 'text', 1])('%p is no result', async (result) => {
  lambda.functions.catalog = () => result;
  expect(await failure(functions.invoke('catalog', adding))).toBeInstanceOf(UnexpectedAnswerError);
});
