import { CfnOutput, Duration, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';
import { FUNCTION_SIZES } from '../core/functions.ts';
import { ENVIRONMENT, type FunctionName, OUTPUTS } from '../core/names.ts';
import type { Access } from './access.ts';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { ServingDatabase } from './database.ts';
import { PipelineFunction } from './function.ts';
import { keepDatabase } from './kept-database.ts';
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
    keepDatabase(this, settings);

    const make = (name: FunctionName, uses: Access[], size = FUNCTION_SIZES[name]): NodejsFunction =>
      new PipelineFunction(this, name, {
        ...{ name, settings, network, undelivered, size, uses },
        environment: environmentOf(settings),
      }).handler;
    const { use } = database;
    const { read, write } = lake;
    const { query } = warehouse;
    const { useApp, useUser, readUser } = secrets;
    const similarity = { ...FUNCTION_SIZES.similarity, megabytes: settings.similarityMegabytes };
    const functions: Record<FunctionName, NodejsFunction> = {
      catalog: make('catalog', [use, useApp, read, write]),
      collector: make('collector', [use, useApp, query, write]),
      similarity: make('similarity', [use, query, write], similarity),
      explorer: make('explorer', [database.read]),
      listening: make('listening', [use, useApp, useUser, query, write, lake.forget]),
      trainer: make('trainer', [use, query, write]),
      recommender: make('recommender', [use, useApp, useUser, query, write]),
      migrator: make('migrator', [use, database.makeReader]),
      doctor: make('doctor', [use, useApp, readUser, query]),
    };
    new Trigger(this, 'Migration', {
      handler: functions.migrator,
      // It waits for its database and its way out as long as it may.
      timeout: Duration.minutes(FUNCTION_SIZES.migrator.minutes),
      executeAfter: [network, database],
    });

    const alarms = new Alarms(this, 'Alarms', { settings, database, undelivered, functions });
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
