import { type CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { AlarmAction, AlarmWay, StackAlarm } from '../../core/alarms.ts';
import { inBatches } from '../../core/batches.ts';
import { type Patience, patiently } from '../aws.ts';

/** What DescribeAlarms takes. */
const NAMES_PER_REQUEST = 100;
/** What SNS gives instead of the ARN of a subscription that is not confirmed. */
const PENDING = 'PendingConfirmation';
/** How CloudWatch's line begins about an action that it could not execute. */
const FAILED = /^Failed/;

/** What `StackAlarms` needs. */
export interface StackAlarmsOptions extends Patience {
  formation: CloudFormationClient;
  watch: CloudWatchClient;
  sns: SNSClient;
  stack: string;
}

/** The alarms of a deployed stack, and the way from them to an e-mail. */
export class StackAlarms {
  readonly #options: StackAlarmsOptions;

  constructor(options: StackAlarmsOptions) {
    this.#options = options;
  }

  /** The stack's alarms, the subscriptions of the topics that they write to, and what they did since a time (epoch milliseconds). */
  async way(since: number): Promise<AlarmWay> {
    const alarms = await this.#alarms();
    const topics = [...new Set(alarms.flatMap(({ topics: its }) => its))].sort();
    const subscriptions = await Promise.all(topics.map((topic) => this.#subscriptions(topic)));
    const names = new Set(alarms.map(({ name }) => name));
    const actions = (await this.actionsSince(since)).filter(({ alarm }) => names.has(alarm));
    return { alarms, subscriptions: subscriptions.flat(), actions };
  }

  /** The actions of an alarm since a time (epoch milliseconds), or of every alarm of the account, the last first. */
  async actionsSince(since: number, AlarmName?: string): Promise<AlarmAction[]> {
    const { watch } = this.#options;
    const actions: AlarmAction[] = [];
    let NextToken: string | undefined;
    do {
      const command = new DescribeAlarmHistoryCommand({
        AlarmName,
        HistoryItemType: 'Action',
        StartDate: new Date(since),
        ScanBy: 'TimestampDescending',
        NextToken,
      });
      const page = await this.#do('read the history of the alarms', () => watch.send(command));
      for (const { AlarmName: alarm = '', Timestamp, HistorySummary = '' } of page.AlarmHistoryItems ?? []) {
        const at = (Timestamp ?? new Date(0)).toISOString();
        actions.push({ alarm, at, succeeded: !FAILED.test(HistorySummary), summary: HistorySummary });
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return actions;
  }

  /** Sets an alarm off; CloudWatch sets it back when it next evaluates the metric, or where it `lasts`, at the next value. */
  async setOff(AlarmName: string, StateReason: string): Promise<void> {
    const command = new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason });
    await this.#do(`set off the alarm ${AlarmName}`, () => this.#options.watch.send(command));
  }

  async #alarms(): Promise<StackAlarm[]> {
    const alarms: StackAlarm[] = [];
    for (const AlarmNames of inBatches(await this.#names(), NAMES_PER_REQUEST)) {
      const command = new DescribeAlarmsCommand({ AlarmNames, MaxRecords: NAMES_PER_REQUEST });
      const { MetricAlarms = [] } = await this.#do('describe the alarms', () =>
        this.#options.watch.send(command),
      );
      for (const {
        AlarmName: name = '',
        StateValue: state = '',
        ActionsEnabled,
        AlarmActions,
        TreatMissingData,
      } of MetricAlarms) {
        const topics = ActionsEnabled === false ? [] : (AlarmActions ?? []);
        alarms.push({
          name,
          state,
          topics: topics.filter((action) => action.split(':')[2] === 'sns'),
          lasts: TreatMissingData === 'ignore',
        });
      }
    }
    return alarms.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The names of the stack's alarms, which begin as those of another stack may. */
  async #names(): Promise<string[]> {
    const { formation, stack } = this.#options;
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListStackResourcesCommand({ StackName: stack, NextToken });
      const page = await this.#do(`list what belongs to the stack ${stack}`, () => formation.send(command));
      for (const { ResourceType, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        if (ResourceType === 'AWS::CloudWatch::Alarm' && PhysicalResourceId) names.push(PhysicalResourceId);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return names;
  }

  async #subscriptions(TopicArn: string): Promise<AlarmWay['subscriptions']> {
    const { sns } = this.#options;
    const found: AlarmWay['subscriptions'] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListSubscriptionsByTopicCommand({ TopicArn, NextToken });
      const page = await this.#do(`list who gets what ${TopicArn} is written`, () => sns.send(command));
      for (const { Protocol = '', Endpoint = '', SubscriptionArn = '' } of page.Subscriptions ?? []) {
        found.push({
          topic: TopicArn,
          protocol: Protocol,
          endpoint: Endpoint,
          confirmed: SubscriptionArn !== PENDING,
        });
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  #do<T>(what: string, call: () => Promise<T>): Promise<T> {
    return patiently(what, this.#options, call);
  }
}
