import {
  AwsError,
  AwsRefusedError,
  QueryFailedError,
  QueryStoppedError,
  ServiceUnavailableError,
} from '../../../core/errors.ts';
import { type AthenaTrial, athenaTrial, HEADER, standing } from '../../support/aws/athena.ts';
import { AwsFault, type Output, turns } from '../../support/aws/json-service.ts';

const THROTTLED = new AwsFault('ThrottlingException');

let trial: AthenaTrial;
beforeEach(async () => {
  trial = await athenaTrial();
});
afterEach(() => trial.close());

test('a query goes to its workgroup and database, its parameters as quoted strings', async () => {
  trial.result(HEADER);
  await trial.warehouse.query('SELECT ? = ?', ['2026-11-22', "Guns N' Roses; 한국 ''"]);
  await trial.query();
  const [withParameters, without] = trial.athena.inputsOf('StartQueryExecution');
  expect(withParameters).toEqual({
    QueryString: 'SELECT ? = ?',
    ExecutionParameters: ["'2026-11-22'", "'Guns N'' Roses; 한국 '''''"],
    WorkGroup: 'soundalike',
    QueryExecutionContext: { Database: 'music' },
    ClientRequestToken: expect.stringMatching(/^.{32,128}$/),
  });
  expect(without).not.toHaveProperty('ExecutionParameters');
});

describe('a query', () => {
  test('is asked after, first soon and then every few seconds', async () => {
    trial.result(HEADER);
    const running = Array.from({ length: 7 }, () => standing('RUNNING'));
    trial.stands(standing('QUEUED'), ...running, standing('SUCCEEDED'));
    await trial.query();
    expect(trial.clock.waits).toEqual([100, 200, 400, 800, 1600, 3200, 3200, 3200]);
    expect(trial.athena.inputsOf('StopQueryExecution')).toEqual([]);
  });

  test.each([
    ['FAILED', 'TABLE_NOT_FOUND: line 1:15', QueryFailedError],
    ['CANCELLED', 'Bytes scanned limit was exceeded', QueryStoppedError],
  ])('that ends as %s is an error with its reason', async (state, reason, expected) => {
    trial.stands(standing('RUNNING'), standing(state, reason));
    const error = await trial.query().catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ message: `expected Athena to run query q-1, got ${state}: ${reason}` });
    expect(trial.athena.inputsOf('StopQueryExecution')).toEqual([]);
  });

  test('that takes too long is stopped, also where that fails', async () => {
    trial.stands(standing('RUNNING'));
    await expect(trial.query()).rejects.toThrow(/to end within 600 s/);
    trial.athena.operations.StopQueryExecution = () => new AwsFault('InvalidRequestException');
    await expect(trial.query()).rejects.toThrow(QueryStoppedError);
    expect(trial.athena.inputsOf('StopQueryExecution')).toHaveLength(2);
  });

  test('is stopped when its caller gives up, and not begun when it has', async () => {
    const caller = new AbortController();
    trial.athena.operations.GetQueryExecution = () => {
      caller.abort();
      return standing('RUNNING');
    };
    await expect(trial.warehouse.query('SELECT 1', [], caller.signal)).rejects.toThrow(QueryStoppedError);
    expect(trial.athena.inputsOf('StopQueryExecution')).toEqual([{ QueryExecutionId: 'q-1' }]);
    await expect(trial.warehouse.query('SELECT 1', [], caller.signal)).rejects.toThrow(QueryStoppedError);
    expect(trial.athena.inputsOf('StartQueryExecution')).toHaveLength(1);
  });

  test('whose caller gives up while the result is read ends there', async () => {
    const caller = new AbortController();
    trial.result(`${HEADER}"a","1","0.5","true"\n`);
    trial.s3.fault = () => {
      caller.abort();
      return undefined;
    };
    await expect(trial.warehouse.query('SELECT 1', [], caller.signal)).rejects.toThrow(QueryStoppedError);
    expect(trial.s3.requests).toHaveLength(1);
  });
});

describe('when Athena', () => {
  test('throttles for a minute, every call waits for it', async () => {
    trial.result(HEADER);
    const minute = (then: Output) => {
      const end = trial.clock.now() + 60_000;
      return () => (trial.clock.now() < end ? THROTTLED : then);
    };
    trial.athena.operations.StartQueryExecution = minute({ QueryExecutionId: 'q-1' });
    await trial.query();
    trial.athena.operations.GetQueryExecution = minute(standing('SUCCEEDED'));
    await trial.query();
    expect(trial.athena.inputsOf('StartQueryExecution').length).toBeGreaterThan(5);
  });

  test('throttles without end, the query that runs is stopped, and that is told', async () => {
    trial.stands(standing('RUNNING'), THROTTLED);
    await expect(trial.query()).rejects.toThrow(ServiceUnavailableError);
    expect(trial.athena.inputsOf('StopQueryExecution')).toHaveLength(1);
  });

  test.each<Output>(['connection', 'body', new AwsFault('TooManyRequestsException'), new AwsFault('X', 503)])(
    'fails at the start (%j), it is started again as the same query',
    async (fault) => {
      trial.result(HEADER);
      trial.athena.operations.StartQueryExecution = turns(fault, { QueryExecutionId: 'q-1' });
      await trial.query();
      const tokens = trial.athena.inputsOf('StartQueryExecution').map((input) => input.ClientRequestToken);
      expect(tokens).toHaveLength(2);
      expect(new Set(tokens).size).toBe(1);
    },
  );

  test.each([
    ['ExpiredTokenException', AwsRefusedError],
    ['AccessDeniedException', AwsRefusedError],
    ['InvalidRequestException', AwsError],
  ])('says %s, that is told at once', async (code, expected) => {
    trial.athena.operations.StartQueryExecution = () => new AwsFault(code);
    await expect(trial.query()).rejects.toThrow(expected);
    expect(trial.athena.calls).toHaveLength(1);
    expect(trial.clock.waits).toEqual([]);
  });
});
