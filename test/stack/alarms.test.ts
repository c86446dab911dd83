import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from '../../core/names.ts';
import { type Deployed, ofType, root, synthesise } from './synthesise.ts';

const deployed = synthesise({ email: 'someone@example.com' });
const alarmsOf = (stack: Deployed) =>
  ofType(stack, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
const alarms = alarmsOf(deployed);
const named = (name: string) => alarms.find(({ AlarmName }) => AlarmName === `Soundalike-${name}`);
const headingOf = ({ AlarmDescription }: Record<string, string>): string | undefined =>
  /See docs\/operating\.md, "(alarm: [a-z-]+)"\.$/.exec(AlarmDescription ?? '')?.[1];

test('every alarm names its heading in docs/operating.md, and no heading is of an alarm that is not', () => {
  const text = readFileSync(join(root, 'docs/operating.md'), 'utf8');
  const headings = [...text.matchAll(/^## (alarm: .*)$/gm)].map(([, heading]) => heading);
  expect([...new Set(alarms.map(headingOf))].sort()).toEqual(headings.sort());
});

test('every alarm says what happened and what that means, in two sentences', () => {
  for (const { AlarmDescription } of alarms) {
    const [says, means, ...rest] = AlarmDescription.split(/(?<=\.) (?=[A-Z])/);
    expect([says, means].every((sentence) => sentence.length > 20)).toBe(true);
    expect(rest).toEqual([expect.stringMatching(/^See docs/)]);
    expect(AlarmDescription.length).toBeLessThanOrEqual(1024);
  }
  const texts = alarms.map(({ AlarmDescription }) => AlarmDescription);
  expect(new Set(texts).size).toBe(texts.length);
});

interface Statement {
  Effect: 'Allow' | 'Deny';
  Principal: { Service?: string; AWS?: unknown } | string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

describe('the way of a notice', () => {
  const ACCOUNT = { Ref: 'AWS::AccountId' };
  const policiesOf = (topic: unknown): Statement[] =>
    ofType(deployed, 'AWS::SNS::TopicPolicy')
      .filter(([, { Properties }]) => JSON.stringify(Properties.Topics).includes(JSON.stringify(topic)))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);

  /** Whether a service may publish to a topic by TLS in the name of an account, by the topic's policy alone. */
  function mayPublish(service: string, account: unknown, topic: unknown): boolean {
    const context: Record<string, unknown> = {
      'aws:SourceAccount': account,
      'aws:SecureTransport': 'true',
    };
    const applies = ({ Principal, Action, Resource, Condition = {} }: Statement): boolean =>
      (JSON.stringify(Principal).includes('"*"') ||
        (typeof Principal === 'object' && Principal.Service === service)) &&
      [Action].flat().some((action) => action.toLowerCase() === 'sns:publish') &&
      JSON.stringify(Resource) === JSON.stringify(topic) &&
      Object.values(Condition).every((wanted) =>
        Object.entries(wanted).every(
          ([key, value]) => JSON.stringify(context[key]) === JSON.stringify(value),
        ),
      );
    const found = policiesOf(topic).filter(applies);
    return found.some(({ Effect }) => Effect === 'Allow') && !found.some(({ Effect }) => Effect === 'Deny');
  }

  test.each(alarms.map(({ AlarmName, AlarmActions, OKActions }) => [AlarmName, AlarmActions, OKActions]))(
    'of %s leads by a topic whose policy lets it publish to the e-mail, when it is raised and when it ends',
    (_, raised, ended) => {
      expect(raised).toHaveLength(1);
      expect(ended).toEqual(raised);
      const [topic] = raised;
      expect(deployed.Resources[topic.Ref]?.Type).toBe('AWS::SNS::Topic');
      expect(mayPublish('cloudwatch.amazonaws.com', ACCOUNT, topic)).toBe(true);
      const subscriptions = ofType(deployed, 'AWS::SNS::Subscription').filter(
        ([, { Properties }]) => JSON.stringify(Properties.TopicArn) === JSON.stringify(topic),
      );
      expect(subscriptions.map(([, { Properties }]) => [Properties.Protocol, Properties.Endpoint])).toEqual([
        ['email', 'someone@example.com'],
      ]);
    },
  );

  const [[topicId = ''] = []] = ofType(deployed, 'AWS::SNS::Topic');

  test('is open to alarms of this account alone, and only by TLS', () => {
    const topic = { Ref: topicId };
    expect(mayPublish('cloudwatch.amazonaws.com', '123456789012', topic)).toBe(false);
    expect(mayPublish('events.amazonaws.com', ACCOUNT, topic)).toBe(false);
    expect(policiesOf(topic).filter(({ Effect }) => Effect === 'Deny')).toMatchObject([
      { Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ]);
  });

  /** Of the same account, a role's own policy is enough. */
  test('is open to whatever else publishes: the workflow, by its role', () => {
    const publishers = ofType(deployed, 'AWS::StepFunctions::StateMachine').filter(([, { Properties }]) =>
      JSON.stringify(Properties.DefinitionString).includes(':states:::sns:publish'),
    );
    expect(publishers.map(([id]) => id)).toEqual([expect.stringMatching(/^WorkflowMachine/)]);
    for (const [, { Properties }] of publishers) {
      const [role] = Properties.RoleArn['Fn::GetAtt'];
      const statements = ofType(deployed, 'AWS::IAM::Policy')
        .filter(([, policy]) => policy.Properties.Roles.some(({ Ref }: { Ref: string }) => Ref === role))
        .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
      expect(statements).toContainEqual({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Resource: { Ref: topicId },
      });
    }
  });

  test('ends at the topic where no address is set', () => {
    expect(ofType(synthesise(), 'AWS::SNS::Subscription')).toEqual([]);
  });
});

describe('undelivered', () => {
  const alarm = named('undelivered') ?? {};
  const { EvaluationPeriods: looked, DatapointsToAlarm: needed, Threshold: threshold } = alarm;

  /** When the alarm is raised, by the messages in the queue at the end of each period; undefined where SQS is silent. */
  function raised(messages: (number | undefined)[]): number[] {
    const filled = messages.map((count) => count ?? 0);
    const differences = filled.map((count, i) => (i === 0 ? 0 : count - (filled[i - 1] as number)));
    const isOver = differences.map(
      (_, i) =>
        differences.slice(Math.max(0, i + 1 - looked), i + 1).filter((value) => value >= threshold).length >=
        needed,
    );
    return isOver.flatMap((over, i) => (over && !isOver[i - 1] ? [i] : []));
  }

  test('is raised by a message more, and again by a second one while the first still lies there', () => {
    expect(alarm.Metrics[0].Expression).toBe('DIFF(FILL(messages, 0))');
    expect(alarm.Metrics[1].MetricStat).toMatchObject({
      Metric: { MetricName: 'ApproximateNumberOfMessagesVisible' },
      Stat: 'Maximum',
      Period: 300,
    });
    const silent = Array(5).fill(undefined);
    expect(raised([...silent, ...Array(20).fill(1), ...Array(20).fill(2)])).toEqual([5, 25]);
    expect(raised([...silent, ...Array(20).fill(1), ...Array(9).fill(0)])).toEqual([5]);
  });

  test('is raised by a message that SQS reports up to half an hour late', () => {
    expect(looked * 5).toBeGreaterThanOrEqual(30);
  });
});

test.each(FUNCTIONS.map((name) => [name]))(
  '%s has an alarm for errors that are not expected ones',
  (name) => {
    const alarm = named(`function-errors-${name}`) ?? {};
    expect(alarm.Metrics[0].Expression).toBe('errors - FILL(refused, 0)');
    expect(alarm.Threshold).toBe(
      ['collector', 'similarity', 'trainer', 'recommender'].includes(name) ? 3 : 1,
    );
    const { Namespace, MetricName, Dimensions } = alarm.Metrics[2].MetricStat.Metric;
    expect([Namespace, MetricName]).toEqual(['Soundalike', 'Refused']);
    expect(Dimensions.map((dimension: { Name: string }) => dimension.Name)).toEqual([
      'function_name',
      'service',
    ]);
  },
);

test.each([
  ['workflow-failed', 'notBreaching'],
  ['workflow-failed-recommending', 'notBreaching'],
  ['undelivered', 'notBreaching'],
  ['no-good-run', 'ignore'],
  ['consent-ending', 'ignore'],
  ['coverage-below-floor', 'notBreaching'],
  ['doctor-failed', 'ignore'],
  ['egress-down', 'ignore'],
  ['database-down', 'breaching'],
  ['database-storage-low', 'notBreaching'],
])('%s is %s where there is no value', (name, missing) => {
  expect(named(name)?.TreatMissingData).toBe(missing);
});

test('the age of the last good run that alarms is a setting', () => {
  const [alarm] = alarmsOf(synthesise({ alarmAfterHours: 200 })).filter(({ AlarmName }) =>
    AlarmName.endsWith('no-good-run'),
  );
  expect(alarm).toMatchObject({ Threshold: 200, MetricName: 'HoursSincePublished' });
});

test.each(['nat-instance', 'nat-gateway'])(
  'by %s, egress-down is raised by what functions see, and lasts until one gets an answer',
  (egress) => {
    const [alarm] = alarmsOf(synthesise({ egress })).filter(({ AlarmName }) =>
      AlarmName.endsWith('egress-down'),
    );
    expect(alarm).toMatchObject({
      Namespace: 'Soundalike',
      MetricName: 'NoAnswer',
      Dimensions: [{ Name: 'service', Value: 'Soundalike' }],
      Statistic: 'Minimum',
      Threshold: 1,
      TreatMissingData: 'ignore',
    });
  },
);

test('a serverless database that sleeps raises nothing: what functions find of it does', () => {
  const other = alarmsOf(synthesise({ database: 'aurora-serverless' }));
  const [down] = other.filter(({ AlarmName }) => AlarmName.endsWith('database-down'));
  expect(down).toMatchObject({
    Namespace: 'Soundalike',
    MetricName: 'DatabaseUnreachable',
    Statistic: 'Sum',
    TreatMissingData: 'notBreaching',
  });
  expect(other.map(({ MetricName }) => MetricName)).not.toContain('FreeStorageSpace');
});

test('a failure of either workflow alarms, of each by itself', () => {
  const watched = ['workflow-failed', 'workflow-failed-recommending'].map((name) => {
    const [expression, ...metrics] = named(name)?.Metrics ?? [];
    expect(expression.Expression).toBe('failed + timedOut + aborted');
    const told = JSON.stringify(metrics);
    return [...new Set(told.match(/"(Workflow|Recommending)Machine/g))];
  });
  expect(watched).toEqual([['"WorkflowMachine'], ['"RecommendingMachine']]);
});

test('the dashboard shows runs, what they brought, and the database', () => {
  const [[, dashboard] = []] = ofType(deployed, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  const shown = [
    'Published',
    'Coverage',
    'Requests',
    'Dropped',
    'Duration',
    'Errors',
    'CPUUtilization',
    'Recommended',
    'UnknownShare',
  ];
  expect(shown.filter((metric) => !body.includes(metric))).toEqual([]);
});
