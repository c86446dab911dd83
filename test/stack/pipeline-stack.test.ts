import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { EXAMPLES } from '../../core/events.ts';
import { FUNCTIONS, OUTPUTS } from '../../core/names.ts';
import { TABLES } from '../../core/tables.ts';
import { BUNDLING } from '../../lib/bundling.ts';
import { functionsOf, ofType, root, synthesise } from './synthesise.ts';

const deployed = synthesise();
const propertiesOf = (type: string) => ofType(deployed, type).map(([, { Properties }]) => Properties);

test('what outlives the stack has no name of its own, which would be in the way of the next one', () => {
  const kept = Object.values(deployed.Resources).filter(({ DeletionPolicy }) =>
    DeletionPolicy?.startsWith('Retain'),
  );
  expect(kept.map(({ Type }) => Type)).toEqual(['AWS::S3::Bucket', 'AWS::S3::Bucket']);
  for (const { Properties } of kept) expect(Properties).not.toHaveProperty('BucketName');
});

describe('the lake', () => {
  const [lake, results] = ofType(deployed, 'AWS::S3::Bucket').map(([, bucket]) => bucket);

  test.each([lake, results])('is in private, encrypted buckets that outlive the stack', (bucket) => {
    expect(bucket).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
  });

  test('refuses requests without TLS', () => {
    const policies = propertiesOf('AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(2);
    for (const { PolicyDocument } of policies) {
      expect(PolicyDocument.Statement).toEqual([
        expect.objectContaining({
          Action: 's3:*',
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]);
    }
  });

  test('keeps earlier versions for 30 days', () => {
    expect(lake?.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(lake?.Properties.LifecycleConfiguration.Rules[0]).toEqual({
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      ExpiredObjectDeleteMarker: true,
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      Status: 'Enabled',
    });
  });

  test('forgets what runs have left behind, their slices after any schedule has given them up, and results of queries', () => {
    const version = { NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Status: 'Enabled' };
    expect(lake?.Properties.LifecycleConfiguration.Rules.slice(1)).toEqual([
      { ExpirationInDays: 7, Prefix: 'uploads/', ...version },
      { ExpirationInDays: 7, Prefix: 'checkpoints/', ...version },
      { ExpirationInDays: 7, Prefix: 'shards/', ...version },
      { ExpirationInDays: 90, Prefix: 'staging/', ...version },
    ]);
    expect(results?.Properties.LifecycleConfiguration.Rules).toMatchObject([{ ExpirationInDays: 7 }]);
  });

  test('has the tables of core/tables.ts in Glue, and no other', () => {
    const tables = propertiesOf('AWS::Glue::Table').map(({ TableInput }) => TableInput);
    expect(tables.map(({ Name }) => Name).sort()).toEqual(Object.keys(TABLES).sort());
    for (const { Name, StorageDescriptor, PartitionKeys, Parameters } of tables) {
      const { columns, partition } = TABLES[Name as keyof typeof TABLES];
      const found = StorageDescriptor.Columns.map((column: { Name: string; Type: string }) => [
        column.Name,
        column.Type,
      ]);
      expect(found).toEqual(Object.entries(columns));
      expect(PartitionKeys).toEqual([{ Name: partition, Type: 'string' }]);
      expect(Parameters.has_encrypted_data).toBe(false);
      expect(JSON.stringify(StorageDescriptor.Location)).toContain(`/${Name.replaceAll('_', '-')}/`);
    }
  });

  test('is queried by a workgroup that enforces its encryption and its scan limit', () => {
    expect(propertiesOf('AWS::Athena::WorkGroup')).toMatchObject([
      {
        RecursiveDeleteOption: true,
        WorkGroupConfiguration: {
          EnforceWorkGroupConfiguration: true,
          EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
          BytesScannedCutoffPerQuery: 10_000_000_000,
          ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
        },
      },
    ]);
  });
});

describe('the network', () => {
  test('lets nobody in from outside it', () => {
    const inline = propertiesOf('AWS::EC2::SecurityGroup').flatMap(
      (group) => group.SecurityGroupIngress ?? [],
    );
    const rules = [...inline, ...propertiesOf('AWS::EC2::SecurityGroupIngress')];
    expect(rules.map(({ CidrIp, CidrIpv6, Description }) => [Description, CidrIp, CidrIpv6])).toEqual([
      ['What the functions send out', '10.73.0.0/16', undefined],
      ['The functions', undefined, undefined],
    ]);
  });

  test('goes out by one small instance with an encrypted disk and guarded metadata', () => {
    expect(propertiesOf('AWS::EC2::NatGateway')).toEqual([]);
    expect(propertiesOf('AWS::EC2::Instance')).toMatchObject([
      {
        InstanceType: 't4g.nano',
        SourceDestCheck: false,
        BlockDeviceMappings: [{ Ebs: { Encrypted: true } }],
        MetadataOptions: { HttpTokens: 'required' },
        CreditSpecification: { CPUCredits: 'standard' },
      },
    ]);
  });

  test('reaches S3 without going out', () => {
    expect(propertiesOf('AWS::EC2::VPCEndpoint')).toMatchObject([{ VpcEndpointType: 'Gateway' }]);
  });

  test('asks for no context that would need an account', () => {
    expect(JSON.stringify(deployed).includes('dummy1')).toBe(false);
  });
});

describe('the database', () => {
  test('is a private, encrypted MySQL 8.4 whose password is made by RDS', () => {
    expect(ofType(deployed, 'AWS::RDS::DBInstance').map(([, found]) => found)).toMatchObject([
      {
        DeletionPolicy: 'Delete',
        Properties: {
          Engine: 'mysql',
          EngineVersion: '8.4',
          DBInstanceClass: 'db.t4g.micro',
          AutoMinorVersionUpgrade: true,
          MaxAllocatedStorage: 100,
          StorageEncrypted: true,
          PubliclyAccessible: false,
          ManageMasterUserPassword: true,
          BackupRetentionPeriod: 7,
        },
      },
    ]);
    expect(propertiesOf('AWS::RDS::DBInstance')[0]?.MasterUserPassword).toBeUndefined();
  });

  test('takes connections with TLS alone, and loads', () => {
    expect(propertiesOf('AWS::RDS::DBParameterGroup')).toMatchObject([
      { Family: 'mysql8.4', Parameters: { require_secure_transport: '1', local_infile: '1' } },
    ]);
  });

  test('is migrated after it and the network are there, by a version of the function', () => {
    const [[, trigger] = []] = ofType(deployed, 'Custom::Trigger');
    const [[version] = []] = ofType(deployed, 'AWS::Lambda::Version');
    expect(trigger?.Properties.HandlerArn).toEqual({ Ref: version });
    const [[instance] = []] = ofType(deployed, 'AWS::RDS::DBInstance');
    const routes = ofType(deployed, 'AWS::EC2::Route').map(([id]) => id);
    expect(trigger?.DependsOn).toEqual(expect.arrayContaining([instance, ...routes]));
  });
});

test('a new migration makes another version of the migrator, since it is in its bundle', async () => {
  const entryPoints = [join(root, 'lambdas/migrator/handler.ts')];
  const { outputFiles } = await build({ ...BUNDLING, entryPoints, outdir: root, write: false });
  const migrations = readdirSync(join(root, 'sql/mysql')).filter((file) => /^\d/.test(file));
  expect(migrations).not.toEqual([]);
  for (const file of migrations) {
    const lines = readFileSync(join(root, 'sql/mysql', file), 'utf8')
      .replaceAll('`', '\\`')
      .split('\n');
    expect(lines.filter((line) => !outputFiles[0]?.text.includes(line))).toEqual([]);
  }
});

describe('the functions', () => {
  const functions = functionsOf(deployed);

  test('are those of lambdas/', () => {
    expect(functions.map(([name]) => name).sort()).toEqual([...FUNCTIONS].sort());
  });

  test.each(functions)(
    '%s runs in the VPC, on Node 24 and arm64, in what a new account allows',
    (_, found) => {
      const { Properties: properties } = found;
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(properties.VpcConfig.SubnetIds).toHaveLength(2);
      expect(properties.MemorySize).toBeLessThanOrEqual(3008);
      expect(properties.ReservedConcurrentExecutions).toBeUndefined();
    },
  );

  test.each(functions)('%s has a log of its own that forgets', (name, { Properties: { LoggingConfig } }) => {
    const log = deployed.Resources[LoggingConfig.LogGroup.Ref];
    expect(log).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { LogGroupName: `/aws/lambda/Soundalike-${name}`, RetentionInDays: 30 },
    });
  });

  test('have a role each', () => {
    const roles = functions.map(([, { Properties }]) => Properties.Role['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(FUNCTIONS.length);
  });

  test('are never repeated by Lambda, and leave what failed in an encrypted queue', () => {
    const repeated = propertiesOf('AWS::Lambda::EventInvokeConfig').map(
      (config) => config.MaximumRetryAttempts,
    );
    expect(repeated).toEqual(FUNCTIONS.map(() => 0));
    const [[queue, found] = []] = ofType(deployed, 'AWS::SQS::Queue');
    expect(found?.Properties.SqsManagedSseEnabled).toBe(true);
    for (const [, { Properties }] of functions) {
      expect(Properties.DeadLetterConfig.TargetArn).toEqual({ 'Fn::GetAtt': [queue, 'Arn'] });
    }
  });

  test('are told of settings only where these are set', () => {
    const keys = (settings: Record<string, unknown>) =>
      functionsOf(synthesise(settings)).map(([, found]) =>
        Object.keys(found.Properties.Environment.Variables),
      );
    const extra = ['RECCOBEATS_API_URL', 'SOUNDALIKE_KEEP_DAYS', 'SPOTIFY_DAILY_REQUESTS', 'SPOTIFY_MARKET'];
    for (const names of keys({})) expect(names).not.toEqual(expect.arrayContaining(extra.slice(0, 1)));
    const settings = { keepDays: 90, market: 'IS', dailyRequests: 500, reccobeatsApiUrl: 'http://x.test/v1' };
    for (const names of keys(settings)) expect(names).toEqual(expect.arrayContaining(extra));
  });
});

describe('secrets', () => {
  test('are made by texts that never change, so that no deployment overwrites what was filled in', () => {
    expect(propertiesOf('AWS::SecretsManager::Secret').map(({ SecretString }) => SecretString)).toEqual([
      '{"client_id":"","client_secret":""}',
      '{"refresh_token":"","scopes":"","authorized_at":""}',
    ]);
  });
});

describe('schedules', () => {
  test('start both workflows, the doctor and the listening, with a time zone, tries and a queue for what cannot be delivered', () => {
    const schedules = propertiesOf('AWS::Scheduler::Schedule');
    expect(schedules.map(({ Target }) => JSON.parse(Target.Input))).toEqual([
      { collect: { unfinished: true, tracks: 10 }, similarity: { minCoverage: 0.8, method: 'mean' } },
      {},
      {},
      { train: {}, recommend: { push: true } },
    ]);
    for (const schedule of schedules) {
      expect(schedule).toMatchObject({
        ScheduleExpressionTimezone: 'UTC',
        Target: {
          RetryPolicy: { MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 10 },
          DeadLetterConfig: { Arn: expect.anything() },
        },
      });
    }
  });

  const schedulesOf = (settings: Record<string, unknown>) =>
    ofType(synthesise(settings), 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties);

  test.each(['listening', 'recommending'])('the %s can be off', (setting) => {
    expect(schedulesOf({ [setting]: 'off' })).toHaveLength(3);
  });

  test('songs are recommended weekly, or when it is set, and need not be pushed', () => {
    const [weekly, daily] = [{}, { recommending: 'rate(1 day)', pushing: 'false' }].map(
      (settings) => schedulesOf(settings)[3],
    );
    expect(weekly?.ScheduleExpression).toBe('cron(0 5 ? * MON *)');
    expect(daily).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      Target: { Input: JSON.stringify({ train: {}, recommend: { push: false } }) },
    });
  });

  test('are as they are set', () => {
    const [[, schedule] = []] = ofType(
      synthesise({
        schedule: 'cron(0 6 ? * MON *)',
        timeZone: 'Atlantic/Reykjavik',
        tracksPerArtist: '50',
        minCoverage: '0.5',
        method: 'whitened',
        require: 'sharedGenre@10, playlistNdcg@50>=0.4',
      }),
      'AWS::Scheduler::Schedule',
    );
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: 'cron(0 6 ? * MON *)',
      ScheduleExpressionTimezone: 'Atlantic/Reykjavik',
      Target: {
        Input: JSON.stringify({
          collect: { unfinished: true, tracks: 50 },
          similarity: {
            minCoverage: 0.5,
            method: 'whitened',
            require: ['sharedGenre@10', 'playlistNdcg@50>=0.4'],
          },
        }),
      },
    });
  });
});

describe('shareable test events', () => {
  const schemas = propertiesOf('AWS::EventSchemas::Schema');

  test.each(FUNCTIONS.map((name) => [name]))('offer the examples of %s', (name) => {
    const schema = schemas.find(({ SchemaName }) => SchemaName === `_Soundalike-${name}-schema`);
    expect(schema).toMatchObject({ RegistryName: 'lambda-testevent-schemas', Type: 'OpenApi3' });
    const { examples } = JSON.parse(schema?.Content).components;
    const values = Object.entries<{ value: unknown }>(examples).map(([key, { value }]) => [key, value]);
    expect(Object.fromEntries(values)).toEqual(EXAMPLES[name]);
  });

  test("make the account's registry where it is missing, and never delete it", () => {
    const [[, registry] = []] = ofType(deployed, 'Custom::AWS');
    expect(JSON.parse(registry?.Properties.Create)).toMatchObject({
      action: 'CreateRegistry',
      ignoreErrorCodesMatching: 'Conflict',
    });
    expect(registry?.Properties.Delete).toBeUndefined();
    expect(ofType(deployed, 'AWS::EventSchemas::Registry')).toEqual([]);
  });

  test('can be left out', () => {
    const without = synthesise({ testEvents: 'off' });
    expect(ofType(without, 'AWS::EventSchemas::Schema')).toEqual([]);
    expect(ofType(without, 'Custom::AWS')).toEqual([]);
  });
});

test('the outputs are those by which the command line finds the parts', () => {
  expect(Object.keys(deployed.Outputs).sort()).toEqual(Object.values(OUTPUTS).sort());
});
