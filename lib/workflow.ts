import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  DefinitionBody,
  JitterType,
  JsonPath,
  LogLevel,
  Pass,
  type RetryProps,
  StateMachine,
  TaskStateBase,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './access.ts';
import { shortLivedLogGroup } from './log-group.ts';
import type { Settings } from './settings.ts';

const { jsonMerge, objectAt, stringAt } = JsonPath;
const { and, booleanEquals, isPresent, isString } = Condition;

/** What the caller asked for; the state holds what comes next. */
const DRY_RUN = '$$.Execution.Input.collect.dryRun';

/** Lambda's own troubles. An account may be limited to ten invocations at once. */
const LAMBDA_BUSY: RetryProps = {
  errors: [
    'Lambda.AWSLambdaException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.SdkClientException',
    'Lambda.ServiceException',
    'Lambda.TooManyRequestsException',
  ],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 8,
  maxDelay: Duration.minutes(5),
  jitterStrategy: JitterType.FULL,
};
/** An invocation that was ended by force. Its run's lease of 60 s must end first, or the next would find it held. */
const KILLED: RetryProps = {
  errors: [
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Runtime.OutOfMemory',
    'Sandbox.Timedout',
    'States.Timeout',
  ],
  interval: Duration.seconds(75),
  backoffRate: 1,
  maxAttempts: 4,
};
/** Errors of docs/operating.md that pass by themselves. */
const PASSING: RetryProps = {
  errors: ['database-busy', 'database-unreachable', 'day-not-ready', 'query-stopped', 'service-unavailable'],
  interval: Duration.minutes(1),
  backoffRate: 2,
  maxAttempts: 4,
};
/** A function lives for 15 minutes at most; then its answer was lost. */
const LONGER_THAN_A_FUNCTION = Timeout.duration(Duration.minutes(16));

/** What a `Workflow` needs. */
export interface WorkflowProps {
  collector: IFunction;
  similarity: IFunction;
  settings: Settings;
}

/**
 * Collects a day, as often and as long as it takes, then compares. It takes `{collect?, similarity?}`, the events of the
 * two functions, and gives `{collected, compared}`, their results; without `compared` where the caller limited the
 * collection, and `{skipped, error}` where another run is under way. The date is that of the collector's first answer.
 */
export class Workflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { collector, similarity, settings }: WorkflowProps) {
    super(scope, id);
    const skipped = new Pass(this, 'Skipped', {
      comment: 'Another run is under way',
      parameters: { skipped: true, error: objectAt('$.error') },
    });
    const collect = new Invoke(this, 'Collect', collector, '$.collect', '$.collected', skipped);
    const compare = new Invoke(this, 'Compare', similarity, '$.merged.event', '$.compared', skipped);

    const goOn = new Pass(this, 'Go on', {
      comment: 'With the same run, whatever the day is by now',
      parameters: { run: stringAt('$.collected.run') },
      resultPath: '$.collect',
    }).next(collect);
    const wait = new Wait(this, 'Wait', { time: WaitTime.timestampPath('$.collected.resumeAfter') }).next(
      goOn,
    );
    const collected = new Pass(this, 'Collected', { parameters: { collected: objectAt('$.collected') } });
    const compared = new Pass(this, 'Day', {
      parameters: { date: stringAt('$.collected.date') },
      resultPath: '$.day',
    })
      .next(
        new Pass(this, 'Of that day', {
          parameters: { event: jsonMerge(objectAt('$.similarity'), objectAt('$.day')) },
          resultPath: '$.merged',
        }),
      )
      .next(compare)
      .next(
        new Pass(this, 'Compared', {
          parameters: { collected: objectAt('$.collected'), compared: objectAt('$.compared') },
        }),
      );
    const isDone = new Choice(this, 'Is it done?')
      .when(and(isPresent(DRY_RUN), booleanEquals(DRY_RUN, true)), collected)
      .when(booleanEquals('$.collected.done', true), compared)
      .when(isPresent('$$.Execution.Input.collect.budget'), collected)
      .when(isString('$.collected.resumeAfter'), wait)
      .otherwise(goOn);
    const definition = new Pass(this, 'Defaults', {
      result: { value: { collect: {}, similarity: {} } },
      resultPath: '$.defaults',
    })
      .next(
        new Pass(this, 'Request', {
          parameters: { request: jsonMerge(objectAt('$.defaults'), objectAt('$$.Execution.Input')) },
          outputPath: '$.request',
        }),
      )
      .next(collect)
      .next(isDone);

    this.machine = new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromChainable(definition),
      comment: 'Collect a day, then compare its artists',
      timeout: Duration.days(3),
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: true,
        destination: shortLivedLogGroup(this, 'Machine', settings.logDays),
      },
    });
    acknowledge(this.machine, {
      SF2: "Two functions in a row: the execution's history tells all that a trace would",
    });
    acknowledgeWildcards(this.machine, { '*': 'The delivery of logs knows no narrower form' });
  }
}

/**
 * Invokes a function with a part of the state and puts its answer into another. Beside LambdaInvoke, which may invoke
 * all versions of a function by a wildcard, its role is allowed this one alone.
 */
class Invoke extends TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies: PolicyStatement[];
  readonly #function: IFunction;

  constructor(
    scope: Construct,
    id: string,
    invoked: IFunction,
    inputPath: string,
    resultPath: string,
    whenHeld: Pass,
  ) {
    super(scope, id, { inputPath, resultPath, taskTimeout: LONGER_THAN_A_FUNCTION });
    this.#function = invoked;
    this.taskPolicies = [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
    ];
    for (const retry of [LAMBDA_BUSY, KILLED, PASSING]) this.addRetry(retry);
    this.addCatch(whenHeld, { errors: ['lease-held'], resultPath: '$.error' });
  }

  protected _renderTask(): object {
    return { Resource: this.#function.functionArn };
  }
}
