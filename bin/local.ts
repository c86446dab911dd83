import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { openSqlite } from '../adapters/database/sqlite.ts';
import { FolderStore } from '../adapters/lake/folder.ts';
import { ParquetLake } from '../adapters/lake/lake.ts';
import { systemClock, thisHost } from '../adapters/system.ts';
import { DuckDbWarehouse } from '../adapters/warehouse/duckdb.ts';
import type {
  Checkpoints,
  Clock,
  Database,
  Host,
  Lake,
  LakeBatches,
  RemovableDays,
  Reports,
  Truths,
  VersionedLake,
  Warehouse,
} from '../core/ports.ts';

/** This machine in the place of an AWS account, without its database. */
export interface Machine {
  /** The data folder, absolute. */
  folder: string;
  lake: Lake & LakeBatches & RemovableDays & VersionedLake & Checkpoints & Truths & Reports;
  warehouse: Warehouse;
  clock: Clock;
  host: Host;
  newId: () => string;
  random: () => number;
  /** Tells the user something, on stderr. */
  say: (line: string) => void;
  /** Opens the database, once; the data folder is made where there is none. */
  openDatabase(): Promise<Database>;
  close(): Promise<void>;
}

/** This machine with its database: what every verb is given. */
export interface Local extends Omit<Machine, 'openDatabase'>, Omit<Database, 'version' | 'close'> {}

/** A database server in the place of the data folder's SQLite. */
export interface DatabaseOptions {
  /** `mysql://...`; SQLite where there is none. */
  database?: string;
  /** As in adapters/database/mysql-settings.ts. */
  tls?: string;
}

/** What works in the data folder; opens nothing yet. */
export function machineOn(dataFolder: string, { database: url, tls }: DatabaseOptions = {}): Machine {
  const folder = resolve(dataFolder);
  const lakeFolder = join(folder, 'lake');
  const warehouse = new DuckDbWarehouse(lakeFolder);
  let database: Promise<Database> | undefined;
  return {
    folder,
    lake: new ParquetLake(new FolderStore(lakeFolder)),
    warehouse,
    clock: systemClock,
    host: thisHost,
    newId: () => randomBytes(6).toString('hex'),
    random: Math.random,
    say: (line) => process.stderr.write(`${line}\n`),
    openDatabase: () => {
      database ??= url ? openServer(url, tls) : openSqlite(join(folder, 'soundalike.db'));
      return database;
    },
    close: async () => {
      await warehouse.close();
      const opened = await database?.catch(() => undefined);
      await opened?.close();
    },
  };
}

/** Opens the data folder, which is made where there is none. */
export async function openLocal(dataFolder: string, options: DatabaseOptions = {}): Promise<Local> {
  const machine = machineOn(dataFolder, options);
  return { ...(await machine.openDatabase()), ...machine };
}

/** mysql2 takes long to load, so it is loaded where it is needed. */
async function openServer(url: string, tls?: string): Promise<Database> {
  const { openMysql } = await import('../adapters/database/mysql.ts');
  return openMysql(url, { tls });
}
