import type { Run, RunKind, Runs } from '../../core/ports.ts';
import { isHalfReplaced } from '../../core/run/half-replaced.ts';
import byIdSql from '../../sql/database/run_by_id.sql' with { type: 'text' };
import lastEpochSql from '../../sql/database/run_epoch_last.sql' with { type: 'text' };
import nextEpochSql from '../../sql/database/run_epoch_next.sql' with { type: 'text' };
import insertSql from '../../sql/database/run_insert.sql' with { type: 'text' };
import removeSql from '../../sql/database/run_remove.sql' with { type: 'text' };
import renewSql from '../../sql/database/run_renew.sql' with { type: 'text' };
import takeSql from '../../sql/database/run_take.sql' with { type: 'text' };
import updateSql from '../../sql/database/run_update.sql' with { type: 'text' };
import doneSql from '../../sql/database/runs_done.sql' with { type: 'text' };
import failedSql from '../../sql/database/runs_failed.sql' with { type: 'text' };
import heldSinceSql from '../../sql/database/runs_held_since.sql' with { type: 'text' };
import ofDaySql from '../../sql/database/runs_of_day.sql' with { type: 'text' };
import unfinishedSql from '../../sql/database/runs_unfinished.sql' with { type: 'text' };
import type { Engine } from './engine.ts';

/** The table `runs`. */
export class RunTable implements Runs {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async byId(id: string): Promise<Run | undefined> {
    return (await this.#engine.all(byIdSql, [id]))[0] as unknown as Run | undefined;
  }

  async ofDay(dt: string): Promise<Run[]> {
    return (await this.#engine.all(ofDaySql, [dt])) as unknown as Run[];
  }

  async done(kind: RunKind): Promise<Run[]> {
    return (await this.#engine.all(doneSql, [kind])) as unknown as Run[];
  }

  async heldSince(kind: RunKind, time: string): Promise<Run[]> {
    return (await this.#engine.all(heldSinceSql, [kind, time])) as unknown as Run[];
  }

  async unfinished(kinds: readonly RunKind[]): Promise<Run[]> {
    const runs = (await this.#engine.all(unfinishedSql)) as unknown as Run[];
    return runs.filter(({ kind }) => kinds.includes(kind));
  }

  async halfReplaced(): Promise<Run[]> {
    return ((await this.#engine.all(failedSql)) as unknown as Run[]).filter(isHalfReplaced);
  }

  async insert(run: Run): Promise<void> {
    await this.#engine.run(insertSql, [
      run.id,
      run.kind,
      run.dt,
      run.owner,
      run.lease_until,
      run.progress,
      run.started_at,
      run.finished_at,
      run.status,
      run.summary,
      run.epoch,
    ]);
  }

  update(run: Run, epoch: number): Promise<boolean> {
    return this.#change(updateSql, run, epoch);
  }

  take(run: Run, epoch: number): Promise<boolean> {
    return this.#change(takeSql, run, epoch);
  }

  async renew(id: string, epoch: number, leaseUntil: string): Promise<boolean> {
    return (await this.#engine.run(renewSql, [leaseUntil, id, epoch])) > 0;
  }

  async remove(id: string): Promise<void> {
    await this.#engine.run(removeSql, [id]);
  }

  async nextEpoch(): Promise<number> {
    await this.#engine.run(nextEpochSql);
    return Number((await this.#engine.all(lastEpochSql))[0]?.last);
  }

  async #change(sql: string, run: Run, epoch: number): Promise<boolean> {
    const { id, owner, lease_until, progress, finished_at, status, summary } = run;
    const values = [owner, lease_until, progress, finished_at, status, summary, run.epoch];
    return (await this.#engine.run(sql, [...values, id, epoch])) > 0;
  }
}
