import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Column,
  Database,
  DataFormat,
  S3Table,
  S3TableStorage,
  Schema,
  type Type,
} from 'aws-cdk-lib/aws-glue';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { tableFolder } from '../core/names.ts';
import { type ColumnType, type LakeTable, TABLES, type TableName } from '../core/tables.ts';

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
 * The lake: a private bucket of Parquet and a Glue table for each table of core/tables.ts. Partitions are registered by
 * the functions that write them, so that engines other than Athena see them too.
 */
export class Lake extends Construct {
  readonly bucket: Bucket;
  readonly database: Database;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.database = new Database(this, 'Database', { description: 'The lake of Soundalike' });
    for (const [name, table] of Object.entries(TABLES)) this.#addTable(name as TableName, table);
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
