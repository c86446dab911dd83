import { ofType, synthesise, validate } from './synthesise.ts';

describe("the CDK's validator and cdk-nag find nothing that is not explained", () => {
  test.each([
    { database: 'mysql', egress: 'nat-instance' },
    {
      database: 'mysql',
      egress: 'nat-gateway',
      production: true,
      multiAz: true,
      email: 'someone@example.com',
    },
    { database: 'mariadb', egress: 'nat-gateway' },
    { database: 'mariadb', egress: 'nat-instance', production: true, testEvents: 'off' },
    { database: 'aurora-serverless', egress: 'nat-instance' },
    { database: 'aurora-serverless', egress: 'nat-gateway', production: true, multiAz: true },
  ])('%j', (settings) => {
    const reports = validate(settings);
    expect(reports.map(({ pluginName }) => pluginName)).toContain('AwsSolutions');
    expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
    for (const { suppressedViolations = [] } of reports) {
      for (const { reason } of suppressedViolations) expect(reason.length).toBeGreaterThan(20);
    }
  });
});

test('production protects and snapshots the database, keeps secrets and backups, and does not end with a command', () => {
  const production = synthesise({ production: true });
  const [[, database] = []] = ofType(production, 'AWS::RDS::DBInstance');
  expect(database).toMatchObject({
    DeletionPolicy: 'Snapshot',
    Properties: { DeletionProtection: true, BackupRetentionPeriod: 35, MultiAZ: false },
  });
  const secrets = ofType(production, 'AWS::SecretsManager::Secret');
  expect(secrets.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Retain', 'Retain']);
});

test('mariadb is 10.11 with the same parameters', () => {
  const stack = synthesise({ database: 'mariadb' });
  expect(ofType(stack, 'AWS::RDS::DBInstance')[0]?.[1].Properties).toMatchObject({
    Engine: 'mariadb',
    EngineVersion: '10.11',
    StorageEncrypted: true,
    ManageMasterUserPassword: true,
  });
  expect(ofType(stack, 'AWS::RDS::DBParameterGroup')[0]?.[1].Properties).toMatchObject({
    Family: 'mariadb10.11',
    Parameters: { require_secure_transport: '1', local_infile: '1' },
  });
});

test('aurora-serverless scales to nothing', () => {
  const stack = synthesise({ database: 'aurora-serverless' });
  expect(ofType(stack, 'AWS::RDS::DBCluster')[0]?.[1].Properties).toMatchObject({
    Engine: 'aurora-mysql',
    StorageEncrypted: true,
    ManageMasterUserPassword: true,
    ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 2, SecondsUntilAutoPause: 300 },
  });
  const parametersOf = (type: string) => ofType(stack, type)[0]?.[1].Properties.Parameters;
  expect(parametersOf('AWS::RDS::DBClusterParameterGroup')).toEqual({ require_secure_transport: '1' });
  expect(parametersOf('AWS::RDS::DBParameterGroup')).toEqual({ local_infile: '1' });
  expect(ofType(stack, 'AWS::RDS::DBInstance')[0]?.[1].Properties).toMatchObject({
    DBInstanceClass: 'db.serverless',
    PubliclyAccessible: false,
  });
});

test('nat-gateway is one gateway in the place of the instance', () => {
  const stack = synthesise({ egress: 'nat-gateway' });
  expect(ofType(stack, 'AWS::EC2::NatGateway')).toHaveLength(1);
  expect(ofType(stack, 'AWS::EC2::Instance')).toEqual([]);
});
