import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type Chain,
  DefinitionBody,
  type IChainable,
  JitterType,
  JsonPath,
  LogLevel,
  Pass,
  type RetryProps,
  StateMachine,
  TaskStateBase,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { LONGEST_COLLECTION_DAYS } from '../core/names.ts';
import { acknowledge, acknowledgeWildcards } from './access.ts';
import { shortLivedLogGroup, vendedLogName } from './log-group.ts';
import type { Settings } from './settings.ts';

const { jsonMerge, objectAt } = JsonPath;

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

/**
 * Invokes a function with a part of the state and puts its answer into another; again where what failed passes by
 * itself. Beside LambdaInvoke, which may invoke all versions of a function by a wildcard, its role is allowed this one alone.
 */
export class Invoke extends TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies: PolicyStatement[];
  readonly #function: IFunction;

  constructor(scope: Construct, id: string, invoked: IFunction, inputPath: string, resultPath: string) {
    super(scope, id, { inputPath, resultPath, taskTimeout: LONGER_THAN_A_FUNCTION });
    this.#function = invoked;
    this.taskPolicies = [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
    ];
    for (const retry of [LAMBDA_BUSY, KILLED, PASSING]) this.addRetry(retry);
  }

  protected _renderTask(): object {
    return { Resource: this.#function.functionArn };
  }
}

/** States that make the execution's input the state, with `defaults` for what it leaves out. */
export const requestWith = (scope: Construct, defaults: Record<string, object>): Chain =>
  new Pass(scope, 'Defaults', { result: { value: defaults }, resultPath: '$.defaults' }).next(
    new Pass(scope, 'Request', {
      parameters: { request: jsonMerge(objectAt('$.defaults'), objectAt('$$.Execution.Input')) },
      outputPath: '$.request',
    }),
  );

/**
 * A state machine of such steps, within `scope`, that logs its steps. The log has no input or output of them: these say
 * what a person heard. It waits for Spotify for days where there is much to collect; one that lives for 30 days is ended,
 * and the next schedule resumes from what it has collected.
 */
export function machineOf(
  scope: Construct,
  comment: string,
  definition: IChainable,
  { stack, logDays }: Settings,
): StateMachine {
  const machine = new StateMachine(scope, 'Machine', {
    definitionBody: DefinitionBody.fromChainable(definition),
    comment,
    timeout: Duration.days(LONGEST_COLLECTION_DAYS),
    logs: {
      level: LogLevel.ALL,
      includeExecutionData: false,
      destination: shortLivedLogGroup(
        scope,
        'Machine',
        logDays,
        vendedLogName('states', `${stack}-${scope.node.id}`),
      ),
    },
  });
  acknowledge(machine, {
    SF2: "Two functions in a row: the execution's history tells all that a trace would",
  });
  acknowledgeWildcards(machine, { '*': 'The delivery of logs knows no narrower form' });
  return machine;
}
