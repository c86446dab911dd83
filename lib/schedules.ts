import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Daily, so that the metric of the last good run, which its alarm looks at once a day, has a value each day. */
const EXAMINATION = 'cron(45 11 * * ? *)';

/** What `Schedules` needs. */
export interface SchedulesProps {
  workflow: IStateMachine;
  doctor: IFunction;
  /** Gets what could not be delivered. */
  undelivered: IQueue;
  settings: Settings;
}

/** Starts the workflow by the setting `schedule`, and has the doctor look at everything once a day. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { workflow, doctor, undelivered, settings }: SchedulesProps) {
    super(scope, id);
    const timeZone = TimeZone.of(settings.timeZone);
    const delivery = {
      deadLetterQueue: undelivered,
      maxEventAge: Duration.hours(2),
      retryAttempts: 10,
    };
    new Schedule(this, 'Run', {
      description: 'Collects the day and compares its artists',
      schedule: ScheduleExpression.expression(settings.schedule, timeZone),
      target: new StepFunctionsStartExecution(workflow, {
        ...delivery,
        role: this.#role('RunRole', undelivered, 'states:StartExecution', workflow.stateMachineArn),
        input: ScheduleTargetInput.fromObject({
          collect: {},
          similarity: { minCoverage: settings.minCoverage },
        }),
      }),
    });
    new Schedule(this, 'Examination', {
      description: 'Has the doctor look at everything',
      schedule: ScheduleExpression.expression(EXAMINATION, timeZone),
      target: new LambdaInvoke(doctor, {
        ...delivery,
        role: this.#role('ExaminationRole', undelivered, 'lambda:InvokeFunction', doctor.functionArn),
        input: ScheduleTargetInput.fromObject({}),
      }),
    });
  }

  /** A role for one action; the targets' own may invoke all versions of a function by a wildcard. */
  #role(id: string, undelivered: IQueue, action: string, resource: string) {
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const assumedBy = new ServicePrincipal('scheduler.amazonaws.com', { conditions });
    const role = new Role(this, id, { assumedBy });
    role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }),
    );
    return role.withoutPolicyUpdates();
  }
}
