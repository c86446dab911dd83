import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { openSqlite } from '../adapters/database/sqlite.ts';
import { FolderStore } from '../adapters/lake/folder.ts';
import { ParquetLake } from '../adapters/lake/lake.ts';
import { systemClock, thisHost } from '../adapters/system.ts';
import { DuckDbWarehouse } from '../adapters/warehouse/duckdb.ts';
import type { Clock, Database, Host, Lake, Warehouse } from '../core/ports.ts';

/** This machine in the place of an AWS account: what every verb is given. */
export interface Local extends Pick<Database, 'artists' | 'runs' | 'apiState' | 'relatedArtists'> {
  /** The data folder, absolute. */
  folder: string;
  lake: Lake;
  warehouse: Warehouse;
  clock: Clock;
  host: Host;
  newId: () => string;
  random: () => number;
  /** Tells the user something, on stderr. */
  say: (line: string) => void;
  close(): Promise<void>;
}

/** A database server in the place of the data folder's SQLite. */
export interface DatabaseOptions {
  /** `mysql://...`; SQLite where there is none. */
  database?: string;
  /** As in adapters/database/mysql-settings.ts. */
  tls?: string;
}

/** Opens the data folder, which is made where there is none. */
export async function openLocal(
  dataFolder: string,
  { database: url, tls }: DatabaseOptions = {},
): Promise<Local> {
  const folder = resolve(dataFolder);
  const lakeFolder = join(folder, 'lake');
  const database = url ? await openServer(url, tls) : await openSqlite(join(folder, 'soundalike.db'));
  const warehouse = new DuckDbWarehouse(lakeFolder);
  return {
    ...database,
    folder,
    lake: new ParquetLake(new FolderStore(lakeFolder)),
    warehouse,
    clock: systemClock,
    host: thisHost,
    newId: () => randomBytes(6).toString('hex'),
    random: Math.random,
    say: (line) => process.stderr.write(`${line}\n`),
    close: async () => {
      await warehouse.close();
      await database.close();
    },
  };
}

/** mysql2 takes long to load, so it is loaded where it is needed. */
async function openServer(url: string, tls?: string): Promise<Database> {
  const { openMysql } = await import('../adapters/database/mysql.ts');
  return openMysql(url, { tls });
}
