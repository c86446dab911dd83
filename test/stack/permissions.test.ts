import { FUNCTIONS } from '../../core/names.ts';
import { functionsOf, ofType, synthesise } from './synthesise.ts';

interface Statement {
  Action: string | string[];
  Resource: unknown;
  Effect: string;
}

const deployed = synthesise();
const arrayOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** Statements that allow something, each with the logical id of the role that it is for. */
const allowed: { role: string; actions: string[]; resources: string[] }[] = [
  ...ofType(deployed, 'AWS::IAM::Policy').flatMap(([, { Properties }]) =>
    Properties.Roles.map(({ Ref }: { Ref: string }) => [Ref, Properties.PolicyDocument]),
  ),
  ...ofType(deployed, 'AWS::IAM::Role').flatMap(([id, { Properties }]) =>
    (Properties.Policies ?? []).map((policy: { PolicyDocument: unknown }) => [id, policy.PolicyDocument]),
  ),
].flatMap(([role, { Statement: statements }]) =>
  arrayOf<Statement>(statements)
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action, Resource }) => ({
      role,
      actions: arrayOf(Action),
      resources: arrayOf(Resource).map((resource) => JSON.stringify(resource)),
    })),
);

const roleOf = (name: string): string =>
  functionsOf(deployed).find(([found]) => found === name)?.[1].Properties.Role['Fn::GetAtt'][0];
const actionsOf = (name: string): string[] =>
  allowed
    .filter(({ role }) => role === roleOf(name))
    .flatMap(({ actions }) => actions)
    .filter((action) => !/^(ec2|logs|sqs):/.test(action));

test('no statement allows a wildcard of actions', () => {
  expect(allowed.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
});

/** Each with its reason in lib/, but the last, which is the CDK's own: it invokes the version that was just made. */
test('the resources with a wildcard are these', () => {
  const found = allowed.flatMap(({ role, actions, resources }) =>
    resources
      .filter((resource) => resource.includes('*'))
      .map((resource) => `${role.replace(/(Role)?[0-9A-F]{8}$/, '')}: ${actions[0]} on ${kindOf(resource)}`),
  );
  expect(found.sort()).toEqual(
    [
      ...FUNCTIONS.map((name) => `${name}: ec2:AssignPrivateIpAddresses on *`),
      ...['catalog', 'collector', 'similarity', 'listening', 'trainer', 'recommender'].map(
        (name) => `${name}: s3:AbortMultipartUpload on Lake/*`,
      ),
      ...['collector', 'doctor', 'listening', 'similarity', 'trainer', 'recommender'].map(
        (name) => `${name}: s3:AbortMultipartUpload on Results/*`,
      ),
      'doctor: s3:GetObject on Lake/*',
      'RecommendingMachine: logs:CreateLogDelivery on *',
      'WorkflowMachine: logs:CreateLogDelivery on *',
      'WorkflowMachine: states:DescribeExecution on execution:*',
      'WorkflowMachine: states:RedriveExecution on execution:*',
      'AWSCDKTriggerCustomResourceProviderCustomResourceProvider: lambda:InvokeFunction on migrator:*',
    ].sort(),
  );
});

function kindOf(resource: string): string {
  if (resource === '"*"') return '*';
  const [, kind] = /(Lake|Results|migrator|execution)/.exec(resource) ?? [];
  const [, end] = /([/:]\*)"/.exec(resource) ?? [];
  return `${kind}${end}`;
}

test('managed policies are those of the two functions that the CDK brings along', () => {
  const roles = ofType(deployed, 'AWS::IAM::Role').filter(
    ([, { Properties }]) => Properties.ManagedPolicyArns,
  );
  expect(roles.map(([id]) => id.replace(/CustomResourceProviderRole.*$/, ''))).toEqual([
    'CustomVpcRestrictDefaultSG',
    'AWSCDKTriggerCustomResourceProvider',
  ]);
});

describe('each function may do what it does', () => {
  const DATABASE = ['secretsmanager:GetSecretValue'];
  const READ_LAKE = [
    ...['glue:BatchGetPartition', 'glue:GetDatabase', 'glue:GetPartition', 'glue:GetPartitions'],
    ...['glue:GetTable', 'glue:GetTables', 's3:GetBucketLocation', 's3:GetObject', 's3:ListBucket'],
  ];
  const WRITE_LAKE = [
    ...['glue:BatchCreatePartition', 'glue:DeletePartition'],
    ...['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:PutObject'],
  ];
  const QUERY = [
    ...['athena:GetQueryExecution', 'athena:GetQueryResults'],
    ...['athena:StartQueryExecution', 'athena:StopQueryExecution'],
    ...['s3:AbortMultipartUpload', 's3:ListBucketMultipartUploads', 's3:ListMultipartUploadParts'],
    's3:PutObject',
  ];
  test.each([
    ['explorer', DATABASE],
    ['migrator', DATABASE],
    ['catalog', [...DATABASE, ...READ_LAKE, ...WRITE_LAKE]],
    ['collector', [...DATABASE, ...READ_LAKE, ...WRITE_LAKE, ...QUERY]],
    ['similarity', [...DATABASE, ...READ_LAKE, ...WRITE_LAKE, ...QUERY]],
    ['trainer', [...DATABASE, ...READ_LAKE, ...WRITE_LAKE, ...QUERY]],
    [
      'listening',
      [
        ...[...DATABASE, 'secretsmanager:PutSecretValue', ...READ_LAKE, ...WRITE_LAKE, ...QUERY],
        ...['s3:DeleteObjectVersion', 's3:ListBucketVersions'],
      ],
    ],
    ['recommender', [...DATABASE, 'secretsmanager:PutSecretValue', ...READ_LAKE, ...WRITE_LAKE, ...QUERY]],
    ['doctor', [...DATABASE, ...READ_LAKE, ...QUERY]],
  ])('%s', (name, actions) => {
    expect([...new Set(actionsOf(name))].sort()).toEqual([...new Set(actions)].sort());
  });

  test("only those that speak to Spotify read the app's secret", () => {
    const [[app] = []] = ofType(deployed, 'AWS::SecretsManager::Secret');
    const readers = allowed.filter(({ resources }) => resources.includes(`{"Ref":"${app}"}`));
    const roles = ['catalog', 'collector', 'listening', 'recommender', 'doctor'].map(roleOf);
    expect(readers.map(({ role }) => role).sort()).toEqual(roles.sort());
  });

  test("only the listening and the recommender write the user's, and besides them only the doctor reads it", () => {
    const [, [user] = []] = ofType(deployed, 'AWS::SecretsManager::Secret');
    const users = allowed.filter(({ resources }) => resources.includes(`{"Ref":"${user}"}`));
    const READ = 'secretsmanager:GetSecretValue';
    expect(Object.fromEntries(users.map(({ role, actions }) => [role, actions]))).toEqual({
      [roleOf('listening')]: [READ, 'secretsmanager:PutSecretValue'],
      [roleOf('recommender')]: [READ, 'secretsmanager:PutSecretValue'],
      [roleOf('doctor')]: [READ],
    });
  });

  test('each workflow starts its two functions and no other, and a schedule the one thing that it is for', () => {
    const whatOf = (action: string) =>
      allowed
        .filter(({ actions }) => actions.includes(action))
        .map(({ role, resources }) => [
          role.replace(/[0-9A-F]{8}$/, ''),
          resources.map((resource) => /"(\w+?)[0-9A-F]{8}"/.exec(resource)?.[1]).sort(),
        ]);
    const started = [...whatOf('states:StartExecution'), ...whatOf('lambda:InvokeFunction')];
    // A shard is an execution of the workflow's own.
    expect(started).toContainEqual(['WorkflowMachineRole', ['WorkflowMachine']]);
    expect(Object.fromEntries(started)).toMatchObject({
      WorkflowMachineRole: ['collectorHandler', 'similarityHandler'],
      RecommendingMachineRole: ['recommenderHandler', 'trainerHandler'],
      SchedulesRunRole: ['WorkflowMachine'],
      SchedulesRecommendingRole: ['RecommendingMachine'],
      SchedulesListeningRole: ['listeningHandler'],
      SchedulesExaminationRole: ['doctorHandler'],
    });
  });

  test('only the workflow that tells of its runs publishes, and to the topic of the alarms alone', () => {
    const publishers = allowed.filter(({ actions }) => actions.includes('sns:Publish'));
    expect(publishers.map(({ role, actions, resources }) => [role, actions, resources])).toEqual([
      [
        expect.stringMatching(/^WorkflowMachineRole/),
        ['sns:Publish'],
        [expect.stringMatching(/^\{"Ref":"AlarmsTopic[0-9A-F]{8}"\}$/)],
      ],
    ]);
  });

  test('the doctor writes nothing into the lake', () => {
    const lake = allowed.filter(
      ({ role, resources }) =>
        role === roleOf('doctor') && resources.some((text) => text.includes('LakeBucket')),
    );
    expect(lake.flatMap(({ actions }) => actions).sort()).toEqual([
      's3:GetBucketLocation',
      's3:GetObject',
      's3:ListBucket',
    ]);
  });
});
