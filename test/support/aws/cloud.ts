import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDbWarehouse } from '../../../adapters/warehouse/duckdb.ts';
import { tableFolder } from '../../../core/names.ts';
import { TABLES, type TableName } from '../../../core/tables.ts';
import { AwsFault, type Input, type JsonService, serveJson } from './json-service.ts';
import { type S3Server, serveS3 } from './s3.ts';

/** Names of the lake's parts in a cloud. */
export const [LAKE, DATABASE] = ['lake-bucket', 'lake_database'] as const;
const RESULTS = 'results-bucket';

/** S3, Glue, Athena and Secrets Manager over the wire. Athena is DuckDB over the partitions that Glue knows. */
export interface Cloud {
  s3: S3Server;
  /** Glue, Athena and Secrets Manager. */
  services: JsonService;
  /** Values by id. */
  secrets: Map<string, string>;
  /** The registered partitions: `top_tracks/2026-11-22`. */
  partitions: Set<string>;
  /** What the SDK's clients find them by. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** Starts an empty one. */
export async function startCloud(): Promise<Cloud> {
  const s3 = await serveS3();
  const [partitions, secrets] = [new Set<string>(), new Map<string, string>()];
  const athena = athenaOver(s3, partitions);
  const services = await serveJson({
    ...glueOver(partitions),
    ...athena,
    GetSecretValue: ({ SecretId }) =>
      secrets.has(String(SecretId))
        ? { SecretString: secrets.get(String(SecretId)) }
        : new AwsFault('ResourceNotFoundException'),
    PutSecretValue: ({ SecretId, SecretString }) => {
      if (!secrets.has(String(SecretId))) return new AwsFault('ResourceNotFoundException');
      secrets.set(String(SecretId), String(SecretString));
      return {};
    },
  });
  return {
    s3,
    services,
    secrets,
    partitions,
    environment: {
      AWS_ENDPOINT_URL: services.url,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    },
    close: async () => {
      await Promise.all([s3.close(), services.close()]);
    },
  };
}

function glueOver(partitions: Set<string>): JsonService['operations'] {
  return {
    GetTable: ({ Name }) => ({
      Table: { Name, StorageDescriptor: { Location: `s3://${LAKE}/${tableFolder(Name as TableName)}/` } },
    }),
    BatchCreatePartition: ({ TableName, PartitionInputList }) => {
      const [{ Values }] = PartitionInputList as [{ Values: [string] }];
      const partition = `${TableName}/${Values[0]}`;
      if (partitions.has(partition)) {
        return { Errors: [{ ErrorDetail: { ErrorCode: 'AlreadyExistsException' } }] };
      }
      partitions.add(partition);
      return {};
    },
    DeletePartition: ({ TableName, PartitionValues }) =>
      partitions.delete(`${TableName}/${(PartitionValues as string[])[0]}`)
        ? {}
        : new AwsFault('EntityNotFoundException'),
  };
}

/** Column types of DuckDB as Athena calls them. */
const TYPES: Record<string, string> = { DOUBLE: 'double', BOOLEAN: 'boolean', VARCHAR: 'varchar' };

interface Query {
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  reason?: string;
  columns: { Name: string; Type: string }[];
}

function athenaOver(s3: S3Server, partitions: ReadonlySet<string>): JsonService['operations'] {
  const queries = new Map<string, Query>();
  const location = (id: string) => `${RESULTS}/${id}.csv`;
  return {
    StartQueryExecution: ({ QueryString, ExecutionParameters }) => {
      const id = `query-${queries.size + 1}`;
      const query: Query = { state: 'RUNNING', columns: [] };
      queries.set(id, query);
      const parameters = ((ExecutionParameters ?? []) as string[]).map(literal);
      answer(s3, partitions, String(QueryString), parameters).then(
        ({ columns, csv }) => {
          s3.objects.set(location(id), Buffer.from(csv));
          Object.assign(query, { state: 'SUCCEEDED', columns });
        },
        (error: Error) => Object.assign(query, { state: 'FAILED', reason: error.message }),
      );
      return { QueryExecutionId: id };
    },
    GetQueryExecution: ({ QueryExecutionId }: Input) => {
      const id = String(QueryExecutionId);
      const { state, reason } = queries.get(id) ?? {};
      const ResultConfiguration = { OutputLocation: `s3://${location(id)}` };
      return { QueryExecution: { Status: { State: state, StateChangeReason: reason }, ResultConfiguration } };
    },
    GetQueryResults: ({ QueryExecutionId }) => ({
      ResultSet: {
        Rows: [],
        ResultSetMetadata: { ColumnInfo: queries.get(String(QueryExecutionId))?.columns },
      },
    }),
    StopQueryExecution: () => ({}),
  };
}

/** The text of a SQL literal, as Athena takes parameters. */
const literal = (parameter: string): string => parameter.slice(1, -1).replaceAll("''", "'");

/** Runs a query over the registered partitions as they are now. */
async function answer(
  s3: S3Server,
  partitions: ReadonlySet<string>,
  sql: string,
  parameters: string[],
): Promise<{ columns: Query['columns']; csv: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-athena-'));
  const warehouse = new DuckDbWarehouse(folder);
  try {
    for (const partition of partitions) {
      const [table, value] = partition.split('/') as [TableName, string];
      const prefix = `${tableFolder(table)}/${TABLES[table].partition}=${value}/`;
      for (const [path, bytes] of s3.objects) {
        if (!path.startsWith(`${LAKE}/${prefix}`)) continue;
        const file = join(folder, path.slice(LAKE.length + 1));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, bytes);
      }
    }
    const rows = await warehouse.query(sql, parameters);
    const described = await warehouse.query(`DESCRIBE ${sql}`, parameters);
    const columns = described.map(({ column_name, column_type }) => ({
      Name: String(column_name),
      Type: TYPES[String(column_type)] ?? 'bigint',
    }));
    const header = columns.map(({ Name }) => field(Name)).join();
    const lines = rows.map((row) => columns.map(({ Name }) => field(row[Name])).join());
    return { columns, csv: [header, ...lines, ''].join('\n') };
  } finally {
    await warehouse.close();
    await rm(folder, { recursive: true });
  }
}

const field = (value: unknown): string =>
  value === null || value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`;
