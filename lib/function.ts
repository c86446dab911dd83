import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionSize } from '../core/functions.ts';
import { type FunctionName, functionName, METRIC_NAMESPACE } from '../core/names.ts';
import { type Access, acknowledgeWildcards } from './access.ts';
import { BUNDLING } from './bundling.ts';
import { shortLivedLogGroup } from './log-group.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings.ts';

const ROOT = join(import.meta.dirname, '..');

/** The CDK bundles for Node by itself, and would leave the SDK out. */
const { target, minify, keepNames, mainFields, define } = BUNDLING;
const bundling = {
  target,
  minify,
  keepNames,
  mainFields,
  define,
  format: OutputFormat.CJS,
  externalModules: [],
};

const INTERFACES_OF_THE_VPC = new PolicyStatement({
  actions: [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  resources: ['*'],
}).freeze();

/** What a `PipelineFunction` needs. */
export interface PipelineFunctionProps {
  name: FunctionName;
  settings: Settings;
  network: Network;
  /** Gets what was asked of it asynchronously and failed. */
  undelivered: IQueue;
  size: FunctionSize;
  /** What it works with, and nothing else is allowed to it. */
  uses: Access[];
  environment: Record<string, string>;
}

/** One folder of lambdas/ as a function in the VPC, with a role and a log of its own. It is never repeated by Lambda. */
export class PipelineFunction extends Construct {
  readonly handler: NodejsFunction;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    const { name, settings, network, uses } = props;
    const deployedName = functionName(settings.stack, name);
    const logGroup = shortLivedLogGroup(this, 'Handler', settings.logDays, `/aws/lambda/${deployedName}`);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    for (const statement of [INTERFACES_OF_THE_VPC.copy(), ...uses.flatMap(({ statements }) => statements)]) {
      role.addToPolicy(statement);
    }
    acknowledgeWildcards(role, {
      '*': 'Lambda takes and gives network interfaces in the name of the function, and IAM knows no narrower form',
      ...Object.assign({}, ...uses.map(({ wildcards }) => wildcards)),
    });
    this.handler = new NodejsFunction(this, 'Handler', {
      functionName: deployedName,
      description: DESCRIPTIONS[name],
      entry: join(ROOT, 'lambdas', name, 'handler.ts'),
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      bundling,
      memorySize: props.size.megabytes,
      timeout: Duration.minutes(props.size.minutes),
      role,
      logGroup,
      vpc: network.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [network.functions],
      retryAttempts: 0,
      deadLetterQueue: props.undelivered,
      environment: {
        POWERTOOLS_SERVICE_NAME: settings.stack,
        POWERTOOLS_METRICS_NAMESPACE: METRIC_NAMESPACE,
        POWERTOOLS_LOG_LEVEL: 'INFO',
        ...props.environment,
        ...Object.assign({}, ...uses.map(({ environment }) => environment)),
      },
    });
  }
}

const DESCRIPTIONS: Record<FunctionName, string> = {
  catalog: 'Follows, forgets and lists artists, and adopts an imported dataset',
  collector: 'Collects the tracks and audio features of a day into the lake',
  similarity: 'Compares the artists of a day and publishes who sounds alike',
  explorer: 'Answers who sounds like an artist, and why',
  listening: 'Takes in what the user has heard, hour by hour',
  trainer: 'Trains vectors of songs on the playlists of the lake',
  recommender: 'Recommends songs by what the user has heard, and writes them to a playlist',
  migrator: "Brings the database's tables up to date; a deployment runs it",
  doctor: 'Examines all that the pipeline needs',
};
