import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** A log group that forgets after so many days and goes with the stack. `name` where somebody looks for it by name. */
export const shortLivedLogGroup = (scope: Construct, id: string, days: number, name?: string): LogGroup =>
  new LogGroup(scope, `${id}Log`, {
    logGroupName: name,
    retention: days,
    removalPolicy: RemovalPolicy.DESTROY,
  });
