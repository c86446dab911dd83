import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/errors.ts';
import { OUTPUTS } from '../../core/names.ts';
import { nameOf, type Patience, patiently } from '../aws.ts';

/** Gives an output of a stack. Throws `AwsError` where the stack has none of that name. */
export type Outputs = (name: keyof typeof OUTPUTS) => string;

/** Finds the outputs of a deployed stack. Throws `AwsError` where there is no such stack, or no region is set. */
export async function stackOutputs(
  client: CloudFormationClient,
  stack: string,
  patience: Patience,
): Promise<Outputs> {
  const region = await client.config.region().catch(() => {
    throw new AwsError('expected a region of AWS, got none', 'set AWS_REGION, or the region of AWS_PROFILE');
  });
  const command = new DescribeStacksCommand({ StackName: stack });
  const { Stacks: [found] = [] } = await patiently(`find the stack ${stack}`, patience, () =>
    client.send(command).catch((error) => {
      if (nameOf(error) !== 'ValidationError') throw error;
      throw new AwsError(
        `expected a stack ${stack} in ${region}, got none`,
        'see its name (npx cdk list), and that AWS_REGION and AWS_PROFILE are those that it was deployed with',
        { cause: error },
      );
    }),
  );
  return (name) => {
    const key = OUTPUTS[name];
    const value = found?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    if (value) return value;
    throw new AwsError(
      `expected the stack ${stack} in ${region} to have an output ${key}, got none; its status is ${found?.StackStatus}`,
      'see that it is a stack of Soundalike and that its deployment has come to its end: npm run deploy',
    );
  };
}
