import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { AWS_CLIENT } from '../../../adapters/aws.ts';
import { stackOutputs } from '../../../adapters/stack/outputs.ts';
import { clientFor, inThisRealm, patience } from '../../support/aws/client.ts';
import { type DeployedStack, STACK, STATE_MACHINE, serveStack } from '../../support/aws/deployed-stack.ts';

let stack: DeployedStack;
beforeEach(async () => {
  stack = await serveStack();
});
afterEach(() => stack.close());

const outputsOf = (name: string) => {
  const url = stack.environment.AWS_ENDPOINT_URL_CLOUDFORMATION as string;
  return stackOutputs(inThisRealm(new CloudFormationClient(clientFor(url))), name, patience());
};

test('a stack is found with its outputs', async () => {
  expect((await outputsOf(STACK))('stateMachine')).toBe(STATE_MACHINE);
});

test('a stack that is not there is told with the region that was looked in', async () => {
  await expect(outputsOf('Other')).rejects.toMatchObject({
    code: 'aws',
    message: 'expected a stack Other in eu-central-1, got none',
    hint: expect.stringContaining('AWS_REGION'),
  });
});

test('a stack without an output says so when it is needed', async () => {
  stack.outputs = {};
  const outputs = await outputsOf(STACK);
  expect(() => outputs('lakeBucket')).toThrow(
    /to have an output LakeBucket, got none; its status is CREATE_COMPLETE/,
  );
});

test('without a region nothing is asked', async () => {
  const client = new CloudFormationClient({
    ...AWS_CLIENT,
    region: async () => {
      throw new Error('Region is missing');
    },
  });
  await expect(stackOutputs(client, STACK, patience())).rejects.toMatchObject({
    message: 'expected a region of AWS, got none',
  });
});
