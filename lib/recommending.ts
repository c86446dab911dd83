import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  Fail,
  JsonPath,
  Pass,
  type RetryProps,
  type StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';
import { Invoke, machineOf, requestWith } from './steps.ts';

const { jsonMerge, objectAt, stringAt } = JsonPath;
const { and, booleanEquals, isPresent } = Condition;

/** Spotify asks to wait, or the day's requests are used up: a day and an hour are enough for either. */
const POSTPONED: RetryProps = {
  errors: ['budget-spent', 'rate-limited'],
  interval: Duration.hours(1),
  backoffRate: 1,
  maxAttempts: 25,
};

/** What `Recommending` needs. */
export interface RecommendingProps {
  trainer: IFunction;
  recommender: IFunction;
  settings: Settings;
}

/**
 * Trains on the lake's playlists, in as many calls as it takes, then recommends. It takes `{train?, recommend?}`, the
 * events of the two functions, and gives `{trained, recommended}`: their results, of the second the counts alone, or
 * `{Error, Cause}` where there was nothing to do (no playlists, no listening, no login) or another does it.
 * Whatever becomes of the training, the list is made, by the last model; then a training that failed fails the execution.
 */
export class Recommending extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { trainer, recommender, settings }: RecommendingProps) {
    super(scope, id);
    const trained = '$.trained';
    const recommended = '$.recommended';
    const train = new Invoke(this, 'Train', trainer, '$.train', trained);
    const recommend = new Invoke(this, 'Recommend', recommender, '$.asked.recommend', recommended);
    const goOn = new Pass(this, 'Go on', {
      comment: 'With the same run, from its last checkpoint',
      parameters: { run: stringAt(`${trained}.run`) },
      resultPath: '$.train',
    }).next(train);
    const isTrained = new Choice(this, 'Is it trained?')
      .when(and(isPresent(`${trained}.done`), booleanEquals(`${trained}.done`, false)), goOn)
      .otherwise(recommend);
    const end = new Choice(this, 'Has the training failed?')
      .when(
        isPresent('$.failed'),
        new Fail(this, 'Failed', { errorPath: '$.failed.Error', causePath: '$.failed.Cause' }),
      )
      .otherwise(
        new Pass(this, 'Recommended', {
          parameters: { trained: objectAt(trained), recommended: objectAt(recommended) },
        }),
      );
    train
      .addCatch(recommend, { errors: ['lease-held', 'no-data'], resultPath: trained })
      .addCatch(recommend, { errors: ['States.ALL'], resultPath: '$.failed' });
    recommend
      .addRetry(POSTPONED)
      .addCatch(end, { errors: ['consent-needed', 'lease-held', 'no-data'], resultPath: recommended })
      .next(end);
    const definition = requestWith(this, { train: {}, recommend: {} })
      .next(new Pass(this, 'Counts', { result: { value: { counts: true } }, resultPath: '$.counts' }))
      .next(
        new Pass(this, 'Ask for counts', {
          comment: 'The history of executions is no place for what was heard and recommended',
          parameters: { recommend: jsonMerge(objectAt('$.recommend'), objectAt('$.counts')) },
          resultPath: '$.asked',
        }),
      )
      .next(train)
      .next(isTrained);
    this.machine = machineOf(this, 'Train on the playlists, then recommend', definition, settings);
  }
}
