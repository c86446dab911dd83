import {
  Alarm as CloudWatchAlarm,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** When an alarm is raised. */
export interface Watch {
  metric: IMetric;
  /** From this value on; 1 by default. */
  threshold?: number;
  comparison?: ComparisonOperator;
  /** Periods that are looked at; 1 by default. */
  periods?: number;
  /** How many of these must be over the threshold; all by default. */
  breaching?: number;
  /** What the lack of a value means; by default that nothing is the matter. */
  missing?: TreatMissingData;
}

/** What an `Alarm` needs. */
export interface AlarmProps {
  /** Name of the stack, with which the alarm's name begins. */
  stack: string;
  /** Its heading in docs/operating.md, without "alarm: ". */
  heading: string;
  /** Distinguishes alarms of one heading. */
  which?: string;
  watch: Watch;
  /** One sentence: what happened. */
  says: string;
  /** One sentence: what that means for whoever uses the stack. */
  means: string;
  /** Gets a notice when the alarm is raised and when it ends. */
  topic: ITopic;
}

/** An alarm whose text says what happened, what it means, and where to read what to do. */
export class Alarm extends CloudWatchAlarm {
  constructor(scope: Construct, { stack, heading, which, watch, says, means, topic }: AlarmProps) {
    const name = which ? `${heading}-${which}` : heading;
    super(scope, name, {
      alarmName: `${stack}-${name}`,
      alarmDescription: `${says} ${means} See docs/operating.md, "alarm: ${heading}".`,
      metric: watch.metric,
      threshold: watch.threshold ?? 1,
      comparisonOperator: watch.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: watch.periods ?? 1,
      datapointsToAlarm: watch.breaching,
      treatMissingData: watch.missing ?? TreatMissingData.NOT_BREACHING,
    });
    const action = new SnsAction(topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}
