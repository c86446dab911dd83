import { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type CfnStateMachine,
  type Chain,
  DistributedMap,
  Map as InlineMap,
  JsonPath,
  Pass,
  type StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './access.ts';
import type { Notices } from './notices.ts';
import { Invoke } from './steps.ts';

const { DISCARD, numberAt, stringAt } = JsonPath;

/** Half of the ten invocations at once that a new account has. */
const SHARDS_AT_ONCE = 5;
/** Loads into one database; each has a connection, and a server's core. */
const LOADS_AT_ONCE = 4;

/**
 * The steps of a similarity run that is too large for one function: each shard of the plan at `path` is computed, then
 * each is loaded, then the run is published, and its result is put into the place of the plan. A step that fails for
 * good is told by `notices` and fails the execution; the run's lease ends by itself.
 */
export function inShards(scope: Construct, similarity: IFunction, path: string, notices: Notices): Chain {
  const run = stringAt(`${path}.run`);
  const each = (step: string) => ({
    itemsPath: `${path}.shards`,
    itemSelector: { run, [step]: numberAt('$$.Map.Item.Value') },
    resultPath: DISCARD,
  });
  const shards = new DistributedMap(scope, 'Shards', {
    ...each('shard'),
    label: 'Shards',
    maxConcurrency: SHARDS_AT_ONCE,
  }).itemProcessor(new Invoke(scope, 'Shard', similarity, '$', '$'));
  const loads = new InlineMap(scope, 'Loads', {
    ...each('load'),
    maxConcurrency: LOADS_AT_ONCE,
  }).itemProcessor(new Invoke(scope, 'Load', similarity, '$', '$'));
  const end = new Pass(scope, 'End', { parameters: { run, finish: true }, resultPath: '$.end' });
  const finish = new Invoke(scope, 'Finish', similarity, '$.end', path);
  notices.watch(shards, loads, finish);
  return shards.next(loads).next(end).next(finish);
}

/** Says why the role of a machine with such steps, which the CDK allows what they need, has wildcards. */
export function acknowledgeShards(machine: StateMachine): void {
  const id = Stack.of(machine).getLogicalId(machine.node.defaultChild as CfnStateMachine);
  const name = `{"Fn::Select":[6,{"Fn::Split":[":",{"Ref":"${id}"}]}]}`;
  const executions = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}`;
  acknowledgeWildcards(machine, {
    [`${executions}:*`]: 'Step Functions names the execution of each shard by itself',
    [`${executions}/Shards:*`]: 'It names the executions of a map that begins again by itself, too',
  });
}
