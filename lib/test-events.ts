import { Stack } from 'aws-cdk-lib';
import { CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { EXAMPLES } from '../core/events.ts';
import { type FunctionName, functionName } from '../core/names.ts';
import { shortLivedLogGroup } from './log-group.ts';
import type { Settings } from './settings.ts';

/** Where Lambda's console looks for the events that it offers under Test: one registry in an account and region. */
const REGISTRY = 'lambda-testevent-schemas';

/**
 * The examples of core/events.ts as shareable test events. The registry belongs to the account, so it is made where it
 * is missing, is left alone where it is not, and stays when the stack goes; CloudFormation's own resource can do none of it.
 */
export class TestEvents extends Construct {
  constructor(scope: Construct, id: string, { stack, logDays }: Settings) {
    super(scope, id);
    const registry = this.#registry(logDays);
    for (const [name, examples] of Object.entries(EXAMPLES)) {
      const schema = new CfnSchema(this, name, {
        registryName: REGISTRY,
        schemaName: `_${functionName(stack, name as FunctionName)}-schema`,
        type: 'OpenApi3',
        content: JSON.stringify(openApi(examples)),
      });
      schema.node.addDependency(registry);
    }
  }

  #registry(logDays: number): AwsCustomResource {
    const logGroup = shortLivedLogGroup(this, 'Registry', logDays);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['schemas:CreateRegistry'],
        resources: [
          Stack.of(this).formatArn({ service: 'schemas', resource: 'registry', resourceName: REGISTRY }),
        ],
      }),
    );
    return new AwsCustomResource(this, 'Registry', {
      role,
      logGroup,
      installLatestAwsSdk: false,
      onCreate: {
        service: 'schemas',
        action: 'CreateRegistry',
        parameters: { RegistryName: REGISTRY },
        // It is there: that is all that was wanted.
        ignoreErrorCodesMatching: 'Conflict',
        physicalResourceId: PhysicalResourceId.of(REGISTRY),
      },
    });
  }
}

/** The form in which Lambda's console keeps events. */
const openApi = (examples: Record<string, object>): object => ({
  openapi: '3.0.0',
  info: { version: '1.0.0', title: 'Event' },
  paths: {},
  components: {
    schemas: { Event: { type: 'object' } },
    examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
  },
});
