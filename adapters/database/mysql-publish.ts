import { DatabaseError, DatabaseUnreachableError, StagingError } from '../../core/errors.ts';
import type { Publication, Run } from '../../core/ports.ts';
import insertFeaturesSql from '../../sql/database/artist_features_insert.sql' with { type: 'text' };
import insertRelatedSql from '../../sql/database/related_artist_insert.sql' with { type: 'text' };
import loadFeaturesSql from '../../sql/mysql/artist_features_load.sql' with { type: 'text' };
import firstWarningSql from '../../sql/mysql/first_warning.sql' with { type: 'text' };
import swapSql from '../../sql/mysql/publish_swap.sql' with { type: 'text' };
import publishedRunSql from '../../sql/mysql/published_run.sql' with { type: 'text' };
import loadRelatedSql from '../../sql/mysql/related_artists_load.sql' with { type: 'text' };
import stageFeaturesSql from '../../sql/mysql/staging_artist_features.sql' with { type: 'text' };
import dropSql from '../../sql/mysql/staging_drop.sql' with { type: 'text' };
import stageLoadsSql from '../../sql/mysql/staging_loads.sql' with { type: 'text' };
import stagePublishedSql from '../../sql/mysql/staging_published.sql' with { type: 'text' };
import stageRelatedSql from '../../sql/mysql/staging_related_artists.sql' with { type: 'text' };
import stagingTablesSql from '../../sql/mysql/staging_tables.sql' with { type: 'text' };
import type { Engine, Parameter } from './engine.ts';
import type { MysqlEngine } from './mysql-engine.ts';
import { numberOf } from './mysql-errors.ts';
import type { Batches, MysqlSession } from './mysql-session.ts';
import { insertRun, meansOf, parametersOf, requireHeld } from './related-artists.ts';
import { RunTable } from './runs.ts';

/** The server takes no LOAD DATA LOCAL INFILE: MySQL since 8.0, MariaDB since 10.5, both before. */
const NO_LOCAL_INFILE = new Set<number | undefined>([3948, 4166, 1148]);
/** A table to be renamed is not there, or the new name is taken: somebody has renamed or dropped it. */
const NOT_STAGED = new Set<number | undefined>([1146, 1050]);
/** How often a swap is tried whose connection breaks. */
const SWAP_TRIES = 3;

/** Name of a table that an epoch stages. */
const stagedName = (table: string, epoch: number): string => `${table}_next_${epoch}`;
/** Name of the table that notes which shards an epoch has staged. */
export const loadsName = (epoch: number): string => `related_artists_loads_${epoch}`;

/** Fills the staging tables of an epoch, in place of those of epochs before. */
export async function stage(engine: MysqlEngine, publication: Publication, epoch: number): Promise<void> {
  await engine.session(async (session) => {
    await makeTables(engine, session, epoch);
    await stageRelated(engine, session, publication.relatedArtists(), epoch);
    await stageFeaturesAndRun(session, publication, epoch);
  });
}

/**
 * Puts what is staged in place of what is served, by one RENAME TABLE. Whoever takes the run over renames or drops these
 * tables first, so that a RENAME of the last holder which comes late fails (ADR 21).
 */
export async function publish(
  engine: MysqlEngine,
  publication: Publication,
  staged: number,
  holder: Pick<Run, 'id' | 'epoch'>,
): Promise<void> {
  const runs = new RunTable(engine);
  for (let tries = 1; ; tries++) {
    await requireHeld(runs, holder);
    try {
      const isSwapped = await swap(engine, tries === 1 ? staged : holder.epoch);
      if (isSwapped || (await engine.all(publishedRunSql))[0]?.run_id === publication.run_id) break;
      await stage(engine, publication, holder.epoch);
    } catch (error) {
      // A server may swap for a client that is gone: the next try finds out.
      if (!(error instanceof DatabaseUnreachableError) || tries === SWAP_TRIES) throw error;
    }
  }
  // What cannot be dropped now takes space, no more, until the next run is staged.
  await unstage(engine, holder.epoch).catch(() => {});
}

/** Makes the staging tables of an epoch and drops those of epochs before. */
export async function makeTables(engine: MysqlEngine, session: MysqlSession, epoch: number): Promise<void> {
  await dropUpTo(engine, session, epoch);
  for (const [sql, name] of [
    [stageRelatedSql, stagedName('related_artists', epoch)],
    [stageFeaturesSql, stagedName('artist_features', epoch)],
    [stagePublishedSql, stagedName('published', epoch)],
    [stageLoadsSql, loadsName(epoch)],
  ] as const) {
    await engine.patiently(() => session.run(sql, [name]));
  }
}

/** Drops the staging tables of an epoch and of those before. */
export const unstage = (engine: MysqlEngine, epoch: number): Promise<void> =>
  engine.session((session) => dropUpTo(engine, session, epoch));

/** Drops what publishing has left up to an epoch: a process that is late must not drop what a later holder has staged. */
async function dropUpTo(engine: MysqlEngine, session: MysqlSession, epoch: number): Promise<void> {
  for (const { name } of await session.all(stagingTablesSql)) {
    if (epochOf(String(name)) > epoch) continue;
    await engine.patiently(() => session.run(dropSql, [String(name)]));
  }
}

/** The epoch that a table's name ends with; 0 where it is of a version before epochs. */
const epochOf = (table: string): number => Number(/_(\d+)$/.exec(table)?.[1] ?? 0);

/** Returns false where the epoch's tables are not there, or have been swapped already. */
async function swap(engine: MysqlEngine, epoch: number): Promise<boolean> {
  const names = ['related_artists', 'artist_features', 'published'].flatMap((table) => [
    `${table}_old_${epoch}`,
    stagedName(table, epoch),
  ]);
  try {
    await engine.run(swapSql, names);
    return true;
  } catch (error) {
    if (NOT_STAGED.has(numberOf(error))) return false;
    throw error;
  }
}

/** A server loads with one core a connection, so two of them take batches from the same rows. */
async function stageRelated(
  engine: MysqlEngine,
  session: MysqlSession,
  rows: ReturnType<Publication['relatedArtists']>,
  epoch: number,
): Promise<void> {
  const batches = parameterBatches(rows);
  try {
    const loads = [
      loadRelated(session, epoch, batches),
      engine.session((second) => loadRelated(second, epoch, batches)),
    ];
    for (const load of await Promise.allSettled(loads)) if (load.status === 'rejected') throw load.reason;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    for await (const batch of batches) await staging(session, epoch).runMany(insertRelatedSql, batch);
  }
}

/** Batches of parameters; several readers may take from them, each a batch at a time. */
async function* parameterBatches(
  rows: ReturnType<Publication['relatedArtists']>,
): AsyncGenerator<Iterable<Parameter[]>> {
  for await (const batch of rows) yield parametersOf(batch);
}

/** Stages all of a run but its neighbours. */
export async function stageFeaturesAndRun(
  session: MysqlSession,
  publication: Omit<Publication, 'relatedArtists'>,
  epoch: number,
): Promise<void> {
  const means = meansOf(publication.artistFeatures());
  try {
    await load(session, loadFeaturesSql, stagedName('artist_features', epoch), [means]);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    await staging(session, epoch).runMany(insertFeaturesSql, means);
  }
  await insertRun(staging(session, epoch), publication);
}

/** Whether the server forbids LOAD DATA. It says so before it asks for a row. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof DatabaseError && NO_LOCAL_INFILE.has(numberOf(error));

/** Loads neighbours into the staging table of an epoch; returns how many. */
export const loadRelated = (session: MysqlSession, epoch: number, batches: Batches): Promise<number> =>
  load(session, loadRelatedSql, stagedName('related_artists', epoch), batches);

/** LOAD DATA drops or bends a row that does not fit, and warns; so what is sent and what arrives are counted. */
async function load(session: MysqlSession, sql: string, table: string, batches: Batches): Promise<number> {
  const { sent, arrived, warnings } = await session.load(sql, [table], batches);
  if (arrived === sent && warnings === 0) return sent;
  const [first] = await session.all(firstWarningSql);
  throw new StagingError(
    `expected ${sent} rows in the database without a warning, got ${arrived} and ${warnings} warnings (${first?.Message})`,
    'nothing was published and the last good run stays; an id may be too long or not ASCII',
  );
}

/** The session, with the staging tables of an epoch for the served ones that statements insert into. */
export function staging(session: MysqlSession, epoch: number): Engine {
  const next = (sql: string) =>
    sql.replace(/^INSERT INTO (\w+)/m, (_, table) => `INSERT INTO ${stagedName(table, epoch)}`);
  return {
    all: (sql, parameters) => session.all(sql, parameters),
    run: (sql, parameters) => session.run(next(sql), parameters),
    runMany: (sql, rows) => session.runMany(next(sql), rows),
    transaction: (work) => work(staging(session, epoch)),
    close: () => session.close(),
  };
}
