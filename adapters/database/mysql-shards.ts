import { DatabaseUnreachableError, LeaseLostError, StagingError } from '../../core/errors.ts';
import type { Columns, Publication, ShardTables } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import insertRelatedSql from '../../sql/database/related_artist_insert.sql' with { type: 'text' };
import insertLoadSql from '../../sql/mysql/load_insert.sql' with { type: 'text' };
import publishedRunSql from '../../sql/mysql/published_run.sql' with { type: 'text' };
import stagedLoadSql from '../../sql/mysql/staged_load.sql' with { type: 'text' };
import stagedPairsSql from '../../sql/mysql/staged_pairs.sql' with { type: 'text' };
import stagedRunSql from '../../sql/mysql/staged_run.sql' with { type: 'text' };
import type { Parameter } from './engine.ts';
import type { MysqlEngine } from './mysql-engine.ts';
import { numberOf } from './mysql-errors.ts';
import {
  dropTables,
  isForbidden,
  isServed,
  LOCK,
  loadRelated,
  makeTables,
  markDone,
  type StillHeld,
  stageFeaturesAndRun,
  staging,
  swap,
} from './mysql-publish.ts';
import type { MysqlSession } from './mysql-session.ts';

type Batches = AsyncIterable<Columns<'related_artists', keyof Row<'related_artists'>>>;

const NO_SUCH_TABLE = 1146;

/**
 * The staging tables of a run that is loaded in shards, between connections: the row of `published_next`, which is
 * written last, names the run whose they are. ADR 18 tells what is left whenever this is cut short.
 */
export class MysqlShards implements ShardTables {
  readonly #engine: MysqlEngine;

  constructor(engine: MysqlEngine) {
    this.#engine = engine;
  }

  begin(publication: Omit<Publication, 'relatedArtists'>): Promise<void> {
    return this.#engine.alone(LOCK, async (session) => {
      await makeTables(this.#engine, session);
      await stageFeaturesAndRun(session, publication);
    });
  }

  /** One of them loads a shard at a time; the shard is noted in the transaction that loads it. */
  load(run: string, shard: number, batches: Batches): Promise<void> {
    return this.#engine.alone(`load ${shard}`, async (session) => {
      await requireStaged(session, run);
      if ((await session.all(stagedLoadSql, [shard])).length > 0) return;
      await session.run('START TRANSACTION');
      // From here to the commit no table that was read can be dropped, so that they stay those of one run.
      await requireStaged(session, run);
      await session.run(insertLoadSql, [shard, await loadBatches(session, batches)]);
      await session.run('COMMIT');
    });
  }

  async publish(run_id: string, pairs: number, stillHeld: StillHeld): Promise<void> {
    try {
      await this.#engine.alone(LOCK, (session) => this.#swap(session, run_id, pairs, stillHeld));
    } catch (error) {
      if (!(error instanceof DatabaseUnreachableError)) throw error;
      if (!(await isServed(this.#engine, { run_id }))) throw error;
    }
  }

  async #swap(session: MysqlSession, run_id: string, pairs: number, stillHeld: StillHeld): Promise<void> {
    const [published] = await session.all(publishedRunSql);
    // An earlier try may have come so far.
    const isSwapped = published?.run_id === run_id;
    if (!isSwapped) {
      await requireStaged(session, run_id);
      const [staged] = await session.all(stagedPairsSql);
      if (Number(staged?.pairs) !== pairs) {
        throw new StagingError(
          `expected ${pairs} neighbours of run ${run_id} in the database, got ${staged?.pairs}`,
          'nothing was published and the last good run stays: load the shards that are missing',
        );
      }
    }
    await markDone(this.#engine, { run_id }, stillHeld);
    if (!isSwapped) await swap(this.#engine, session);
    await dropTables(session);
  }
}

async function requireStaged(session: MysqlSession, run: string): Promise<void> {
  const [staged] = await session.all(stagedRunSql).catch((error: unknown) => {
    if (numberOf(error) === NO_SUCH_TABLE) return [];
    throw error;
  });
  if (staged?.run_id === run) return;
  throw new LeaseLostError(
    `expected the staging tables to be those of run ${run}, got ${staged ? `those of ${staged.run_id}` : 'none'}`,
    'another run has begun since, or this one has failed: run similarity again',
  );
}

async function loadBatches(session: MysqlSession, batches: Batches): Promise<number> {
  try {
    return await loadRelated(session, rowsOf(batches));
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  let sent = 0;
  for await (const rows of rowsOf(batches)) {
    await staging(session).runMany(insertRelatedSql, rows);
    sent += rows.length;
  }
  return sent;
}

async function* rowsOf(batches: Batches): AsyncGenerator<Parameter[][]> {
  for await (const { artist_id, y_artist, distance, rank, confidence, reasons } of batches) {
    yield artist_id.map((id, i) => [
      ...[id, y_artist[i] as string, distance[i] as number, rank[i] as number],
      ...[confidence[i] as number | null, reasons[i] as string | null],
    ]);
  }
}
