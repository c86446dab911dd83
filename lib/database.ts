import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceClass, InstanceSize, InstanceType, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  AuroraMysqlEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseInstance,
  DatabaseInstanceEngine,
  type Endpoint,
  type IInstanceEngine,
  MariaDbEngineVersion,
  MysqlEngineVersion,
  ParameterGroup,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../core/names.ts';
import { type Access, acknowledge } from './access.ts';
import type { Network } from './network.ts';
import type { Settings } from './settings.ts';

const NAME = 'soundalike';
const ISOLATED = { subnetType: SubnetType.PRIVATE_ISOLATED };
/** Nobody connects without TLS. */
const TLS_ONLY = { require_secure_transport: '1' };
/** Publishing loads its rows by LOAD DATA LOCAL INFILE. */
const LOADS = { local_infile: '1' };

/** The metrics by which a database is watched. */
interface Vitals {
  /** Has a value as long as it answers. */
  alive: Metric;
  /** Bytes; none where storage grows by itself without end. */
  freeStorage?: Metric;
}

/** What the engines have in common. */
interface Server extends Vitals {
  endpoint: Endpoint;
  secret: ISecret | undefined;
}

/**
 * The database that answers come from, reachable by the functions alone. RDS makes, keeps and renews its password. Each
 * engine has a construct of its own, so that another `database` setting makes a new one and takes the old one away.
 */
export class ServingDatabase extends Construct implements Vitals {
  readonly alive: Metric;
  readonly freeStorage?: Metric;
  readonly #server: Server;

  constructor(scope: Construct, id: string, network: Network, settings: Settings) {
    super(scope, id);
    this.#server =
      settings.database === 'aurora-serverless'
        ? aurora(this, network, settings)
        : instance(this, network, settings);
    this.alive = this.#server.alive;
    this.freeStorage = this.#server.freeStorage;
    acknowledge(this, {
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
    const { endpoint, secret } = this.#server;
    const secretArn = secret?.secretArn ?? '';
    return {
      environment: {
        [ENVIRONMENT.database]: `mysql://${endpoint.hostname}:${endpoint.port}/${NAME}?tls=rds`,
        [ENVIRONMENT.databaseSecret]: secretArn,
      },
      statements: [
        new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
      ],
    };
  }
}

const common = ({ vpc }: Network, { production }: Settings) => ({
  vpc,
  vpcSubnets: ISOLATED,
  credentials: Credentials.fromUsername('dbadmin'),
  manageMasterUserPassword: true,
  storageEncrypted: true,
  deletionProtection: production,
  removalPolicy: production ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
  cloudwatchLogsExports: ['error'],
});

const backupRetention = ({ production }: Settings): Duration => Duration.days(production ? 35 : 7);

function instance(scope: Construct, network: Network, settings: Settings): Server {
  // The major version is ours to choose, the minor one is renewed by RDS.
  const engines: Record<string, () => IInstanceEngine> = {
    mysql: () => DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.of('8.4', '8.4') }),
    mariadb: () => DatabaseInstanceEngine.mariaDb({ version: MariaDbEngineVersion.VER_10_11 }),
  };
  const database = new DatabaseInstance(scope, settings.database, {
    ...common(network, settings),
    engine: (engines[settings.database] as () => IInstanceEngine)(),
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.MICRO),
    databaseName: NAME,
    parameters: { ...TLS_ONLY, ...LOADS },
    autoMinorVersionUpgrade: true,
    storageType: StorageType.GP3,
    allocatedStorage: 20,
    maxAllocatedStorage: 100,
    multiAz: settings.multiAz,
    backupRetention: backupRetention(settings),
  });
  database.connections.allowDefaultPortFrom(network.functions, 'The functions');
  Validations.of(database).acknowledge({
    id: 'CloudFormation-Validate::E9006',
    reason:
      "RDS takes a major version alone and chooses the minor one; the validator's list has only whole ones",
  });
  return {
    endpoint: database.instanceEndpoint,
    secret: database.secret,
    alive: database.metricCPUUtilization(),
    freeStorage: database.metricFreeStorageSpace(),
  };
}

/** Sleeps after five minutes without a connection, and then costs its storage alone; it wakes in 15 to 30 s. */
function aurora(scope: Construct, network: Network, settings: Settings): Server {
  const engine = DatabaseClusterEngine.auroraMysql({ version: AuroraMysqlEngineVersion.VER_3_10_4 });
  const member = {
    autoMinorVersionUpgrade: true,
    // Of the two parameters this one is an instance's, the other the cluster's.
    parameterGroup: new ParameterGroup(scope, 'InstanceParameters', { engine, parameters: LOADS }),
  };
  const cluster = new DatabaseCluster(scope, 'aurora', {
    ...common(network, settings),
    engine,
    defaultDatabaseName: NAME,
    parameters: TLS_ONLY,
    writer: ClusterInstance.serverlessV2('Writer', member),
    readers: settings.multiAz
      ? [ClusterInstance.serverlessV2('Standby', { ...member, scaleWithWriter: true })]
      : [],
    serverlessV2MinCapacity: 0,
    serverlessV2MaxCapacity: 2,
    serverlessV2AutoPauseDuration: Duration.minutes(5),
    backup: { retention: backupRetention(settings) },
  });
  cluster.connections.allowDefaultPortFrom(network.functions, 'The functions');
  acknowledge(scope, {
    RDS6: 'The functions log in by the password that RDS keeps, over TLS',
    RDS14: 'Its tables are made anew by every run; backups bring back the rest',
    RDS16: 'One application with one user has nothing to audit that its own log does not tell',
  });
  return {
    endpoint: cluster.clusterEndpoint,
    secret: cluster.secret,
    alive: cluster.metric('ServerlessDatabaseCapacity'),
  };
}
