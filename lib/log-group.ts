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

/**
 * The name of a log group that an AWS service writes to. Under this prefix the service needs no entry of its own in the
 * account's resource policy for logs, which may have 5,120 characters in all.
 */
export const vendedLogName = (service: string, name: string): string => `/aws/vendedlogs/${service}/${name}`;
