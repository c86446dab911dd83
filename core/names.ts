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
} as const;

/** Folder of a table in the lake, which is its name with dashes. */
export const tableFolder = (table: TableName): string => table.replaceAll('_', '-');

/** Key of the one object that holds a partition of a table: `top-tracks/dt=2026-11-22/part-00000.parquet`. */
export const partitionKey = (table: TableName, partition: string): string =>
  `${tableFolder(table)}/${TABLES[table].partition}=${partition}/part-00000.parquet`;

/** Prefix under which every unfinished run keeps its slices, outside the tables. */
export const STAGING = 'staging/';

/** Prefix of one run's slices. */
export const stagingPrefix = (run: string): string => `${STAGING}${run}/`;

/** Key of a slice: what one step of a run has fetched, as JSON. */
export const sliceKey = (run: string, name: string): string => `${stagingPrefix(run)}slices/${name}.json`;

/** Key of a table's whole next day, staged before it replaces the old one. */
export const stagedDayKey = (run: string, table: TableName): string =>
  `${stagingPrefix(run)}day/${table}.parquet`;
