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

/** Daily: two alarms last from one examination to the next. */
const EXAMINATION = 'cron(45 11 * * ? *)';

/** What `Schedules` needs. */
export interface SchedulesProps {
  workflow: IStateMachine;
  recommending: IStateMachine;
  listening: IFunction;
  doctor: IFunction;
  /** Gets what could not be delivered. */
  undelivered: IQueue;
  settings: Settings;
}

/** Starts workflows and functions by the settings of their names, and the doctor once a day. */
export class Schedules extends Construct {
  readonly #settings: Settings;
  readonly #undelivered: IQueue;

  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    const { workflow, recommending, listening, doctor } = props;
    this.#settings = props.settings;
    this.#undelivered = props.undelivered;
    const { schedule, tracksPerArtist, minCoverage, method, require } = props.settings;
    const { listening: listens, recommending: recommends, pushing } = props.settings;
    const run = {
      collect: { unfinished: true, tracks: tracksPerArtist },
      similarity: { minCoverage, method, require },
    };
    this.#addWorkflow('Run', 'Collects the day and compares its artists', schedule, workflow, run);
    this.#addFunction('Examination', 'Has the doctor look at everything', EXAMINATION, doctor);
    if (listens !== 'off') this.#addFunction('Listening', 'Takes in what was heard', listens, listening);
    if (recommends === 'off') return;
    const weekly = { train: {}, recommend: { push: pushing } };
    this.#addWorkflow('Recommending', 'Trains, and recommends songs', recommends, recommending, weekly);
  }

  #addWorkflow(
    id: string,
    description: string,
    schedule: string,
    workflow: IStateMachine,
    event: object,
  ): void {
    this.#add(id, description, schedule, (delivery) => {
      const role = this.#role(`${id}Role`, 'states:StartExecution', workflow.stateMachineArn);
      const input = ScheduleTargetInput.fromObject(event);
      return new StepFunctionsStartExecution(workflow, { ...delivery, role, input });
    });
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
