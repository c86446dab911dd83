import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type IScheduleTarget,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import {
  LambdaInvoke,
  type ScheduleTargetBaseProps,
  StepFunctionsStartExecution,
} from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Daily, so that the metric of the last good run, which its alarm looks at once a day, has a value each day. */
const EXAMINATION = 'cron(45 11 * * ? *)';

/** What `Schedules` needs. */
export interface SchedulesProps {
  workflow: IStateMachine;
  listening: IFunction;
  doctor: IFunction;
  /** Gets what could not be delivered. */
  undelivered: IQueue;
  settings: Settings;
}

/** Starts the workflow by the setting `schedule`, the listening by `listening`, and the doctor once a day. */
export class Schedules extends Construct {
  readonly #settings: Settings;
  readonly #undelivered: IQueue;

  constructor(scope: Construct, id: string, { workflow, listening, doctor, ...props }: SchedulesProps) {
    super(scope, id);
    this.#settings = props.settings;
    this.#undelivered = props.undelivered;
    const { schedule, minCoverage, listening: listens } = props.settings;
    this.#add('Run', 'Collects the day and compares its artists', schedule, (delivery) => {
      const role = this.#role('RunRole', 'states:StartExecution', workflow.stateMachineArn);
      const input = ScheduleTargetInput.fromObject({ collect: {}, similarity: { minCoverage } });
      return new StepFunctionsStartExecution(workflow, { ...delivery, role, input });
    });
    this.#addFunction('Examination', 'Has the doctor look at everything', EXAMINATION, doctor);
    if (listens !== 'off') this.#addFunction('Listening', 'Takes in what was heard', listens, listening);
  }

  #addFunction(id: string, description: string, schedule: string, handler: IFunction): void {
    this.#add(id, description, schedule, (delivery) => {
      const role = this.#role(`${id}Role`, 'lambda:InvokeFunction', handler.functionArn);
      return new LambdaInvoke(handler, { ...delivery, role, input: ScheduleTargetInput.fromObject({}) });
    });
  }

  #add(
    id: string,
    description: string,
    schedule: string,
    target: (delivery: ScheduleTargetBaseProps) => IScheduleTarget,
  ): void {
    const delivery = {
      deadLetterQueue: this.#undelivered,
      maxEventAge: Duration.hours(2),
      retryAttempts: 10,
    };
    const timeZone = TimeZone.of(this.#settings.timeZone);
    const expression = ScheduleExpression.expression(schedule, timeZone);
    new Schedule(this, id, { description, schedule: expression, target: target(delivery) });
  }

  /** A role for one action; the targets' own may invoke all versions of a function by a wildcard. */
  #role(id: string, action: string, resource: string) {
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const assumedBy = new ServicePrincipal('scheduler.amazonaws.com', { conditions });
    const role = new Role(this, id, { assumedBy });
    role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.#undelivered.queueArn] }),
    );
    return role.withoutPolicyUpdates();
  }
}
