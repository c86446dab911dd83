import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  Choice,
  Condition,
  JsonPath,
  Pass,
  type StateMachine,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeShards, inShards } from './in-shards.ts';
import { Notices } from './notices.ts';
import type { Settings } from './settings.ts';
import { Invoke, machineOf, requestWith } from './steps.ts';

const { jsonMerge, objectAt, stringAt } = JsonPath;
const { and, booleanEquals, isPresent, isString } = Condition;

/** What the caller asked for; the state holds what comes next. */
const DRY_RUN = '$$.Execution.Input.collect.dryRun';

/** What a `Workflow` needs. */
export interface WorkflowProps {
  collector: IFunction;
  similarity: IFunction;
  /** Gets the notices of runs. */
  topic: ITopic;
  settings: Settings;
}

/**
 * Collects a day, as often and as long as it takes, then compares. It takes `{collect?, similarity?}`, the events of the
 * two functions, and gives `{collected, compared}`, their results; without `compared` where the caller limited the
 * collection, and `{skipped, error}` where another run is under way. The date is that of the collector's first answer. A
 * comparison that is too large for one function goes in shards. What becomes of a run is told by notices.
 */
export class Workflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { collector, similarity, topic, settings }: WorkflowProps) {
    super(scope, id);
    const skipped = new Pass(this, 'Skipped', {
      comment: 'Another run is under way',
      parameters: { skipped: true, error: objectAt('$.error') },
    });
    const collect = new Invoke(this, 'Collect', collector, '$.collect', '$.collected');
    const compare = new Invoke(this, 'Compare', similarity, '$.merged.event', '$.compared');
    for (const step of [collect, compare]) {
      step.addCatch(skipped, { errors: ['lease-held'], resultPath: '$.error' });
    }
    const notices = new Notices(this, { topic, settings });
    notices.watch(collect, compare);

    const goOn = new Pass(this, 'Go on', {
      comment: 'With the same run, whatever the day is by now',
      parameters: { run: stringAt('$.collected.run') },
      resultPath: '$.collect',
    }).next(collect);
    const wait = new Wait(this, 'Wait', { time: WaitTime.timestampPath('$.collected.resumeAfter') }).next(
      goOn,
    );
    const collected = new Pass(this, 'Collected', { parameters: { collected: objectAt('$.collected') } });
    const end = new Pass(this, 'Compared', {
      parameters: { collected: objectAt('$.collected'), compared: objectAt('$.compared') },
    });
    const told = notices.tellBefore(end);
    const compared = new Pass(this, 'Day', {
      parameters: { date: stringAt('$.collected.date'), inOnePiece: settings.inOnePiece },
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
        new Choice(this, 'Is it shared out?')
          .when(isPresent('$.compared.shards'), inShards(this, similarity, '$.compared', notices).next(told))
          .otherwise(told),
      );
    const isDone = new Choice(this, 'Is it done?')
      .when(and(isPresent(DRY_RUN), booleanEquals(DRY_RUN, true)), collected)
      .when(booleanEquals('$.collected.done', true), compared)
      .when(isPresent('$$.Execution.Input.collect.budget'), collected)
      .when(isString('$.collected.resumeAfter'), wait)
      .otherwise(goOn);
    const definition = requestWith(this, { collect: {}, similarity: {} }).next(collect).next(isDone);
    this.machine = machineOf(this, 'Collect a day, then compare its artists', definition, settings);
    acknowledgeShards(this.machine);
  }
}
