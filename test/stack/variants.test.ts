import { functionsOf, ofType, synthesise, validate } from './synthesise.ts';

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
    {
      database: 'mysql',
      databaseInstance: 't4g.small',
      backupDays: 7,
      natInstance: 't3.micro',
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      notices: 'every-run',
      listening: 'off',
      recommending: 'off',
      keepDays: 90,
      spotifyApiUrl: 'http://x.test:8080/v1',
    },
    { lakeBucket: 'soundalike-lake.of-old', databaseSnapshot: 'soundalike-2026-11-22' },
    { database: 'aurora-serverless', databaseSnapshot: 'rds:soundalike-2026-11-22-04-30' },
  ])('%j', (settings) => {
    const reports = validate(settings);
    expect(reports.map(({ pluginName }) => pluginName)).toContain('AwsSolutions');
    expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
    for (const { suppressedViolations = [] } of reports) {
      for (const { reason } of suppressedViolations) expect(reason.length).toBeGreaterThan(20);
    }
  });
});

test('production protects the database, keeps secrets and backups, and does not end with a command', () => {
  const production = synthesise({ production: true });
  const [[, database] = []] = ofType(production, 'AWS::RDS::DBInstance');
  expect(database).toMatchObject({
    DeletionPolicy: 'Snapshot',
    Properties: { DeletionProtection: true, BackupRetentionPeriod: 35, MultiAZ: false },
  });
  const secrets = ofType(production, 'AWS::SecretsManager::Secret');
  expect(secrets.map(([id, { DeletionPolicy }]) => [id.slice(0, 7), DeletionPolicy])).toEqual([
    ['Secrets', 'Retain'],
    ['Secrets', 'Retain'],
    // The migrator gives the user another password.
    ['Databas', 'Delete'],
  ]);
});

test.each([
  [{}, 1],
  [{ production: true }, 35],
  [{ backupDays: 7 }, 7],
  [{ production: true, backupDays: 2 }, 2],
  [{ database: 'aurora-serverless' }, 1],
])('of %j backups are kept for %d days', (settings, days) => {
  const stack = synthesise(settings);
  const type = 'database' in settings ? 'AWS::RDS::DBCluster' : 'AWS::RDS::DBInstance';
  expect(ofType(stack, type)[0]?.[1].Properties.BackupRetentionPeriod).toBe(days);
});

test('the class of the database instance is a setting', () => {
  const stack = synthesise({ database: 'mariadb', databaseInstance: 't4g.small' });
  expect(ofType(stack, 'AWS::RDS::DBInstance')[0]?.[1].Properties.DBInstanceClass).toBe('db.t4g.small');
});

test.each(['mysql', 'mariadb', 'aurora-serverless'])(
  'whatever takes a %s away leaves a snapshot of it',
  (database) => {
    for (const production of [false, true]) {
      const stack = synthesise({ database, production });
      const kept = Object.values(stack.Resources).filter(({ Type, Properties }) =>
        database === 'aurora-serverless' ? Type === 'AWS::RDS::DBCluster' : Properties?.AllocatedStorage,
      );
      expect(kept).toMatchObject([{ DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' }]);
    }
  },
);

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
  expect(parametersOf('AWS::RDS::DBClusterParameterGroup')).toEqual({ require_secure_transport: 'ON' });
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

describe('a stack that begins with what is there', () => {
  const [lakeBucket, databaseSnapshot] = ['lake-of-old', 'soundalike-2026-11-22'];

  test('uses the bucket by its name, for its tables and in the policies of its functions', () => {
    const stack = synthesise({ lakeBucket });
    const buckets = ofType(stack, 'AWS::S3::Bucket').map(([id]) => id);
    expect(buckets).toEqual([expect.stringMatching(/^WarehouseResults/)]);
    expect(stack.Outputs.LakeBucket?.Value).toBe(lakeBucket);
    for (const [, { Properties }] of ofType(stack, 'AWS::Glue::Table')) {
      expect(JSON.stringify(Properties.TableInput.StorageDescriptor.Location)).toContain(
        `s3://${lakeBucket}/`,
      );
    }
    const policies = JSON.stringify(ofType(stack, 'AWS::IAM::Policy'));
    expect(policies).toContain(`:s3:::${lakeBucket}/*`);
  });

  test.each(['mysql', 'mariadb'])(
    'restores %s from the snapshot, with a new password that the functions read',
    (database) => {
      const stack = synthesise({ database, databaseSnapshot });
      const [[, instance] = []] = ofType(stack, 'AWS::RDS::DBInstance');
      expect(instance?.Properties).toMatchObject({
        DBSnapshotIdentifier: databaseSnapshot,
        Engine: database,
      });
      // RDS inherits these from the snapshot and refuses others, and keeps a restored password for Oracle alone.
      for (const name of ['DBName', 'MasterUsername', 'ManageMasterUserPassword', 'StorageEncrypted']) {
        expect(instance?.Properties).not.toHaveProperty(name);
      }
      const password = JSON.stringify(instance?.Properties.MasterUserPassword);
      const secret = ofType(stack, 'AWS::SecretsManager::Secret').find(([id]) => password.includes(id));
      expect(secret?.[1].Properties.GenerateSecretString.SecretStringTemplate).toBe('{"username":"dbadmin"}');
      const [collector] = functionsOf(stack).filter(([name]) => name === 'collector');
      const { SOUNDALIKE_DATABASE_SECRET } = collector?.[1].Properties.Environment.Variables ?? {};
      const [[attachment] = []] = ofType(stack, 'AWS::SecretsManager::SecretTargetAttachment');
      expect(SOUNDALIKE_DATABASE_SECRET).toEqual({ Ref: attachment });
    },
  );

  test('restores Aurora from the snapshot of a cluster', () => {
    const stack = synthesise({ database: 'aurora-serverless', databaseSnapshot });
    const [[, cluster] = []] = ofType(stack, 'AWS::RDS::DBCluster');
    expect(cluster?.Properties).toMatchObject({ SnapshotIdentifier: databaseSnapshot });
    for (const name of ['DatabaseName', 'MasterUsername', 'ManageMasterUserPassword']) {
      expect(cluster?.Properties).not.toHaveProperty(name);
    }
    expect(JSON.stringify(cluster?.Properties.MasterUserPassword)).toContain('resolve:secretsmanager');
  });
});
