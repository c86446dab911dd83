import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  type Column,
  Database,
  DataFormat,
  S3Table,
  S3TableStorage,
  Schema,
  type Type,
} from 'aws-cdk-lib/aws-glue';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  CHECKPOINTS,
  ENVIRONMENT,
  LONGEST_COLLECTION_DAYS,
  SHARDS,
  STAGING,
  tableFolder,
  UPLOADS,
} from '../core/names.ts';
import { type ColumnType, type LakeTable, TABLES, type TableName } from '../core/tables.ts';
import { type Access, acknowledge, objectsOf } from './access.ts';
import type { Settings } from './settings.ts';

/** How long what was overwritten or removed by mistake can be brought back. */
const VERSIONS_KEPT = Duration.days(30);
/** Slices of a collection, and what a stopped run still has to put in place, are kept while something may go on with them. */
const STAGED_DAYS = 3 * LONGEST_COLLECTION_DAYS;
/** Days after which what no run has removed goes by itself, by prefix. */
const PASSING: Record<string, number> = {
  [UPLOADS]: 7,
  [CHECKPOINTS]: 7,
  [SHARDS]: 7,
  [STAGING]: STAGED_DAYS,
};

const GLUE_TYPES: Record<ColumnType, Type> = {
  string: Schema.STRING,
  int: Schema.INTEGER,
  bigint: Schema.BIG_INT,
  double: Schema.DOUBLE,
  timestamp: Schema.TIMESTAMP,
  'array<string>': Schema.array(Schema.STRING),
  'array<float>': Schema.array(Schema.FLOAT),
};

/**
 * The lake: a private bucket of Parquet, which keeps earlier versions for a month, and a Glue table for each table of core/tables.ts. Partitions are registered by
 * the functions that write them, so that engines other than Athena see them too. By the setting `lakeBucket` a bucket that
 * another stack has left behind is used instead of a new one; it keeps its own rules.
 */
export class Lake extends Construct {
  readonly bucket: IBucket;
  readonly database: Database;

  constructor(scope: Construct, id: string, { lakeBucket }: Settings) {
    super(scope, id);
    this.bucket = lakeBucket ? Bucket.fromBucketName(this, 'Bucket', lakeBucket) : this.#makeBucket();
    this.database = new Database(this, 'Database', {
      description: 'The lake of Soundalike',
      // It is but names of what stays in the bucket; kept, it would be in the way of the next stack.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const [name, table] of Object.entries(TABLES)) this.#addTable(name as TableName, table);
  }

  #makeBucket(): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        {
          // What a run has staged is an upload that only lacks its completion.
          abortIncompleteMultipartUploadAfter: Duration.days(STAGED_DAYS),
          noncurrentVersionExpiration: VERSIONS_KEPT,
          expiredObjectDeleteMarker: true,
        },
        ...Object.entries(PASSING).map(([prefix, days]) => ({
          prefix,
          expiration: Duration.days(days),
          noncurrentVersionExpiration: Duration.days(1),
        })),
      ],
      // A deployment that fails at first leaves nothing behind.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(bucket, {
      S1: 'What the few functions do here stands in their own logs; a log of every request would outgrow the data',
    });
    return bucket;
  }

  /** Looking up and reading everything in it. */
  get read(): Access {
    return {
      environment: {
        [ENVIRONMENT.lakeBucket]: this.bucket.bucketName,
        [ENVIRONMENT.lakeDatabase]: this.database.databaseName,
      },
      statements: [
        new PolicyStatement({
          actions: ['s3:GetBucketLocation', 's3:ListBucket'],
          resources: [this.bucket.bucketArn],
        }),
        new PolicyStatement({ actions: ['s3:GetObject'], resources: [this.bucket.arnForObjects('*')] }),
        new PolicyStatement({
          actions: [
            'glue:BatchGetPartition',
            'glue:GetDatabase',
            'glue:GetPartition',
            'glue:GetPartitions',
            'glue:GetTable',
            'glue:GetTables',
          ],
          resources: this.#catalog,
        }),
        new PolicyStatement({
          // Athena looks for it whatever is asked.
          actions: ['glue:GetDatabase'],
          resources: [this.#glue('database', 'default')],
        }),
      ],
      wildcards: this.#wildcards,
    };
  }

  /** Putting and removing objects and partitions, beside what `read` allows. */
  get write(): Access {
    return {
      statements: [
        new PolicyStatement({
          actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:PutObject'],
          resources: [this.bucket.arnForObjects('*')],
        }),
        new PolicyStatement({
          actions: ['glue:BatchCreatePartition', 'glue:DeletePartition'],
          resources: this.#catalog,
        }),
      ],
      wildcards: this.#wildcards,
    };
  }

  /** Removing earlier versions of objects, beside what `write` allows. */
  get forget(): Access {
    return {
      statements: [
        new PolicyStatement({ actions: ['s3:ListBucketVersions'], resources: [this.bucket.bucketArn] }),
        new PolicyStatement({
          actions: ['s3:DeleteObjectVersion'],
          resources: [this.bucket.arnForObjects('*')],
        }),
      ],
      wildcards: this.#wildcards,
    };
  }

  get #wildcards(): Record<string, string> {
    return { [objectsOf(this.bucket)]: 'Keys hold the day and the run, which no policy can foresee' };
  }

  /** Glue asks for the right to the catalog, the database and the table at once. */
  get #catalog(): string[] {
    const { databaseName } = this.database;
    return [
      this.#glue('catalog'),
      this.#glue('database', databaseName),
      ...Object.keys(TABLES).map((table) => this.#glue('table', `${databaseName}/${table}`)),
    ];
  }

  #glue(resource: string, resourceName?: string): string {
    return Stack.of(this).formatArn({ service: 'glue', resource, resourceName });
  }

  #addTable(name: TableName, { grain, partition, columns }: LakeTable): void {
    const glueColumns = Object.entries(columns).map(
      ([column, type]): Column => ({ name: column, type: GLUE_TYPES[type] }),
    );
    new S3Table(this, name, {
      database: this.database,
      tableName: name,
      description: `One row: ${grain}`,
      storage: S3TableStorage.fromBucket(this.bucket),
      s3Prefix: `${tableFolder(name)}/`,
      dataFormat: DataFormat.PARQUET,
      columns: glueColumns,
      partitionKeys: [{ name: partition, type: Schema.STRING }],
      // The property speaks of client-side encryption; the bucket's own needs nothing of its readers.
      hasEncryptedData: false,
    });
  }
}
