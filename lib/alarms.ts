import { Aws, Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { FUNCTION_DIMENSION, type FunctionName, METRICS } from '../core/names.ts';
import { Alarm, type AlarmProps, type Watch } from './alarm.ts';
import type { ServingDatabase } from './database.ts';
import { pipelineMetric } from './metrics.ts';
import type { Settings } from './settings.ts';

const GIGABYTE = 1024 ** 3;
/** A refresh token dies after six months; this many days before, the alarm asks for a login. */
const CONSENT_DAYS = 14;
/** The workflows call these again when they fail; the others are called once, by somebody who waits. */
const REPEATED: FunctionName[] = ['collector', 'similarity', 'trainer', 'recommender'];

/** What is so until the next value says otherwise; a notice that it has ended would be untrue before. */
const UNTIL_THE_NEXT_VALUE = TreatMissingData.IGNORE;

/** What a failure of each function means. */
const MEANS: Readonly<Record<FunctionName, string>> = {
  catalog: 'Following artists or importing a dataset did not work.',
  collector: 'The day is not collected yet, and the last published run stays.',
  similarity: 'The day is not compared yet, and the last published run stays.',
  explorer: 'A question about similar artists got no answer.',
  listening: 'Plays of the last hours are not stored; Spotify keeps 50, so that a later run may find a gap.',
  trainer: 'The next list of songs is made by the last model.',
  recommender: 'There is no new list of songs, and the playlist is as it was.',
  migrator: "The deployment failed, since the database's tables are not up to date.",
  doctor: 'The daily examination did not take place, so that other faults may go unseen.',
};

/** What `Alarms` watches. */
export interface AlarmsProps {
  settings: Settings;
  database: ServingDatabase;
  undelivered: IQueue;
  functions: Record<FunctionName, IFunction>;
}

/** The texts of an alarm and when it is raised. */
type Rule = Pick<AlarmProps, 'which' | 'says' | 'means'> & Watch;

/** A topic, by e-mail if there is an address, and the alarms that write to it; each has a heading in docs/operating.md. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly #stack: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { settings, undelivered } = props;
    this.#stack = settings.stack;
    this.topic = this.#openTopic(settings);

    this.#add('undelivered', {
      ...increaseOf(undelivered),
      says: 'A schedule could not start what it should, or a function that was called failed.',
      means: 'One run, hour of listening or list is missing; the message in the queue says which.',
    });
    this.#watchData(settings);
    this.#add('egress-down', {
      metric: pipelineMetric(settings.stack, METRICS.noAnswer, {
        statistic: Stats.MINIMUM,
        period: Duration.minutes(5),
      }),
      missing: UNTIL_THE_NEXT_VALUE,
      says: 'A function got no answer from any service outside of its network.',
      means: 'Nothing is collected, heard or recommended until the way out works again.',
    });
    this.#watchDatabase(props.database);
    for (const [name, handler] of Object.entries(props.functions)) {
      this.#watchFunction(name as FunctionName, handler, settings);
    }
  }

  /** Watches the workflows, which write to the topic themselves and so are made after it. */
  watch({ workflow, recommending }: Record<'workflow' | 'recommending', StateMachine>): void {
    this.#add('workflow-failed', {
      metric: failures(workflow),
      says: 'A run of the workflow failed.',
      means: 'There is no new run of that day, and the last published run stays.',
    });
    this.#add('workflow-failed', {
      metric: failures(recommending),
      which: 'recommending',
      says: 'A training or a recommendation failed.',
      means: 'The list of songs is the old one, or was made by the last model.',
    });
  }

  /** A topic's own policy replaces the one that lets its account publish, so this one must allow it. */
  #openTopic({ stack, email }: Settings): Topic {
    const topic = new Topic(this, 'Topic', { displayName: stack, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    if (email) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  #watchData({ stack, alarmAfterHours }: Settings): void {
    this.#add('no-good-run', {
      metric: pipelineMetric(stack, METRICS.hoursSincePublished, { statistic: Stats.MAXIMUM }),
      threshold: alarmAfterHours,
      missing: UNTIL_THE_NEXT_VALUE,
      says: `The last published run is older than ${alarmAfterHours} hours.`,
      means: 'Answers are right, and of that older day.',
    });
    this.#add('coverage-below-floor', {
      metric: pipelineMetric(stack, METRICS.belowFloor, { statistic: Stats.SUM }),
      says: 'A run compared too few of the artists, or a required measure does not hold.',
      means: 'It was not published, and answers are of the last published run.',
    });
    this.#add('consent-ending', {
      metric: pipelineMetric(stack, METRICS.consentDaysLeft, { statistic: Stats.MINIMUM }),
      threshold: CONSENT_DAYS,
      comparison: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      missing: UNTIL_THE_NEXT_VALUE,
      says: `Spotify's consent has ended or ends within ${CONSENT_DAYS} days.`,
      means: `Log in again (soundalike login --stack ${stack}), or listening and playlists stop.`,
    });
    this.#add('doctor-failed', {
      metric: pipelineMetric(stack, METRICS.failedChecks, { statistic: Stats.MAXIMUM }),
      missing: UNTIL_THE_NEXT_VALUE,
      says: 'The doctor found something that does not work.',
      means: `Run soundalike doctor --stack ${stack}: each failed check says what to do.`,
    });
  }

  #watchDatabase({ down, freeStorage }: ServingDatabase): void {
    this.#add('database-down', {
      ...down,
      says: 'The database does not answer.',
      means: 'Runs fail and questions get no answer until it is back; what was published is kept.',
    });
    if (!freeStorage) return;
    this.#add('database-storage-low', {
      metric: freeStorage.with({ statistic: Stats.MINIMUM }),
      threshold: 2 * GIGABYTE,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 3,
      says: 'The database has less than 2 GB left.',
      means: 'Once it is full nothing can be published, heard or followed.',
    });
  }

  /** Errors less those that are the caller's or need nobody, which a function counts itself. */
  #watchFunction(name: FunctionName, handler: IFunction, { stack }: Settings): void {
    const isRepeated = REPEATED.includes(name);
    const period = isRepeated ? Duration.hours(1) : Duration.minutes(5);
    const refused = pipelineMetric(stack, METRICS.refused, {
      statistic: Stats.SUM,
      dimensionsMap: { [FUNCTION_DIMENSION]: handler.functionName },
    });
    this.#add('function-errors', {
      metric: new MathExpression({
        expression: 'errors - FILL(refused, 0)',
        usingMetrics: { errors: handler.metricErrors(), refused },
        label: 'Faults',
        period,
      }),
      threshold: isRepeated ? 3 : 1,
      which: name,
      says: `The function ${name} failed${isRepeated ? ' three times in an hour' : ''}.`,
      means: MEANS[name],
    });
  }

  #add(heading: string, { which, says, means, ...watch }: Rule): void {
    new Alarm(this, { stack: this.#stack, topic: this.topic, heading, which, says, means, watch });
  }
}

/**
 * A message more in a queue, so that each raises the alarm by itself, whatever else lies there. SQS reports a queue that
 * was idle up to 15 minutes late, so the alarm looks at half an hour.
 */
const increaseOf = (queue: IQueue): Watch => ({
  metric: new MathExpression({
    expression: 'DIFF(FILL(messages, 0))',
    usingMetrics: {
      messages: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
    },
    label: 'New messages',
    period: Duration.minutes(5),
  }),
  periods: 6,
  breaching: 1,
});

const failures = (workflow: StateMachine): MathExpression =>
  new MathExpression({
    expression: 'failed + timedOut + aborted',
    usingMetrics: {
      failed: workflow.metricFailed(),
      timedOut: workflow.metricTimedOut(),
      aborted: workflow.metricAborted(),
    },
    label: 'Failures',
    period: Duration.minutes(5),
  });
