import type { ServerDatabase } from '../../core/ports.ts';
import insertMigrationSql from '../../sql/database/schema_migration_insert.sql' with { type: 'text' };
import initialSql from '../../sql/mysql/0001_initial.sql' with { type: 'text' };
import listeningSql from '../../sql/mysql/0002_listening.sql' with { type: 'text' };
import detailsSql from '../../sql/mysql/0003_details.sql' with { type: 'text' };
import fencingSql from '../../sql/mysql/0004_fencing.sql' with { type: 'text' };
import playEndsSql from '../../sql/mysql/0005_play_ends.sql' with { type: 'text' };
import readerCreateSql from '../../sql/mysql/reader_create.sql' with { type: 'text' };
import readerGrantSql from '../../sql/mysql/reader_grant.sql' with { type: 'text' };
import readerPasswordSql from '../../sql/mysql/reader_password.sql' with { type: 'text' };
import createMigrationsSql from '../../sql/mysql/schema_migrations.sql' with { type: 'text' };
import { MysqlEngine } from './mysql-engine.ts';
import { numberOf } from './mysql-errors.ts';
import { publish, stage, unstage } from './mysql-publish.ts';
import type { MysqlSettings } from './mysql-settings.ts';
import { MysqlShards } from './mysql-shards.ts';
import { databaseOn, versionOf } from './tables.ts';

/**
 * Every migration in order; a database is brought up from wherever it stands, and never down. The servers commit each
 * statement that defines a table, so each must do no harm when it is run again after a migration that died.
 */
const MIGRATIONS = [initialSql, listeningSql, detailsSql, fencingSql, playEndsSql];

const NO_SUCH_TABLE = 1146;
const COLUMN_EXISTS = 1060;

/**
 * Opens the database of a MySQL or MariaDB server and brings its tables up to date; where they are, the user needs no
 * right to make any. Throws `UsageError` for a URL of another form, and the `Database…Error` that fits.
 */
export async function openMysql(url: string, settings: MysqlSettings = {}): Promise<ServerDatabase> {
  const engine = new MysqlEngine(url, settings);
  try {
    if (!(await isUpToDate(engine))) await migrate(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  const database = databaseOn(engine, MIGRATIONS.length, {
    stage: (publication, epoch) => stage(engine, publication, epoch),
    unstage: (epoch) => unstage(engine, epoch),
    publish: (publication, staged, holder) => publish(engine, publication, staged, holder),
  });
  return {
    ...database,
    shardTables: new MysqlShards(engine),
    makeReader: async (username, password) => {
      await engine.run(readerCreateSql, [username, password]);
      await engine.run(readerPasswordSql, [username, password]);
      await engine.run(readerGrantSql, [username]);
    },
  };
}

async function isUpToDate(engine: MysqlEngine): Promise<boolean> {
  try {
    return (await versionOf(engine)) >= MIGRATIONS.length;
  } catch (error) {
    if (numberOf(error) === NO_SUCH_TABLE) return false;
    throw error;
  }
}

function migrate(engine: MysqlEngine): Promise<void> {
  return engine.alone('migration', async (session) => {
    await session.run(createMigrationsSql);
    const version = await versionOf(session);
    for (const [i, script] of MIGRATIONS.slice(version).entries()) {
      for (const statement of script.trim().split(/;\n*$/m).filter(Boolean)) {
        await session.run(statement).catch((error: unknown) => {
          // MySQL has no ADD COLUMN IF NOT EXISTS.
          if (numberOf(error) !== COLUMN_EXISTS) throw error;
        });
      }
      await session.run(insertMigrationSql, [version + i + 1]);
    }
  });
}
