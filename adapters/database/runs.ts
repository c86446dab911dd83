import type { Run, RunKind, Runs } from '../../core/ports.ts';
import byIdSql from '../../sql/database/run_by_id.sql' with { type: 'text' };
import insertSql from '../../sql/database/run_insert.sql' with { type: 'text' };
import renewSql from '../../sql/database/run_renew.sql' with { type: 'text' };
import updateSql from '../../sql/database/run_update.sql' with { type: 'text' };
import doneSql from '../../sql/database/runs_done.sql' with { type: 'text' };
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
    ]);
  }

  async update(run: Run, heldBy: string): Promise<boolean> {
    const changed = await this.#engine.run(updateSql, [
      run.owner,
      run.lease_until,
      run.progress,
      run.finished_at,
      run.status,
      run.summary,
      run.id,
      heldBy,
    ]);
    return changed > 0;
  }

  async renew(id: string, heldBy: string, leaseUntil: string): Promise<boolean> {
    return (await this.#engine.run(renewSql, [leaseUntil, id, heldBy])) > 0;
  }

  exclusively<T>(work: (runs: Runs) => Promise<T>): Promise<T> {
    return this.#engine.transaction((engine) => work(new RunTable(engine)));
  }
}
