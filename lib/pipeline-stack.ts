import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Lake } from './lake.ts';

/** Everything that is deployed, in the order in which data flows. Environment-agnostic: it needs no account to synthesise. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, { description: 'Soundalike: which artists sound alike', ...props });
    const lake = new Lake(this, 'Lake');
    new CfnOutput(this, 'LakeBucket', { value: lake.bucket.bucketName });
    new CfnOutput(this, 'LakeDatabase', { value: lake.database.databaseName });
  }
}
