import { LeaseLostError } from '../../core/errors.ts';
import type { Columns, Publication, ShardTables } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import insertRelatedSql from '../../sql/database/related_artist_insert.sql' with { type: 'text' };
import insertLoadSql from '../../sql/mysql/load_insert.sql' with { type: 'text' };
import stagedLoadSql from '../../sql/mysql/staged_load.sql' with { type: 'text' };
import stagedPairsSql from '../../sql/mysql/staged_pairs.sql' with { type: 'text' };
import type { Parameter } from './engine.ts';
import type { MysqlEngine } from './mysql-engine.ts';
import { numberOf } from './mysql-errors.ts';
import {
  isForbidden,
  loadRelated,
  loadsName,
  makeTables,
  stageFeaturesAndRun,
  staging,
} from './mysql-publish.ts';
import type { MysqlSession } from './mysql-session.ts';

type Batches = AsyncIterable<Columns<'related_artists', keyof Row<'related_artists'>>>;

const NO_SUCH_TABLE = 1146;

/** The staging tables of a run that is loaded in shards, between connections (ADR 18). */
export class MysqlShards implements ShardTables {
  readonly #engine: MysqlEngine;

  constructor(engine: MysqlEngine) {
    this.#engine = engine;
  }

  begin(publication: Omit<Publication, 'relatedArtists'>, epoch: number): Promise<void> {
    return this.#engine.session(async (session) => {
      await makeTables(this.#engine, session, epoch);
      await stageFeaturesAndRun(session, publication, epoch);
    });
  }

  /** One connection loads a shard at a time; the shard is noted in the transaction that loads it. */
  load(epoch: number, shard: number, batches: Batches): Promise<void> {
    return this.#engine
      .alone(`load ${shard}`, async (session) => {
        const loads = loadsName(epoch);
        if ((await session.all(stagedLoadSql, [loads, shard])).length > 0) return;
        await session.run('START TRANSACTION');
        const pairs = await loadBatches(session, epoch, batches);
        await session.run(insertLoadSql, [loads, shard, pairs]);
        await session.run('COMMIT');
      })
      .catch(orGone(epoch));
  }

  async staged(epoch: number): Promise<number> {
    const [staged] = await this.#engine.all(stagedPairsSql, [loadsName(epoch)]).catch(orGone(epoch));
    return Number(staged?.pairs);
  }
}

/** Only another run, or somebody by hand, drops the tables of an epoch. */
const orGone =
  (epoch: number) =>
  (error: unknown): never => {
    if (numberOf(error) !== NO_SUCH_TABLE) throw error;
    throw new LeaseLostError(
      `expected the staging tables of epoch ${epoch} in the database, got none`,
      'another run has begun since: run similarity again',
      { cause: error },
    );
  };

async function loadBatches(session: MysqlSession, epoch: number, batches: Batches): Promise<number> {
  try {
    return await loadRelated(session, epoch, rowsOf(batches));
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  let sent = 0;
  for await (const rows of rowsOf(batches)) {
    await staging(session, epoch).runMany(insertRelatedSql, rows);
    sent += rows.length;
  }
  return sent;
}

async function* rowsOf(batches: Batches): AsyncGenerator<Parameter[][]> {
  for await (const { artist_id, y_artist, distance, rank, confidence, reasons } of batches) {
    yield artist_id.map((id, i) => [
      id,
      y_artist[i] as string,
      distance[i] as number,
      rank[i] as number,
      confidence[i] as number | null,
      reasons[i] as string | null,
    ]);
  }
}
