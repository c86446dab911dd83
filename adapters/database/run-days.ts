import type { RunDays } from '../../core/ports.ts';
import daySql from '../../sql/database/run_day.sql' with { type: 'text' };
import changedSql from '../../sql/database/run_day_changed.sql' with { type: 'text' };
import claimSql from '../../sql/database/run_day_claim.sql' with { type: 'text' };
import insertSql from '../../sql/database/run_day_insert.sql' with { type: 'text' };
import writtenSql from '../../sql/database/run_day_written.sql' with { type: 'text' };
import outdatedSql from '../../sql/database/run_days_outdated.sql' with { type: 'text' };
import type { Engine } from './engine.ts';

/** The table `run_days`. */
export class RunDayTable implements RunDays {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  changed(dt: string): Promise<void> {
    return this.#engine.transaction(async (engine) => {
      if ((await engine.run(changedSql, [dt])) === 0) await engine.run(insertSql, [dt]);
    });
  }

  async outdated(): Promise<string[]> {
    return (await this.#engine.all(outdatedSql)).map(({ dt }) => String(dt));
  }

  async version(dt: string): Promise<number> {
    return Number((await this.#engine.all(daySql, [dt]))[0]?.version ?? 0);
  }

  claim(dt: string, version: number, staged: string): Promise<{ claimed: boolean; replaces: string | null }> {
    return this.#engine.transaction(async (engine) => {
      const [day] = await engine.all(daySql, [dt]);
      const claimed = (await engine.run(claimSql, [staged, dt, version])) > 0;
      return { claimed, replaces: claimed ? (day?.staged as string | null) : null };
    });
  }

  async written(dt: string, version: number): Promise<void> {
    await this.#engine.run(writtenSql, [version, dt, version]);
  }
}
