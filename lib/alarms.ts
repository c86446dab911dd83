import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { FUNCTION_DIMENSION, type FunctionName, METRICS } from '../core/names.ts';
import type { ServingDatabase } from './database.ts';
import { pipelineMetric } from './metrics.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings.ts';

const GIGABYTE = 1024 ** 3;
/** A refresh token dies after six months; from so many days before that on, the alarm asks for a login. */
const CONSENT_DAYS = 14;
/** The workflows call these again when they fail; the others are called once, by somebody who waits. */
const REPEATED: FunctionName[] = ['collector', 'similarity', 'trainer', 'recommender'];

/** What `Alarms` watches. */
export interface AlarmsProps {
  settings: Settings;
  network: Network;
  database: ServingDatabase;
  undelivered: IQueue;
  functions: Record<FunctionName, IFunction>;
}

/** What makes an alarm. */
interface Rule {
  metric: IMetric;
  /** One sentence: what is the matter. */
  says: string;
  /** From this value on; 1 by default. */
  threshold?: number;
  comparison?: ComparisonOperator;
  periods?: number;
  /** What the lack of a value means; by default that nothing is the matter. */
  missing?: TreatMissingData;
}

/** A topic, by e-mail if there is an address, and the alarms that write to it; each has a heading in docs/operating.md. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly #stack: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { settings, network, undelivered } = props;
    this.#stack = settings.stack;
    this.topic = new Topic(this, 'Topic', { displayName: settings.stack, enforceSSL: true });
    if (settings.email) this.topic.addSubscription(new EmailSubscription(settings.email));

    this.#add('undelivered', {
      metric: undelivered.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM }),
      says: 'A schedule could not start what it should, or a function that was called failed.',
    });
    this.#watchData(settings);
    this.#add('egress-down', {
      ...network.egressFault,
      periods: 2,
      says: 'The functions cannot reach Spotify and AWS.',
    });
    this.#watchDatabase(props.database);
    for (const [name, handler] of Object.entries(props.functions)) {
      this.#watchFunction(name as FunctionName, handler, settings);
    }
  }

  /** Watches the workflows, which write to the topic themselves and so are made after it. */
  watch({ workflow, recommending }: Record<'workflow' | 'recommending', StateMachine>): void {
    this.#add('workflow-failed', { metric: failures(workflow), says: 'A run of the workflow failed.' });
    this.#add(
      'workflow-failed',
      { metric: failures(recommending), says: 'A training or a recommendation failed.' },
      'recommending',
    );
  }

  #watchData({ stack, alarmAfterHours }: Settings): void {
    const day = Duration.days(1);
    this.#add('no-good-run', {
      metric: pipelineMetric(stack, METRICS.hoursSincePublished, { statistic: Stats.MAXIMUM, period: day }),
      threshold: alarmAfterHours,
      says: `The last good run is older than ${alarmAfterHours} hours.`,
    });
    this.#add('coverage-below-floor', {
      metric: pipelineMetric(stack, METRICS.belowFloor, { statistic: Stats.SUM }),
      says: 'Too few of the artists could be compared, so the last good run stays.',
    });
    this.#add('consent-ending', {
      metric: pipelineMetric(stack, METRICS.consentDaysLeft, { statistic: Stats.MINIMUM }),
      threshold: CONSENT_DAYS,
      comparison: ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      says: 'The user must log in again, now or within 14 days.',
    });
    this.#add('doctor-failed', {
      metric: pipelineMetric(stack, METRICS.failedChecks, { statistic: Stats.MAXIMUM }),
      says: 'The doctor found something that does not work.',
    });
  }

  #watchDatabase({ alive, freeStorage }: ServingDatabase): void {
    this.#add('database-down', {
      metric: alive.with({ statistic: Stats.SAMPLE_COUNT, period: Duration.minutes(5) }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 3,
      missing: TreatMissingData.BREACHING,
      says: 'The database has told nothing of itself for 15 minutes.',
    });
    if (!freeStorage) return;
    this.#add('database-storage-low', {
      metric: freeStorage.with({ statistic: Stats.MINIMUM }),
      threshold: 2 * GIGABYTE,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      periods: 3,
      says: 'The database has less than 2 GB left.',
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
    const metric = new MathExpression({
      expression: 'errors - FILL(refused, 0)',
      usingMetrics: { errors: handler.metricErrors(), refused },
      label: 'Faults',
      period,
    });
    const threshold = isRepeated ? 3 : 1;
    const says = isRepeated ? 'It failed three times in an hour.' : 'It failed.';
    this.#add('function-errors', { metric, threshold, says: `${name}: ${says}` }, name);
  }

  #add(heading: string, rule: Rule, which?: string): void {
    const name = which ? `${heading}-${which}` : heading;
    const alarm = new Alarm(this, name, {
      alarmName: `${this.#stack}-${name}`,
      alarmDescription: `${rule.says} See docs/operating.md, "alarm: ${heading}".`,
      metric: rule.metric,
      threshold: rule.threshold ?? 1,
      comparisonOperator: rule.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: rule.periods ?? 1,
      treatMissingData: rule.missing ?? TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}

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
