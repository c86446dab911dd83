import { randomUUID } from 'node:crypto';
import {
  type AthenaClient,
  type ColumnInfo,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { QueryFailedError, QueryStoppedError, UnexpectedAnswerError } from '../../core/errors.ts';
import type { Warehouse } from '../../core/ports.ts';
import { type Patience, patiently } from '../aws.ts';
import { type AthenaRow, readResult } from './athena-csv.ts';

const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 3_200;
const DEFAULT_TIMEOUT_MS = 10 * 60_000;
/** Rows that are read at a time. */
const BATCH = 1_000;

/** What an `AthenaWarehouse` needs. */
export interface AthenaWarehouseOptions extends Patience {
  athena: AthenaClient;
  /** Reads results from where the workgroup puts them. */
  s3: S3Client;
  workGroup: string;
  database: string;
  /** How long a query may take from its start, in milliseconds; default ten minutes. Then it is stopped. */
  timeoutMs?: number;
}

/** The lake's SQL in Athena. Results come as one stream from S3, since the API pages by 1,000 rows. */
export class AthenaWarehouse implements Warehouse {
  readonly #options: AthenaWarehouseOptions;

  constructor(options: AthenaWarehouseOptions) {
    this.#options = options;
  }

  /** As `rows`, all of them. */
  query(sql: string, parameters: readonly string[], signal?: AbortSignal): Promise<AthenaRow[]> {
    return Array.fromAsync(this.rows(sql, parameters, signal));
  }

  /**
   * As `Warehouse.rows`. Where `signal` aborts, the query is stopped, so that it costs no more. Throws
   * `QueryFailedError` and `QueryStoppedError`.
   */
  async *rows(sql: string, parameters: readonly string[], signal?: AbortSignal): AsyncGenerator<AthenaRow> {
    if (signal?.aborted) throw givenUp('before it began');
    const id = await this.#start(sql, parameters);
    const execution = await this.#end(id, signal);
    const columns = await this.#columns(id);
    yield* this.#result(id, execution.ResultConfiguration?.OutputLocation ?? '', columns, signal);
  }

  async #start(sql: string, parameters: readonly string[]): Promise<string> {
    const { athena, workGroup, database } = this.#options;
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      ExecutionParameters: parameters.length > 0 ? parameters.map(quoted) : undefined,
      WorkGroup: workGroup,
      QueryExecutionContext: { Database: database },
      // The same at every try, so that one whose answer was lost does not run twice.
      ClientRequestToken: randomUUID(),
    });
    const { QueryExecutionId } = await this.#do('start a query', () => athena.send(command));
    return QueryExecutionId ?? '';
  }

  /** Waits for the query's end; it is one with a result. */
  async #end(id: string, signal: AbortSignal | undefined): Promise<QueryExecution> {
    const { athena, clock, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const until = clock.now() + timeoutMs;
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 2, LONGEST_POLL_MS)) {
      const answer = await this.#do(`tell how query ${id} stands`, () => athena.send(command)).catch(
        (error) => this.#stop(id, error),
      );
      const execution = answer.QueryExecution ?? {};
      if (hasResult(id, execution)) return execution;
      if (signal?.aborted) await this.#stop(id, givenUp(id));
      if (clock.now() >= until) await this.#stop(id, tookTooLong(id, timeoutMs));
      await clock.sleep(Math.min(wait, until - clock.now()));
    }
  }

  /** Stops a query that nobody waits for any more, if that can be done at once, and throws the reason. */
  async #stop(id: string, reason: Error): Promise<never> {
    const command = new StopQueryExecutionCommand({ QueryExecutionId: id });
    await this.#options.athena.send(command).catch(() => {});
    throw reason;
  }

  async #columns(id: string): Promise<ColumnInfo[]> {
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: 1 });
    const { ResultSet } = await this.#do(`describe the result of query ${id}`, () =>
      this.#options.athena.send(command),
    );
    return ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  }

  /** Reads the result; where the connection breaks, it is opened again and what was read of it is passed over. */
  async *#result(
    id: string,
    location: string,
    columns: readonly ColumnInfo[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<AthenaRow> {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
    if (!Bucket || !Key) {
      throw new UnexpectedAnswerError(
        `expected Athena to say where the result of query ${id} is, got ${location || 'nothing'}`,
        'give the workgroup a result location (the stack does)',
      );
    }
    const command = new GetObjectCommand({ Bucket, Key });
    let read = 0;
    let open: AsyncIterator<AthenaRow> | undefined;
    const openAgain = async (): Promise<AsyncIterator<AthenaRow>> => {
      const { Body } = await this.#options.s3.send(command);
      const rows = readResult(Body as NodeJS.ReadableStream, columns);
      await take(rows, read);
      return rows;
    };
    const next = async (): Promise<AthenaRow[]> => {
      try {
        open ??= await openAgain();
        return await take(open, BATCH);
      } catch (error) {
        open = undefined;
        throw error;
      }
    };
    for (;;) {
      const rows = await this.#do(`give ${location}`, next);
      if (rows.length === 0) return;
      for (const row of rows) {
        if (signal?.aborted) throw givenUp(id);
        yield row;
      }
      read += rows.length;
    }
  }

  #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    return patiently(what, this.#options, call);
  }
}

/** The next rows, at most so many; fewer where there are no more. */
async function take<T>(rows: AsyncIterator<T>, most: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < most) {
    const { done, value } = await rows.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** A string parameter as Athena wants it: with the quotes of a SQL literal. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function hasResult(id: string, { Status }: QueryExecution): boolean {
  const reason = Status?.StateChangeReason ?? 'no reason given';
  if (Status?.State === 'FAILED') {
    throw new QueryFailedError(
      `expected Athena to run query ${id}, got FAILED: ${reason}`,
      'see docs/operating.md, query-failed, for what the reasons mean',
    );
  }
  if (Status?.State === 'CANCELLED') {
    throw new QueryStoppedError(
      `expected Athena to run query ${id}, got CANCELLED: ${reason}`,
      "run it again; if the scan limit stopped it, raise the workgroup's",
    );
  }
  return Status?.State === 'SUCCEEDED';
}

const givenUp = (id: string): QueryStoppedError =>
  new QueryStoppedError(
    `expected query ${id} to be waited for, got a caller that gave up`,
    'run it again, with more time',
  );

const tookTooLong = (id: string, timeoutMs: number): QueryStoppedError =>
  new QueryStoppedError(
    `expected query ${id} to end within ${timeoutMs / 1000} s, got no end`,
    'see in the Athena console whether it waits in a queue, and run it again',
  );
