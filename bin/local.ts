import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { openSqlite } from '../adapters/database/sqlite.ts';
import { FolderStore } from '../adapters/lake/folder.ts';
import { ParquetLake } from '../adapters/lake/lake.ts';
import { systemClock, thisHost } from '../adapters/system.ts';
import { DuckDbWarehouse } from '../adapters/warehouse/duckdb.ts';
import type { Clock, Database, Host, Warehouse } from '../core/ports.ts';
import { type LeaseSettings, leaseIn } from '../core/run/held-run.ts';
import { say } from './output.ts';

/** This machine in the place of an AWS account, without its database. */
export interface Machine {
  /** The data folder, absolute. */
  folder: string;
  /** Whether a stand-in is to follow its catalogue's artists first. */
  isBeginning: boolean;
  /** Whether nothing may be left behind: the folder holds no data, and the command is no reason to make it. */
  isTrial: boolean;
  lake: ParquetLake;
  warehouse: Warehouse;
  clock: Clock;
  host: Host;
  lease: LeaseSettings;
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

/** How this machine is opened: the database that replaces the data folder's SQLite, and the state of the folder. */
export interface MachineOptions extends Partial<Pick<Machine, 'isBeginning' | 'isTrial'>> {
  /** `mysql://...`; SQLite where there is none. */
  database?: string;
  /** As in adapters/database/mysql-settings.ts. */
  tls?: string;
}

/** What works in the data folder; opens nothing yet. */
export function machineOn(dataFolder: string, options: MachineOptions = {}): Machine {
  const { database: url, tls, isBeginning = false, isTrial = false } = options;
  const folder = resolve(dataFolder);
  const lakeFolder = join(folder, 'lake');
  const warehouse = new DuckDbWarehouse(lakeFolder);
  let database: Promise<Database> | undefined;
  return {
    folder,
    isBeginning,
    isTrial,
    lake: new ParquetLake(new FolderStore(lakeFolder)),
    warehouse,
    clock: systemClock,
    host: thisHost,
    lease: leaseIn(process.env),
    newId: () => randomBytes(6).toString('hex'),
    random: Math.random,
    say,
    openDatabase: () => {
      database ??= url
        ? openServer(url, tls)
        : openSqlite(isTrial ? ':memory:' : join(folder, 'soundalike.db'));
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
export async function openLocal(dataFolder: string, options: MachineOptions = {}): Promise<Local> {
  const machine = machineOn(dataFolder, options);
  return { ...(await machine.openDatabase()), ...machine };
}

/** mysql2 takes long to load, so it is loaded where it is needed. */
async function openServer(url: string, tls?: string): Promise<Database> {
  const { openMysql } = await import('../adapters/database/mysql.ts');
  return openMysql(url, { tls });
}
