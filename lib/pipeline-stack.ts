import { CfnOutput, Duration, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';
import { ENVIRONMENT, type FunctionName, OUTPUTS } from '../core/names.ts';
import type { Access } from './access.ts';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { ServingDatabase } from './database.ts';
import { PipelineFunction } from './function.ts';
import { Lake } from './lake.ts';
import { Network } from './network.ts';
import { Recommending } from './recommending.ts';
import { Schedules } from './schedules.ts';
import { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { TestEvents } from './test-events.ts';
import { Warehouse } from './warehouse.ts';
import { Workflow } from './workflow.ts';

/**
 * Everything that is deployed, in the order in which data flows. Environment-agnostic: it needs no account to
 * synthesise. The defaults fit a new account, which has ten invocations at once and 3,008 MB for each.
 */
export class PipelineStack extends Stack {
  constructor(scope: Construct, settings: Settings, props: StackProps = {}) {
    super(scope, settings.stack, {
      description: 'Soundalike: which artists sound alike, and what to hear next',
      terminationProtection: settings.production,
      ...props,
    });
    Tags.of(this).add('application', 'soundalike');
    const network = new Network(this, 'Network', settings);
    const undelivered = new Queue(this, 'Undelivered', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const secrets = new Secrets(this, 'Secrets', settings);
    const lake = new Lake(this, 'Lake', settings);
    const warehouse = new Warehouse(this, 'Warehouse', lake, settings);
    const database = new ServingDatabase(this, 'Database', network, settings);

    const make = (name: FunctionName, memorySize: number, minutes: number, uses: Access[]): NodejsFunction =>
      new PipelineFunction(this, name, {
        ...{ name, settings, network, undelivered, memorySize, minutes },
        uses: [database.use, ...uses],
        environment: environmentOf(settings),
      }).handler;
    const { read, write } = lake;
    const functions: Record<FunctionName, NodejsFunction> = {
      catalog: make('catalog', 1024, 15, [secrets.useApp, read, write]),
      collector: make('collector', 512, 15, [secrets.useApp, warehouse.query, write]),
      similarity: make('similarity', settings.similarityMegabytes, 15, [warehouse.query, write]),
      explorer: make('explorer', 512, 2, []),
      listening: make('listening', 512, 15, [
        ...[secrets.useApp, secrets.useUser, warehouse.query, write, lake.forget],
      ]),
      trainer: make('trainer', 3008, 15, [warehouse.query, write]),
      recommender: make('recommender', 3008, 15, [
        ...[secrets.useApp, secrets.useUser, warehouse.query, write],
      ]),
      migrator: make('migrator', 256, 5, []),
      doctor: make('doctor', 512, 3, [secrets.useApp, secrets.readUser, warehouse.query]),
    };
    new Trigger(this, 'Migration', {
      handler: functions.migrator,
      timeout: Duration.minutes(5),
      executeAfter: [network, database],
    });

    const alarms = new Alarms(this, 'Alarms', { settings, network, database, undelivered, functions });
    const { topic } = alarms;
    const { machine: workflow } = new Workflow(this, 'Workflow', { ...functions, topic, settings });
    const { machine: recommending } = new Recommending(this, 'Recommending', { ...functions, settings });
    const workflows = { workflow, recommending };
    new Schedules(this, 'Schedules', { ...functions, ...workflows, undelivered, settings });
    alarms.watch(workflows);
    new Dashboard(this, 'Dashboard', { settings, database, ...workflows, functions });
    if (settings.testEvents === 'on') new TestEvents(this, 'TestEvents', settings);

    this.#output({
      lakeBucket: lake.bucket.bucketName,
      lakeDatabase: lake.database.databaseName,
      workGroup: warehouse.workGroup,
      stateMachine: workflow.stateMachineArn,
      spotifySecret: secrets.app.secretArn,
      userSecret: secrets.user.secretArn,
    });
  }

  #output(values: Record<keyof typeof OUTPUTS, string>): void {
    for (const [key, value] of Object.entries(values)) {
      new CfnOutput(this, OUTPUTS[key as keyof typeof OUTPUTS], { value });
    }
  }
}

/** Settings that functions read; what is not set is left to their own defaults. */
function environmentOf(settings: Settings): Record<string, string> {
  const values: Record<string, string | number | undefined> = {
    [ENVIRONMENT.keepDays]: settings.keepDays,
    [ENVIRONMENT.tracksPerArtist]: settings.tracksPerArtist,
    [ENVIRONMENT.spotifyMarket]: settings.market,
    [ENVIRONMENT.spotifyDailyRequests]: settings.dailyRequests,
    [ENVIRONMENT.spotifyAccountsUrl]: settings.spotifyAccountsUrl,
    [ENVIRONMENT.spotifyApiUrl]: settings.spotifyApiUrl,
    [ENVIRONMENT.reccobeatsApiUrl]: settings.reccobeatsApiUrl,
  };
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}
