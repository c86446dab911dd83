import { AthenaClient } from '@aws-sdk/client-athena';
import { S3Client } from '@aws-sdk/client-s3';
import { AthenaWarehouse } from '../../../adapters/warehouse/athena.ts';
import type { AthenaRow } from '../../../adapters/warehouse/athena-csv.ts';
import type { FakeClock } from '../clock.ts';
import { clientFor, inThisRealm, patience } from './client.ts';
import { type JsonService, type Output, serveJson, turns } from './json-service.ts';
import { type S3Server, serveS3 } from './s3.ts';

const COLUMNS = { id: 'varchar', n: 'bigint', x: 'double', ok: 'boolean' };
/** First line of a result of the default columns. */
export const HEADER = '"id","n","x","ok"\n';

const RESULT = 'results/queries/q-1.csv';

/** How a query stands, as `GetQueryExecution` tells. */
export const standing = (State: string, StateChangeReason?: string): Output => ({
  QueryExecution: {
    QueryExecutionId: 'q-1',
    Status: { State, StateChangeReason },
    ResultConfiguration: { OutputLocation: `s3://${RESULT}` },
  },
});

/** A warehouse over an Athena and an S3 of its own. */
export interface AthenaTrial {
  athena: JsonService;
  s3: S3Server;
  clock: FakeClock;
  warehouse: AthenaWarehouse;
  /** Puts the result of the query in S3. */
  result(csv: string): void;
  /** How the query stands at each time it is asked; the last again and again. Default: it has succeeded. */
  stands(...outputs: Output[]): void;
  /** Asks something without parameters. */
  query(): Promise<AthenaRow[]>;
  close(): Promise<unknown>;
}

/** Starts both; the one query has a result of these columns, types by name. */
export async function athenaTrial(columns: Record<string, string> = COLUMNS): Promise<AthenaTrial> {
  const ColumnInfo = Object.entries(columns).map(([Name, Type]) => ({ Name, Type }));
  const athena = await serveJson({
    StartQueryExecution: () => ({ QueryExecutionId: 'q-1' }),
    GetQueryExecution: () => standing('SUCCEEDED'),
    GetQueryResults: () => ({ ResultSet: { Rows: [], ResultSetMetadata: { ColumnInfo } } }),
    StopQueryExecution: () => ({}),
  });
  const s3 = await serveS3();
  const waiting = patience();
  const warehouse = new AthenaWarehouse({
    athena: inThisRealm(new AthenaClient(clientFor(athena.url))),
    s3: inThisRealm(new S3Client({ ...clientFor(s3.url), forcePathStyle: true })),
    workGroup: 'soundalike',
    database: 'music',
    ...waiting,
  });
  return {
    athena,
    s3,
    clock: waiting.clock,
    warehouse,
    result: (csv) => s3.objects.set(RESULT, Buffer.from(csv)),
    stands: (...outputs) => {
      athena.operations.GetQueryExecution = turns(...outputs);
    },
    query: () => warehouse.query('SELECT 1', []),
    close: () => Promise.all([athena.close(), s3.close()]),
  };
}
