import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../core/names.ts';
import { type Access, acknowledge, objectsOf } from './access.ts';
import type { Lake } from './lake.ts';
import type { Settings } from './settings.ts';

/** Athena over the lake: a workgroup that nobody can talk out of its encryption and its scan limit. */
export class Warehouse extends Construct {
  readonly workGroup: string;
  readonly #lake: Lake;
  readonly #results: Bucket;

  constructor(scope: Construct, id: string, lake: Lake, { stack, scanLimitMegabytes }: Settings) {
    super(scope, id);
    this.workGroup = stack;
    this.#lake = lake;
    this.#results = new Bucket(this, 'Results', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [
        { expiration: Duration.days(7), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      // It empties itself; to empty it here would take a function that may delete everything.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(this.#results, {
      S1: 'Results are read once, by the function that asked, and gone in a week',
    });
    new CfnWorkGroup(this, 'WorkGroup', {
      name: this.workGroup,
      description: 'Queries of Soundalike',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        bytesScannedCutoffPerQuery: scanLimitMegabytes * 1_000_000,
        resultConfiguration: {
          outputLocation: `s3://${this.#results.bucketName}/`,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
  }

  /** Queries over the lake. Athena reads, lists and writes in the name of whoever asks. */
  get query(): Access {
    const stack = Stack.of(this);
    const { bucketArn } = this.#results;
    const workGroup = stack.formatArn({
      service: 'athena',
      resource: 'workgroup',
      resourceName: this.workGroup,
    });
    const lake = this.#lake.read;
    return {
      environment: { ...lake.environment, [ENVIRONMENT.workGroup]: this.workGroup },
      statements: [
        ...lake.statements,
        new PolicyStatement({
          actions: [
            'athena:GetQueryExecution',
            'athena:GetQueryResults',
            'athena:StartQueryExecution',
            'athena:StopQueryExecution',
          ],
          resources: [workGroup],
        }),
        new PolicyStatement({
          actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
          resources: [bucketArn],
        }),
        new PolicyStatement({
          actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
          resources: [`${bucketArn}/*`],
        }),
      ],
      wildcards: { ...lake.wildcards, [objectsOf(this.#results)]: "Athena names a result by its query's id" },
    };
  }
}
