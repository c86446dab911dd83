import { type CfnResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { ComparisonOperator, type Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceType, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  AuroraMysqlEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseClusterFromSnapshot,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseInstanceFromSnapshot,
  type Endpoint,
  type IInstanceEngine,
  MariaDbEngineVersion,
  MysqlEngineVersion,
  ParameterGroup,
  SnapshotCredentials,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { ENVIRONMENT, METRICS } from '../core/names.ts';
import { type Access, acknowledge } from './access.ts';
import type { Watch } from './alarm.ts';
import { pipelineMetric } from './metrics.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings.ts';

const NAME = 'soundalike';
/** Master user, whose name a snapshot keeps. */
const MASTER = 'dbadmin';
const ISOLATED = { subnetType: SubnetType.PRIVATE_ISOLATED };
/** User who may only read. */
const READER = 'soundalike_reader';
/** Every connection needs TLS, which RDS spells in one way for instances and in another for clusters. */
const INSTANCE_TLS_ONLY = { require_secure_transport: '1' };
const CLUSTER_TLS_ONLY = { require_secure_transport: 'ON' };
/** Publishing loads its rows by LOAD DATA LOCAL INFILE. */
const LOADS = { local_infile: '1' };
/** The free plan of AWS refuses more backups than a few. */
const [BACKUP_DAYS, PRODUCTION_BACKUP_DAYS] = [1, 35];

/** The metrics by which a database is watched. */
interface Vitals {
  /** Shows how busy it is. */
  load: Metric;
  /** When it does not answer. */
  down: Watch;
  /** Bytes; none where storage grows by itself without end. */
  freeStorage?: Metric;
}

/** What the engines have in common. */
interface Server extends Vitals {
  endpoint: Endpoint;
  secret: ISecret | undefined;
}

/**
 * The database that answers come from, reachable by the functions alone. RDS makes, keeps and renews its password, but
 * for one that was restored from a snapshot (the setting `databaseSnapshot`), whose password is the stack's. Each engine
 * has a construct of its own, so that another `database` setting makes a new one and takes the old one away.
 */
export class ServingDatabase extends Construct implements Vitals {
  readonly load: Metric;
  readonly down: Watch;
  readonly freeStorage?: Metric;
  readonly #server: Server;
  readonly #reader: Secret;

  constructor(scope: Construct, id: string, network: Network, settings: Settings) {
    super(scope, id);
    this.#server =
      settings.database === 'aurora-serverless'
        ? aurora(this, network, settings)
        : instance(this, network, settings);
    this.load = this.#server.load;
    this.down = this.#server.down;
    this.freeStorage = this.#server.freeStorage;
    this.#reader = new Secret(this, 'Reader', {
      description: 'The database user who may only read; the migrator makes it',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: READER }),
        generateStringKey: 'password',
        passwordLength: 40,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(this, {
      SMG4: 'Each migration gives the reader the password of this secret; only the functions reach the database',
      RDS11: 'Another port than 3306 hides nothing from whoever is in the network; nobody else is let in',
      ...(settings.production
        ? {}
        : { RDS10: 'What is tried out must go with its stack; production protects it' }),
      ...(settings.multiAz
        ? {}
        : { RDS3: 'A second zone doubles the price; the setting multiAz turns it on' }),
    });
  }

  /** Reading and writing, as the master user, who owns the tables. */
  get use(): Access {
    return this.#as(this.#server.secret?.secretArn ?? '');
  }

  /** Reading alone. */
  get read(): Access {
    return this.#as(this.#reader.secretArn);
  }

  /** Making the user who may only read, beside `use`. */
  get makeReader(): Access {
    const { secretArn } = this.#reader;
    return { environment: { [ENVIRONMENT.readerSecret]: secretArn }, statements: [readSecret(secretArn)] };
  }

  #as(secretArn: string): Access {
    const { endpoint } = this.#server;
    return {
      environment: {
        [ENVIRONMENT.database]: `mysql://${endpoint.hostname}:${endpoint.port}/${NAME}?tls=rds`,
        [ENVIRONMENT.databaseSecret]: secretArn,
      },
      statements: [readSecret(secretArn)],
    };
  }
}

const readSecret = (secretArn: string): PolicyStatement =>
  new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] });

const common = (scope: Construct, { vpc }: Network, { production }: Settings) => ({
  vpc,
  vpcSubnets: ISOLATED,
  securityGroups: [
    new SecurityGroup(scope, 'Group', {
      vpc,
      description: 'The database: in from the functions, out to nowhere',
      allowAllOutbound: false,
    }),
  ],
  deletionProtection: production,
  // Whatever takes a database away leaves a snapshot of it.
  removalPolicy: RemovalPolicy.SNAPSHOT,
  cloudwatchLogsExports: ['error'],
});

/** Of a database that is made empty. */
const NEW = {
  credentials: Credentials.fromUsername(MASTER),
  manageMasterUserPassword: true,
  storageEncrypted: true,
};

/** RDS keeps the password of a database that it restores for Oracle alone, so that here the stack gives it a new one. */
const newPassword = (): SnapshotCredentials => SnapshotCredentials.fromGeneratedSecret(MASTER);

const backupRetention = ({ production, backupDays }: Settings): Duration =>
  Duration.days(backupDays ?? (production ? PRODUCTION_BACKUP_DAYS : BACKUP_DAYS));

function instance(scope: Construct, network: Network, settings: Settings): Server {
  // The major version is ours to choose, the minor one is renewed by RDS.
  const engines: Record<string, () => IInstanceEngine> = {
    mysql: () => DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.of('8.4', '8.4') }),
    mariadb: () => DatabaseInstanceEngine.mariaDb({ version: MariaDbEngineVersion.VER_10_11 }),
  };
  const props = {
    ...common(scope, network, settings),
    engine: (engines[settings.database] as () => IInstanceEngine)(),
    instanceType: new InstanceType(settings.databaseInstance),
    parameters: { ...INSTANCE_TLS_ONLY, ...LOADS },
    autoMinorVersionUpgrade: true,
    storageType: StorageType.GP3,
    allocatedStorage: 20,
    maxAllocatedStorage: 100,
    multiAz: settings.multiAz,
    backupRetention: backupRetention(settings),
  };
  const { database: id, databaseSnapshot: snapshotIdentifier } = settings;
  const database = snapshotIdentifier
    ? new DatabaseInstanceFromSnapshot(scope, id, {
        ...props,
        snapshotIdentifier,
        credentials: newPassword(),
      })
    : new DatabaseInstance(scope, id, { ...props, ...NEW, databaseName: NAME });
  if (snapshotIdentifier)
    acknowledge(database, { RDS2: 'It is encrypted as its snapshot is, which ours are' });
  database.connections.allowDefaultPortFrom(network.functions, 'The functions');
  Validations.of(database).acknowledge({
    id: 'CloudFormation-Validate::E9006',
    reason:
      "RDS takes a major version alone and chooses the minor one; the validator's list has only whole ones",
  });
  ignoreInLint(database, 'E3691');
  return {
    endpoint: database.instanceEndpoint,
    secret: database.secret,
    load: database.metricCPUUtilization(),
    down: silenceOf(database.metricCPUUtilization()),
    freeStorage: database.metricFreeStorageSpace(),
  };
}

/** Has cfn-lint leave out a check that the CDK's validator makes too. */
const ignoreInLint = (construct: IConstruct, check: string): void =>
  (construct.node.defaultChild as CfnResource).addMetadata('cfn-lint', {
    config: { ignore_checks: [check] },
  });

/** Sleeps after five minutes without a connection, and then costs its storage alone; it wakes in 15 to 30 s. */
function aurora(scope: Construct, network: Network, settings: Settings): Server {
  const engine = DatabaseClusterEngine.auroraMysql({ version: AuroraMysqlEngineVersion.VER_3_10_4 });
  const member = {
    autoMinorVersionUpgrade: true,
    // Of the two parameters this one is an instance's, the other the cluster's.
    parameterGroup: new ParameterGroup(scope, 'InstanceParameters', { engine, parameters: LOADS }),
  };
  const props = {
    ...common(scope, network, settings),
    engine,
    parameters: CLUSTER_TLS_ONLY,
    writer: ClusterInstance.serverlessV2('Writer', member),
    readers: settings.multiAz
      ? [ClusterInstance.serverlessV2('Standby', { ...member, scaleWithWriter: true })]
      : [],
    serverlessV2MinCapacity: 0,
    serverlessV2MaxCapacity: 2,
    serverlessV2AutoPauseDuration: Duration.minutes(5),
    backup: { retention: backupRetention(settings) },
  };
  const { databaseSnapshot: snapshotIdentifier } = settings;
  const cluster = snapshotIdentifier
    ? new DatabaseClusterFromSnapshot(scope, 'aurora', {
        ...props,
        storageEncrypted: true,
        snapshotIdentifier,
        snapshotCredentials: newPassword(),
      })
    : new DatabaseCluster(scope, 'aurora', { ...props, ...NEW, defaultDatabaseName: NAME });
  if (snapshotIdentifier) {
    Validations.of(cluster).acknowledge({
      id: 'CloudFormation-Validate::F3021',
      reason: 'A cluster has the user of its snapshot, whose name may not be given again',
    });
    ignoreInLint(cluster, 'E3021');
  }
  cluster.connections.allowDefaultPortFrom(network.functions, 'The functions');
  acknowledge(scope, {
    RDS6: 'The functions log in by the password that RDS keeps, over TLS',
    RDS14: 'Its tables are made anew by every run; backups bring back the rest',
    RDS16: 'One application with one user has nothing to audit that its own log does not tell',
  });
  return {
    endpoint: cluster.clusterEndpoint,
    secret: cluster.secret,
    load: cluster.metric('ServerlessDatabaseCapacity'),
    down: unreachable(settings),
  };
}

/** No value for a quarter of an hour: RDS reports an instance each minute. */
const silenceOf = (metric: Metric): Watch => ({
  metric: metric.with({ statistic: Stats.SAMPLE_COUNT, period: Duration.minutes(5) }),
  comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  periods: 3,
  missing: TreatMissingData.BREACHING,
});

/** What functions find: a database that sleeps has no values either, and wakes when it is asked. */
const unreachable = ({ stack }: Settings): Watch => ({
  metric: pipelineMetric(stack, METRICS.databaseUnreachable, {
    statistic: Stats.SUM,
    period: Duration.hours(1),
  }),
});
