import { randomBytes } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { AWS_CLIENT } from '../adapters/aws.ts';
import { openMysql } from '../adapters/database/mysql.ts';
import { GluePartitions, RegisteringStore } from '../adapters/lake/glue.ts';
import { ParquetLake } from '../adapters/lake/lake.ts';
import { S3Store, s3Client } from '../adapters/lake/s3.ts';
import { ShardStore } from '../adapters/lake/shards.ts';
import { SecretsManagerSecret } from '../adapters/secrets/secrets-manager.ts';
import { appOf, known, SpotifyApp } from '../adapters/spotify/app.ts';
import { spotifySettings } from '../adapters/spotify/settings.ts';
import { UserGrant } from '../adapters/spotify/user-grant.ts';
import { systemClock } from '../adapters/system.ts';
import { AthenaWarehouse } from '../adapters/warehouse/athena.ts';
import type { CollectionLimits } from '../core/budget.ts';
import { DatabaseRefusedError, UsageError } from '../core/errors.ts';
import { DEFAULT_TRACKS } from '../core/events.ts';
import { ENVIRONMENT } from '../core/names.ts';
import type { Database, Secret, ServerDatabase, WritableSecret } from '../core/ports.ts';
import { leaseIn } from '../core/run/held-run.ts';
import { type Connect, connector } from './collector/sources.ts';
import { type ConnectUser, userConnector } from './login/connect.ts';

type Environment = NodeJS.ProcessEnv;

/** What every function has of its machine. */
export const MACHINE = {
  clock: systemClock,
  lease: leaseIn(process.env),
  random: Math.random,
  newId: () => randomBytes(6).toString('hex'),
};

/** A serverless database that sleeps answers after 15 to 30 s. */
const CONNECT_TIMEOUT_MS = 45_000;

const Login = z.object({ username: z.string().min(1), password: z.string().min(1) });

/** The lake in S3, whose partitions Glue is told of. */
export const openLake = (environment: Environment): ParquetLake => new ParquetLake(openStore(environment));

/** What the shards of a similarity run share, in the lake's bucket. */
export const openShardLake = (environment: Environment): ShardStore => new ShardStore(openStore(environment));

/** Registers every partition of the lake in Glue; returns how many there are. */
export const registerLake = (environment: Environment): Promise<number> =>
  openStore(environment).registerAll();

function openStore(environment: Environment): RegisteringStore {
  const bucket = required(environment, ENVIRONMENT.lakeBucket);
  const store = new S3Store({ client: s3Client(environment), bucket, ...MACHINE });
  const database = required(environment, ENVIRONMENT.lakeDatabase);
  const partitions = new GluePartitions({ client: new GlueClient(AWS_CLIENT), database, ...MACHINE });
  return new RegisteringStore(store, partitions);
}

/** Athena over the lake. */
export function openWarehouse(environment: Environment): AthenaWarehouse {
  return new AthenaWarehouse({
    athena: new AthenaClient(AWS_CLIENT),
    s3: s3Client(environment),
    workGroup: required(environment, ENVIRONMENT.workGroup),
    database: required(environment, ENVIRONMENT.lakeDatabase),
    ...MACHINE,
  });
}

/**
 * Gives `work` the database, and closes it after: connections do not outlive an invocation, since between two of them
 * the machine stands still. A password that RDS has changed meanwhile is read again.
 */
export async function withDatabase<T>(
  environment: Environment,
  work: (database: ServerDatabase) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(environment);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** As `withDatabase`, for whoever closes it himself. */
export async function openDatabase(environment: Environment): Promise<ServerDatabase> {
  const url = required(environment, ENVIRONMENT.database);
  const settings = { tls: environment[ENVIRONMENT.databaseTls], connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const id = environment[ENVIRONMENT.databaseSecret];
  if (!id) return openMysql(url, settings);
  const secret = secretOf(id, Login);
  const login = await secret.read();
  try {
    return await openMysql(url, { ...settings, login });
  } catch (error) {
    const changed = error instanceof DatabaseRefusedError ? await secret.refresh(login) : login;
    if (changed.password === login.password) throw error;
    return openMysql(url, { ...settings, login: changed });
  }
}

/** The user of the database who may only read; undefined where the environment names none. */
export async function readerLogin(
  environment: Environment,
): Promise<{ username: string; password: string } | undefined> {
  const id = environment[ENVIRONMENT.readerSecret];
  return id ? await secretOf(id, Login).read() : undefined;
}

/**
 * Spotify and ReccoBeats, by the app of the environment or of the stack's secret. Where that cannot be read, this
 * throws, or, if `anyhow`, the first call to Spotify does: ReccoBeats needs no app.
 */
export async function openSources(
  environment: Environment,
  { apiState }: Pick<Database, 'apiState'>,
  say: (line: string) => void,
  anyhow = false,
): Promise<Connect> {
  const settings = spotifySettings(environment);
  const app = spotifyApp(environment);
  const id = await app.read().then(
    ({ client_id }) => client_id,
    (error) => {
      if (!anyhow) throw error;
      return 'unknown';
    },
  );
  return connector({ ...MACHINE, settings, app, provider: `spotify:${id}`, apiState, say });
}

/** What bounds a scheduled collection. */
export const collectionLimits = (environment: Environment): CollectionLimits => ({
  tracks: Number(environment[ENVIRONMENT.tracksPerArtist] ?? DEFAULT_TRACKS),
  dailyRequests: spotifySettings(environment).dailyRequests,
});

/** What the user has granted. */
export const userGrant = (environment: Environment): WritableSecret<UserGrant> =>
  secretOf(required(environment, ENVIRONMENT.userSecret), UserGrant);

/** Spotify in the user's name. */
export async function openUser(
  environment: Environment,
  { apiState }: Pick<Database, 'apiState'>,
): Promise<ConnectUser> {
  const settings = spotifySettings(environment);
  const app = spotifyApp(environment);
  const { client_id } = await app.read();
  const grant = userGrant(environment);
  return userConnector({ ...MACHINE, settings, app, grant, provider: `spotify:${client_id}`, apiState });
}

/** The Spotify app of the stack's secret, else of the environment. */
function spotifyApp(environment: Environment): Secret<SpotifyApp> {
  const id = environment[ENVIRONMENT.spotifySecret];
  return id ? secretOf(id, SpotifyApp) : known(appOf(environment));
}

const secrets = new Map<string, WritableSecret<unknown>>();

/** A secret is read once in the life of the function's machine, unless it is refused. */
function secretOf<T>(id: string, schema: z.ZodType<T>): WritableSecret<T> {
  const secret =
    secrets.get(id) ??
    new SecretsManagerSecret({ client: new SecretsManagerClient(AWS_CLIENT), id, schema, ...MACHINE });
  secrets.set(id, secret);
  return secret as WritableSecret<T>;
}

function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value) return value;
  throw new UsageError(
    `expected the environment variable ${name}, got none`,
    'the stack sets it: deploy it again',
  );
}
