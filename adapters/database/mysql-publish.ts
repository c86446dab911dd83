import { DatabaseError, DatabaseUnreachableError, StagingError } from '../../core/errors.ts';
import type { Publication, Runs } from '../../core/ports.ts';
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
import type { Engine } from './engine.ts';
import type { MysqlEngine } from './mysql-engine.ts';
import { numberOf } from './mysql-errors.ts';
import type { Batches, MysqlSession } from './mysql-session.ts';
import { insertRun, leaseLost, meansOf, parametersOf } from './related-artists.ts';
import { RunTable } from './runs.ts';

/** Name of the lock under which the staging tables are made and put in place. */
export const LOCK = 'publish';
/** Name of the lock under which a second connection fills them. */
const HELPER = 'publish helper';

/** The server takes no LOAD DATA LOCAL INFILE: MySQL since 8.0, MariaDB since 10.5, both before. */
const NO_LOCAL_INFILE = new Set<number | undefined>([3948, 4166, 1148]);

/** Ends the run; tells whether it was still held. */
export type StillHeld = (runs: Runs) => Promise<boolean>;

/**
 * Stages the run's rows beside the served tables, counts them, and puts them in place by one RENAME TABLE. The run is
 * marked done just before, by `stillHeld`: ADR 4 tells what is left whenever this is cut short.
 */
export async function publish(
  engine: MysqlEngine,
  publication: Publication,
  stillHeld: StillHeld,
): Promise<void> {
  try {
    await engine.alone(LOCK, (session) => stageAndSwap(engine, session, publication, stillHeld));
  } catch (error) {
    if (!(error instanceof DatabaseUnreachableError) || !(await isServed(engine, publication))) throw error;
  }
}

async function stageAndSwap(
  engine: MysqlEngine,
  session: MysqlSession,
  publication: Publication,
  stillHeld: StillHeld,
): Promise<void> {
  await makeTables(engine, session);
  try {
    await stage(engine, session, publication);
    await markDone(engine, publication, stillHeld);
    await swap(engine, session);
  } finally {
    await dropTables(session);
  }
}

/** Makes the staging tables, in the place of those that are left of an earlier publish. */
export async function makeTables(engine: MysqlEngine, session: MysqlSession): Promise<void> {
  for (const sql of [dropSql, stageRelatedSql, stageFeaturesSql, stagePublishedSql, stageLoadsSql]) {
    await engine.patiently(() => session.run(sql));
  }
}

/** Marks the run done. Throws `LeaseLostError` where it is not held any more. */
export async function markDone(
  engine: MysqlEngine,
  publication: Pick<Publication, 'run_id'>,
  stillHeld: StillHeld,
): Promise<void> {
  const isHeld = await engine.transaction((transaction) => stillHeld(new RunTable(transaction)));
  if (!isHeld) throw leaseLost(publication);
}

/** Puts what is staged in the place of what is served. */
export const swap = (engine: MysqlEngine, session: MysqlSession): Promise<unknown> =>
  engine.patiently(() => session.run(swapSql));

/** Drops what a publish leaves. What cannot be dropped now takes space, no more, until the next publish. */
export const dropTables = (session: MysqlSession): Promise<unknown> => session.run(dropSql).catch(() => {});

async function stage(engine: MysqlEngine, session: MysqlSession, publication: Publication): Promise<void> {
  const related = parametersOf(publication.relatedArtists);
  try {
    // A server loads with one core a connection. Both take from the same rows, packet by packet.
    const loads = [
      loadRelated(session, [related]),
      engine.alone(HELPER, (helper) => loadRelated(helper, [related])),
    ];
    for (const load of await Promise.allSettled(loads)) if (load.status === 'rejected') throw load.reason;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    await staging(session).runMany(insertRelatedSql, related);
  }
  await stageFeaturesAndRun(session, publication);
}

/** Stages all of a run but its neighbours; the row that names the run comes last. */
export async function stageFeaturesAndRun(
  session: MysqlSession,
  publication: Omit<Publication, 'relatedArtists'>,
): Promise<void> {
  const means = meansOf(publication.artistFeatures);
  try {
    await load(session, loadFeaturesSql, [means]);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    await staging(session).runMany(insertFeaturesSql, means);
  }
  await insertRun(staging(session), publication);
}

/** Whether the server forbids LOAD DATA. It says so before it asks for a row. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof DatabaseError && NO_LOCAL_INFILE.has(numberOf(error));

/** Loads neighbours into the staging table, and tells how many. */
export const loadRelated = (session: MysqlSession, batches: Batches): Promise<number> =>
  load(session, loadRelatedSql, batches);

/** LOAD DATA drops or bends a row that does not fit, and warns; so what is sent and what arrives are counted. */
async function load(session: MysqlSession, sql: string, batches: Batches): Promise<number> {
  const { sent, arrived, warnings } = await session.load(sql, batches);
  if (arrived === sent && warnings === 0) return sent;
  const [first] = await session.all(firstWarningSql);
  throw new StagingError(
    `expected ${sent} rows in the database without a warning, got ${arrived} and ${warnings} warnings (${first?.Message})`,
    'nothing was published and the last good run stays; an id may be too long or not ASCII',
  );
}

/** The session, with the staging tables in the place of the served ones that statements insert into. */
export function staging(session: MysqlSession): Engine {
  const next = (sql: string) => sql.replace(/^INSERT INTO \w+/m, '$&_next');
  return {
    all: (sql, parameters) => session.all(sql, parameters),
    run: (sql, parameters) => session.run(next(sql), parameters),
    runMany: (sql, rows) => session.runMany(next(sql), rows),
    transaction: (work) => work(staging(session)),
    close: () => session.close(),
  };
}

/**
 * Whether the run came to be served although the connection was lost: a server may swap for a client that is gone. The
 * lock tells when that is decided.
 */
export async function isServed(
  engine: MysqlEngine,
  { run_id }: Pick<Publication, 'run_id'>,
): Promise<boolean> {
  try {
    return await engine.alone(
      LOCK,
      async (session) => (await session.all(publishedRunSql))[0]?.run_id === run_id,
    );
  } catch {
    return false;
  }
}
