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

test('every alarm writes to the topic, which is spoken to with TLS alone and sends e-mail', () => {
  const [[topic] = []] = ofType(deployed, 'AWS::SNS::Topic');
  for (const { AlarmActions } of alarms) expect(AlarmActions).toEqual([{ Ref: topic }]);
  expect(ofType(deployed, 'AWS::SNS::Subscription')[0]?.[1].Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'someone@example.com',
  });
  expect(ofType(deployed, 'AWS::SNS::TopicPolicy')[0]?.[1].Properties.PolicyDocument.Statement).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ]),
  );
  expect(ofType(synthesise(), 'AWS::SNS::Subscription')).toEqual([]);
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
  ['no-good-run', 'notBreaching'],
  ['coverage-below-floor', 'notBreaching'],
  ['doctor-failed', 'notBreaching'],
  ['egress-down', 'breaching'],
  ['database-down', 'breaching'],
  ['database-storage-low', 'notBreaching'],
])('%s is %s where there is no value', (name, missing) => {
  expect(named(name)?.TreatMissingData).toBe(missing);
});

test('the age of the last good run that alarms is a setting', () => {
  const [alarm] = alarmsOf(synthesise({ alarmAfterHours: 200 })).filter(({ AlarmName }) =>
    AlarmName.endsWith('no-good-run'),
  );
  expect(alarm).toMatchObject({ Threshold: 200, MetricName: 'HoursSincePublished', Period: 86_400 });
});

test('a gateway and a serverless database are watched by what they tell', () => {
  const other = alarmsOf(synthesise({ egress: 'nat-gateway', database: 'aurora-serverless' }));
  const metrics = other.map(({ MetricName }) => MetricName);
  expect(metrics).toEqual(expect.arrayContaining(['ErrorPortAllocation', 'ServerlessDatabaseCapacity']));
  expect(metrics).not.toContain('FreeStorageSpace');
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
