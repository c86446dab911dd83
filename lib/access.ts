import { Stack, Validations } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** What a function needs to use a part of the stack. */
export interface Access {
  /** What it must be told. */
  environment?: Record<string, string>;
  /** What it must be allowed. */
  statements: PolicyStatement[];
  /** Why a resource has a wildcard, for each as cdk-nag spells it. */
  wildcards?: Record<string, string>;
}

/** cdk-nag's spelling of all objects of a bucket: of the stack, or of another that is known by its name. */
export function objectsOf(bucket: IBucket): string {
  if (!bucket.node.defaultChild) return `arn:<AWS::Partition>:s3:::${bucket.bucketName}/*`;
  const id = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as Parameters<Stack['getLogicalId']>[0]);
  return `<${id}.Arn>/*`;
}

/** Says why rules of cdk-nag do not hold for a construct and all in it. Keys are the rules' short ids. */
export function acknowledge(construct: IConstruct, reasons: Record<string, string>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}

/** As `acknowledge`, for resources with a wildcard in the policies of a role. */
export function acknowledgeWildcards(construct: IConstruct, reasons: Record<string, string>): void {
  const rules = Object.entries(reasons).map(([resource, reason]) => [`IAM5[Resource::${resource}]`, reason]);
  acknowledge(construct, Object.fromEntries(rules));
}
