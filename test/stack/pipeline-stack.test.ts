import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { EXAMPLES } from '../../core/events.ts';
import { FUNCTION_SIZES } from '../../core/functions.ts';
import { FUNCTIONS, OUTPUTS } from '../../core/names.ts';
import { TABLES } from '../../core/tables.ts';
import { BUNDLING } from '../../lib/bundling.ts';
import { type Deployed, functionsOf, ofType, root, synthesise } from './synthesise.ts';

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

  test('keeps earlier versions for 30 days, and uploads that a stopped run has staged as long as what completes them', () => {
    expect(lake?.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(lake?.Properties.LifecycleConfiguration.Rules[0]).toEqual({
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 90 },
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
  /** The rules of all security groups, as the template spells them: ingress or egress. */
  const rulesOf = (stack: Deployed, way: 'Ingress' | 'Egress') => [
    ...ofType(stack, 'AWS::EC2::SecurityGroup').flatMap(([id, { Properties }]) =>
      (Properties[`SecurityGroup${way}`] ?? []).map((rule: object) => ({ GroupId: id, ...rule })),
    ),
    ...ofType(stack, `AWS::EC2::SecurityGroup${way}`).map(([, { Properties }]) => ({
      ...Properties,
      GroupId: Properties.GroupId['Fn::GetAtt'][0],
    })),
  ];
  /** Each rule in short: whose, which ports, to or from where. */
  const short = (stack: Deployed, way: 'Ingress' | 'Egress') =>
    rulesOf(stack, way)
      .map(({ GroupId, FromPort, ToPort, IpProtocol, CidrIp, CidrIpv6, ...other }) => {
        const port = typeof FromPort === 'object' ? 'database' : FromPort;
        expect([IpProtocol, ToPort]).toEqual(['tcp', FromPort]);
        const far = CidrIp ?? CidrIpv6 ?? groupOf(other);
        return `${GroupId.replace(/[0-9A-F]{8}$/, '')} ${port} ${far}`;
      })
      .sort();
  const groupOf = (rule: Record<string, unknown>): string =>
    /"(\w+?)[0-9A-F]{8}"/.exec(
      JSON.stringify(rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId),
    )?.[1] ?? '';

  test('lets nobody in from outside it', () => {
    expect(short(deployed, 'Ingress')).toEqual([
      'DatabaseGroup database NetworkFunctionsGroup',
      'NetworkVpcNatSecurityGroup 443 10.73.0.0/16',
    ]);
  });

  test('lets functions out to HTTPS and the database, and the database nowhere', () => {
    const closed = rulesOf(deployed, 'Egress').filter(({ CidrIp }) => CidrIp === '255.255.255.255/32');
    // The CDK's way to say nowhere.
    expect(closed.map(({ GroupId }) => GroupId)).toEqual([expect.stringMatching(/^DatabaseGroup/)]);
    const open = { ...deployed, Resources: { ...deployed.Resources } };
    for (const { GroupId } of closed) delete open.Resources[GroupId];
    expect(short(open, 'Egress')).toEqual([
      'NetworkFunctionsGroup 443 0.0.0.0/0',
      'NetworkFunctionsGroup database DatabaseGroup',
      'NetworkVpcNatSecurityGroup 443 0.0.0.0/0',
    ]);
  });

  test('lets functions out to the ports of other base URLs', () => {
    const other = synthesise({
      spotifyApiUrl: 'http://x.test:8080/v1',
      reccobeatsApiUrl: 'http://y.test/v1',
    });
    const out = short({ ...other, Resources: withoutDatabaseGroup(other) }, 'Egress');
    expect(out.filter((rule) => rule.endsWith('0.0.0.0/0'))).toEqual(
      ['NetworkFunctionsGroup', 'NetworkVpcNatSecurityGroup'].flatMap((group) =>
        [443, 80, 8080].map((port) => `${group} ${port} 0.0.0.0/0`),
      ),
    );
  });
  const withoutDatabaseGroup = ({ Resources }: Deployed) =>
    Object.fromEntries(Object.entries(Resources).filter(([id]) => !/^DatabaseGroup[0-9A-F]{8}$/.test(id)));

  test('goes out by one instance that a new account may start, with an encrypted disk and guarded metadata', () => {
    expect(propertiesOf('AWS::EC2::NatGateway')).toEqual([]);
    expect(propertiesOf('AWS::EC2::Instance')).toMatchObject([
      {
        InstanceType: 't4g.micro',
        SourceDestCheck: false,
        BlockDeviceMappings: [{ Ebs: { Encrypted: true } }],
        MetadataOptions: { HttpTokens: 'required' },
        CreditSpecification: { CPUCredits: 'standard' },
      },
    ]);
  });

  test.each([
    ['t4g.micro', 'arm64'],
    ['t4g.nano', 'arm64'],
    ['t3.micro', 'x86_64'],
  ])(
    'a %s starts with the newest image for %s, and no later image replaces it',
    (natInstance, architecture) => {
      const stack = synthesise({ natInstance });
      const [[template, launch] = []] = ofType(stack, 'AWS::EC2::LaunchTemplate');
      expect(launch?.Properties.LaunchTemplateData).toEqual({
        ImageId: expect.stringMatching(
          new RegExp(
            `^resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-[\\w.]+-${architecture}$`,
          ),
        ),
        UserData: { 'Fn::Base64': expect.stringContaining('way-out.service') },
      });
      const [[, instance] = []] = ofType(stack, 'AWS::EC2::Instance');
      expect(instance?.Properties).toMatchObject({
        InstanceType: natInstance,
        LaunchTemplate: {
          LaunchTemplateId: { Ref: template },
          Version: { 'Fn::GetAtt': [template, 'LatestVersionNumber'] },
        },
      });
      expect(instance?.Properties.ImageId).toBeUndefined();
      // A change of it would restart the machine, which runs it at its first start alone.
      expect(instance?.Properties.UserData).toBeUndefined();
      // Nothing else that CloudFormation would look up anew.
      const parameters = Object.values(stack.Parameters).filter(({ Type }) => Type.includes('Image'));
      expect(parameters).toEqual([]);
    },
  );

  test('its zones are the first two of the region, or those that are set', () => {
    const zonesOf = (stack: Deployed) => [
      ...new Set(
        ofType(stack, 'AWS::EC2::Subnet').map(([, found]) =>
          JSON.stringify(found.Properties.AvailabilityZone),
        ),
      ),
    ];
    expect(zonesOf(deployed)).toEqual(
      [0, 1].map((i) => JSON.stringify({ 'Fn::Select': [i, { 'Fn::GetAZs': '' }] })),
    );
    const set = synthesise({ availabilityZones: ['us-east-1b', 'us-east-1c'] });
    expect(zonesOf(set)).toEqual(['"us-east-1b"', '"us-east-1c"']);
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
        DeletionPolicy: 'Snapshot',
        UpdateReplacePolicy: 'Snapshot',
        Properties: {
          Engine: 'mysql',
          EngineVersion: '8.4',
          DBInstanceClass: 'db.t4g.micro',
          AutoMinorVersionUpgrade: true,
          MaxAllocatedStorage: 100,
          StorageEncrypted: true,
          PubliclyAccessible: false,
          ManageMasterUserPassword: true,
          BackupRetentionPeriod: 1,
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

  test('is migrated after it and the network are there, by a version of the function, which may wait 15 minutes', () => {
    const [[, trigger] = []] = ofType(deployed, 'Custom::Trigger');
    expect(trigger?.Properties.Timeout).toBe(String(15 * 60_000));
    const [[version] = []] = ofType(deployed, 'AWS::Lambda::Version');
    expect(trigger?.Properties.HandlerArn).toEqual({ Ref: version });
    const [[instance] = []] = ofType(deployed, 'AWS::RDS::DBInstance');
    const routes = ofType(deployed, 'AWS::EC2::Route').map(([id]) => id);
    expect(trigger?.DependsOn).toEqual(expect.arrayContaining([instance, ...routes]));
  });

  test('has a user who may only read, whose password Secrets Manager makes: the explorer has no other', () => {
    const [reader] = ofType(deployed, 'AWS::SecretsManager::Secret').filter(([id]) => id.includes('Reader'));
    expect(reader?.[1].Properties.GenerateSecretString).toMatchObject({
      SecretStringTemplate: '{"username":"soundalike_reader"}',
      GenerateStringKey: 'password',
    });
    const secretOf = (name: string) =>
      functionsOf(deployed).find(([found]) => found === name)?.[1].Properties.Environment.Variables;
    expect(secretOf('explorer').SOUNDALIKE_DATABASE_SECRET).toEqual({ Ref: reader?.[0] });
    expect(secretOf('migrator')).toMatchObject({
      SOUNDALIKE_READER_SECRET: { Ref: reader?.[0] },
      SOUNDALIKE_DATABASE_SECRET: { 'Fn::GetAtt': [expect.any(String), 'MasterUserSecret.SecretArn'] },
    });
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
    (name, found) => {
      const { Properties: properties } = found;
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(properties.VpcConfig.SubnetIds).toHaveLength(2);
      expect([properties.MemorySize, properties.Timeout / 60]).toEqual([
        FUNCTION_SIZES[name].megabytes,
        FUNCTION_SIZES[name].minutes,
      ]);
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

test('both workflows log where AWS needs no entry in the account-wide policy of logs', () => {
  const names = propertiesOf('AWS::StepFunctions::StateMachine').map(({ LoggingConfiguration }) => {
    const [{ CloudWatchLogsLogGroup }] = LoggingConfiguration.Destinations;
    const [id] = CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'];
    return deployed.Resources[id]?.Properties.LogGroupName;
  });
  expect(names).toEqual([
    '/aws/vendedlogs/states/Soundalike-Workflow',
    '/aws/vendedlogs/states/Soundalike-Recommending',
  ]);
});

describe('secrets', () => {
  test('are made by texts that never change, so that no deployment overwrites what was filled in', () => {
    const texts = propertiesOf('AWS::SecretsManager::Secret').map(({ SecretString }) => SecretString);
    expect(texts.filter((text) => text !== undefined)).toEqual([
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
    const [weekly, daily] = [{}, { recommending: 'rate(1 day)', pushing: false }].map(
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
        tracksPerArtist: 50,
        minCoverage: 0.5,
        method: 'whitened',
        require: ['sharedGenre@10', 'playlistNdcg@50>=0.4'],
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
