import { AwsError, ServiceUnavailableError, UnexpectedAnswerError } from '../../../core/errors.ts';
import { type AthenaTrial, athenaTrial, HEADER } from '../../support/aws/athena.ts';

let trial: AthenaTrial;
beforeEach(async () => {
  trial = await athenaTrial();
});
afterEach(() => trial.close());

describe('a result', () => {
  test('comes with numbers as numbers, null as null, and text as it is', async () => {
    trial.result(
      `${HEADER}"a","1","0.1","true"\n"","-9007199254740991","1.0E-5","false"\n,,,\n` +
        '"a ""quoted"", one\nand\r\nanother line","0","NaN","true"\n"방탄소년단 🎵","7","-Infinity",\n',
    );
    expect(await trial.query()).toEqual([
      { id: 'a', n: 1, x: 0.1, ok: true },
      { id: '', n: -9007199254740991, x: 1e-5, ok: false },
      { id: null, n: null, x: null, ok: null },
      { id: 'a "quoted", one\nand\r\nanother line', n: 0, x: Number.NaN, ok: true },
      { id: '방탄소년단 🎵', n: 7, x: Number.NEGATIVE_INFINITY, ok: null },
    ]);
  });

  test('of one column has a row for each line, also for one of null alone', async () => {
    await trial.close();
    trial = await athenaTrial({ id: 'varchar' });
    trial.result('"id"\n"a"\n\n""\n"\n"\n\n');
    expect(await trial.query()).toEqual([{ id: 'a' }, { id: null }, { id: '' }, { id: '\n' }, { id: null }]);
  });

  test('that is empty has no rows', async () => {
    trial.result(HEADER);
    expect(await trial.query()).toEqual([]);
  });

  test('of 100,000 rows is asked for once', async () => {
    trial.result(
      HEADER + Array.from({ length: 100_000 }, (_, at) => `"가${at}","${at}","0.5","true"\n`).join(''),
    );
    const rows = await trial.query();
    expect(rows).toHaveLength(100_000);
    expect(rows[99_999]).toEqual({ id: '가99999', n: 99_999, x: 0.5, ok: true });
    expect(trial.s3.requests).toHaveLength(1);
    expect(trial.athena.inputsOf('GetQueryResults')).toEqual([{ QueryExecutionId: 'q-1', MaxResults: 1 }]);
  });

  test('that breaks off in the middle goes on with the row after the last', async () => {
    const rows = Array.from({ length: 10_000 }, (_, at) => `"a${at}","${at}","0.5","true"\n`);
    trial.result(HEADER + rows.join(''));
    trial.s3.fault = (_, turn) => (turn <= 2 ? 'cut-body' : undefined);
    const read: unknown[] = [];
    for await (const { n } of trial.warehouse.rows('SELECT 1', [])) read.push(n);
    expect(read).toEqual(rows.map((_, at) => at));
    expect(trial.s3.requests).toHaveLength(3);
  });

  test('that breaks off again and again is told', async () => {
    trial.result(HEADER + '"a","1","0.5","true"\n'.repeat(10_000));
    trial.s3.fault = (_, turn) => (turn <= 2 ? 'cut-body' : undefined);
    expect(await trial.query()).toHaveLength(10_000);
    expect(trial.clock.waits).toEqual([250, 500]);
    trial.s3.fault = () => 'cut-body';
    await expect(trial.query()).rejects.toThrow(ServiceUnavailableError);
  });

  test.each([
    ['', /an empty file/],
    ['"id","n"\n', /the columns id,n,x,ok .* got id,n/],
    [`${HEADER}"a","1"\n`, /CSV/],
    [`${HEADER}"a","1","1","true`, /CSV/],
    [`${HEADER}"a","one","1","true"\n`, /a bigint for n .* got "one"/],
    [`${HEADER}"a","","1","true"\n`, /a bigint for n .* got ""/],
  ])('that is not as Athena writes it is an error: %j', async (csv, message) => {
    trial.result(csv);
    const error = await trial.query().catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect((error as Error).message).toMatch(message);
  });

  test('that is gone, or whose place is not told, is an error', async () => {
    await expect(trial.query()).rejects.toThrow(AwsError);
    trial.stands({ QueryExecution: { Status: { State: 'SUCCEEDED' } } });
    await expect(trial.query()).rejects.toThrow(UnexpectedAnswerError);
  });
});
