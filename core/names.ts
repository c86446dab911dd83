import { TABLES, type TableName } from './tables.ts';

/** Names of the environment variables that the command line and the functions read. */
export const ENVIRONMENT = {
  spotifyClientId: 'SPOTIFY_CLIENT_ID',
  spotifyClientSecret: 'SPOTIFY_CLIENT_SECRET',
  spotifyAccountsUrl: 'SPOTIFY_ACCOUNTS_URL',
  spotifyApiUrl: 'SPOTIFY_API_URL',
  spotifyMarket: 'SPOTIFY_MARKET',
  spotifyDailyRequests: 'SPOTIFY_DAILY_REQUESTS',
  reccobeatsApiUrl: 'RECCOBEATS_API_URL',
  database: 'SOUNDALIKE_DATABASE',
  databaseTls: 'SOUNDALIKE_DATABASE_TLS',
  /** ARN of the secret `{username, password}` that goes with a database URL without them. */
  databaseSecret: 'SOUNDALIKE_DATABASE_SECRET',
  /** ARN of the secret `{username, password}` of the user who may only read, which the migrator makes. */
  readerSecret: 'SOUNDALIKE_READER_SECRET',
  /** ARN of the secret of the Spotify app, in the place of its id and secret. */
  spotifySecret: 'SOUNDALIKE_SPOTIFY_SECRET',
  /** ARN of the secret that `login` writes. */
  userSecret: 'SOUNDALIKE_USER_SECRET',
  lakeBucket: 'SOUNDALIKE_LAKE_BUCKET',
  /** Glue database. */
  lakeDatabase: 'SOUNDALIKE_LAKE_DATABASE',
  workGroup: 'SOUNDALIKE_WORKGROUP',
  /** Days of the lake that are kept; all where it is not set. */
  keepDays: 'SOUNDALIKE_KEEP_DAYS',
  /** Milliseconds after which a run that is not renewed may be taken over; a minute where it is not set. */
  lease: 'SOUNDALIKE_LEASE_MS',
  /** Tracks of each artist that the schedule asks for; by it a collection is estimated. */
  tracksPerArtist: 'SOUNDALIKE_TRACKS_PER_ARTIST',
} as const;

/** The functions of the stack, each a folder of `lambdas/`; deployed as `<stack>-<function>`. */
export const FUNCTIONS = [
  'catalog',
  'collector',
  'similarity',
  'explorer',
  'listening',
  'trainer',
  'recommender',
  'migrator',
  'doctor',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** Name of a function in AWS. */
export const functionName = (stack: string, name: FunctionName): string => `${stack}-${name}`;

/** Outputs of the stack, by which the command line finds its parts. */
export const OUTPUTS = {
  lakeBucket: 'LakeBucket',
  lakeDatabase: 'LakeDatabase',
  workGroup: 'WorkGroup',
  stateMachine: 'StateMachine',
  spotifySecret: 'SpotifySecret',
  userSecret: 'UserSecret',
} as const;

/** Namespace of the functions' metrics in CloudWatch. */
export const METRIC_NAMESPACE = 'Soundalike';
/** Dimension of every metric: the stack's name. */
export const METRIC_DIMENSION = 'service';
/** The functions' metrics. */
export const METRICS = {
  /** Artists that could be compared, over asked; 0 to 1. */
  coverage: 'Coverage',
  /** 1 for a similarity run that was published. */
  published: 'Published',
  /** 1 for a similarity run that was not, since its coverage is below the floor. */
  belowFloor: 'BelowFloor',
  /** HTTP attempts of a collection. */
  requests: 'Requests',
  /** Artists that a collection could not collect. */
  dropped: 'Dropped',
  /** Invocations that ended in an error which is the caller's or needs nobody: also by `function_name`. */
  refused: 'Refused',
  /** Plays that were heard of and are new. */
  plays: 'Plays',
  /** Gaps in the history that nothing has filled yet. */
  gaps: 'Gaps',
  /** Songs of a list that was recommended. */
  recommended: 'Recommended',
  /** Heard songs from which nothing could be recommended, over heard; 0 to 1. */
  unknownShare: 'UnknownShare',
  /** Days until the user must log in again; 0 where it is needed now, none where nobody ever has. */
  consentDaysLeft: 'ConsentDaysLeft',
  /** 1 for an invocation that asked services outside of the network and got no answer from any, else 0. */
  noAnswer: 'NoAnswer',
  /** 1 for an invocation that could not reach the database. */
  databaseUnreachable: 'DatabaseUnreachable',
  /** Checks of the doctor that failed. */
  failedChecks: 'FailedChecks',
  /** Hours since the last good run began; none before the first. */
  hoursSincePublished: 'HoursSincePublished',
} as const;
/** Dimension of `METRICS.refused`. */
export const FUNCTION_DIMENSION = 'function_name';

/** Folder of a table in the lake, which is its name with dashes. */
export const tableFolder = (table: TableName): string => table.replaceAll('_', '-');

/** Key of the one object that holds a partition of a table: `top-tracks/dt=2026-11-22/part-00000.parquet`. */
export const partitionKey = (table: TableName, partition: string): string =>
  `${tableFolder(table)}/${TABLES[table].partition}=${partition}/part-00000.parquet`;

/**
 * Days that one execution of the workflow may take; also the days without a sign of life after which a schedule gives an
 * unfinished collection up.
 */
export const LONGEST_COLLECTION_DAYS = 30;

/** Prefix under which every unfinished run keeps its slices, outside the tables. */
export const STAGING = 'staging/';

/** Prefix of one run's slices. */
export const stagingPrefix = (run: string): string => `${STAGING}${run}/`;

/** Key of a slice: what one step of a run has fetched, as JSON. */
export const sliceKey = (run: string, name: string): string => `${stagingPrefix(run)}slices/${name}.json`;

/** Prefix under which the command line puts a dataset's tables for the catalog to adopt. */
export const UPLOADS = 'uploads/';

/** Prefix of one such dataset. */
export const uploadPrefix = (upload: string): string => `${UPLOADS}${upload}/`;

/** Key of a table of such a dataset. */
export const uploadKey = (upload: string, table: TableName): string =>
  `${uploadPrefix(upload)}${table}.parquet`;

/** Key of what a file of a privacy export tells, uploaded for the listening function. */
export const historyUploadKey = (upload: string, file: number): string =>
  `${uploadPrefix(upload)}history/${file}.json`;

/** Prefix under which unfinished trainings are kept. */
export const CHECKPOINTS = 'checkpoints/';

/** Prefix of how far the training of a run has come. */
export const checkpointPrefix = (run: string): string => `${CHECKPOINTS}${run}/`;

/** Key of how far one holder of a run has come; those of later holders sort last. */
export const checkpointKey = (run: string, epoch: number): string =>
  `${checkpointPrefix(run)}${String(epoch).padStart(12, '0')}.bin`;

/** Prefix of what one holder of a run has staged. */
export const stagedPrefix = (run: string, epoch: number): string => `${stagingPrefix(run)}${epoch}/`;

/** Key at which a holder of a run stages the object that is to take the place `target`. */
export const stagedKey = (run: string, epoch: number, target: string): string =>
  `${stagedPrefix(run, epoch)}${target}`;

/** Prefix under which similarity runs that go in shards keep what they work on. */
export const SHARDS = 'shards/';

/** Prefix of what one such run keeps. */
export const shardsPrefix = (run: string): string => `${SHARDS}${run}/`;

/** Key of what all shards of a run read: its points and their ids. */
export const matrixKey = (run: string): string => `${shardsPrefix(run)}matrix.bin`;

/** Key of a table of a run in shards, before it is put in its place: whole, or one of its shards. */
export const shardTableKey = (run: string, table: TableName, shard?: number): string =>
  `${shardsPrefix(run)}${table}${shard === undefined ? '' : `/${String(shard).padStart(5, '0')}`}.parquet`;

/** Key of the closest pairs that a shard has found, which stand there when it is done. */
export const closestKey = (run: string, shard: number): string =>
  `${shardsPrefix(run)}closest/${String(shard).padStart(5, '0')}.json`;

/** Prefix under which each day has the page of its last run and what belongs to it. */
const REPORTS = 'reports/';

/** A day's page, or the picture of its map. */
export type ReportFile = 'index.html' | 'map.png';

/** Key of one of these. */
export const reportKey = (dt: string, file: ReportFile): string => `${REPORTS}dt=${dt}/${file}`;

/** Key of a list of what is known of artists, as CSV. */
export const truthKey = (name: string): string => `truth/${name}.csv`;
