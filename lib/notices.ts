import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import {
  Choice,
  Condition,
  Fail,
  type IChainable,
  type INextable,
  JsonPath,
  type State,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { SnsPublish } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

const { DISCARD, format, jsonToString, objectAt, stringAt } = JsonPath;

/** What `Notices` needs. */
export interface NoticesProps {
  /** The topic that alarms write to. */
  topic: ITopic;
  settings: Settings;
}

/** A state whose errors can be caught. */
type Fallible = State & { addCatch(handler: IChainable, props: { resultPath: string }): unknown };

/**
 * The notices of a workflow's runs, as the setting `notices` wants them: of every run, of those that fail, or none. They
 * are states of the machine of `scope`; a notice that cannot be sent changes nothing of a run.
 */
export class Notices {
  readonly #scope: Construct;
  readonly #props: NoticesProps;
  readonly #failed: IChainable | undefined;

  constructor(scope: Construct, props: NoticesProps) {
    this.#scope = scope;
    this.#props = props;
    if (props.settings.notices === 'off') return;
    const fail = new Fail(scope, 'Failed', { errorPath: '$.error.Error', causePath: '$.error.Cause' });
    const message = format('The run failed: {}. {}', stringAt('$.error.Error'), stringAt('$.error.Cause'));
    this.#failed = this.#tell('Tell of the failure', 'a run failed', message, fail);
  }

  /** Has a failure of these told before it fails the execution; what they catch by themselves stays theirs. */
  watch(...steps: readonly Fallible[]): void {
    if (!this.#failed) return;
    for (const step of steps) step.addCatch(this.#failed, { resultPath: '$.error' });
  }

  /** The way to `end` of a comparison's result, which is at `$.compared`. */
  tellBefore(end: IChainable & INextable): IChainable {
    if (this.#props.settings.notices !== 'every-run') return end;
    const date = stringAt('$.compared.date');
    const report = jsonToString(objectAt('$.compared.report'));
    const look = `In the lake's bucket: {}. To look closer: npx soundalike explore --stack ${this.#props.settings.stack}`;
    const warnings = jsonToString(objectAt('$.compared.warnings'));
    return new Choice(this.#scope, 'Is it published?')
      .when(
        Condition.booleanEquals('$.compared.published', true),
        this.#tell(
          'Tell of a published run',
          'a run was published',
          format(`The run of {} was published. Warnings: {}. ${look}`, date, warnings, report),
          end,
        ),
      )
      .otherwise(
        this.#tell(
          'Tell of a run that was held back',
          'a run was not published',
          format(`The run of {} was not published: {}. ${look}`, date, warnings, report),
          end,
        ),
      );
  }

  #tell(id: string, subject: string, message: string, next: IChainable): IChainable {
    const { topic, settings } = this.#props;
    const publish = new SnsPublish(this.#scope, id, {
      topic,
      subject: `${settings.stack}: ${subject}`,
      message: TaskInput.fromText(message),
      resultPath: DISCARD,
    });
    publish.addRetry({ maxAttempts: 3, interval: Duration.seconds(5), backoffRate: 2 });
    publish.addCatch(next, { resultPath: DISCARD });
    return publish.next(next);
  }
}
