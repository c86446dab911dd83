import type { Admission, ApiState, Capabilities } from '../../core/ports.ts';
import admitSql from '../../sql/database/api_state_admit.sql' with { type: 'text' };
import byProviderSql from '../../sql/database/api_state_by_provider.sql' with { type: 'text' };
import capabilitiesSql from '../../sql/database/api_state_capabilities.sql' with { type: 'text' };
import insertSql from '../../sql/database/api_state_insert.sql' with { type: 'text' };
import postponeSql from '../../sql/database/api_state_postpone.sql' with { type: 'text' };
import type { Engine } from './engine.ts';

const DAY_MS = 86_400_000;

interface ProviderState {
  not_before: string | null;
  day: string;
  requests: number;
  capabilities: string;
}

/** The table `api_state`. Its day is the UTC day. */
export class ApiStateTable implements ApiState {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async admit(provider: string, now: number, dailyBudget: number): Promise<Admission> {
    const time = new Date(now).toISOString();
    const today = time.slice(0, 10);
    const budget = Math.min(dailyBudget, Number.MAX_SAFE_INTEGER);
    const parameters = [today, today, provider, time, today, budget];
    // Where nothing was counted and nothing forbids it, the provider was not known, or the day was another, until now.
    while ((await this.#engine.run(admitSql, parameters)) === 0) {
      const state = await this.#state(provider);
      if (state.not_before && state.not_before > time) {
        return { admitted: false, why: 'not-before', notBefore: Date.parse(state.not_before) };
      }
      if (state.day === today && state.requests >= budget) {
        return { admitted: false, why: 'budget', notBefore: Date.parse(today) + DAY_MS };
      }
    }
    return { admitted: true };
  }

  async postpone(provider: string, notBefore: number): Promise<void> {
    await this.#state(provider);
    const time = new Date(notBefore).toISOString();
    await this.#engine.run(postponeSql, [time, provider, time]);
  }

  async capabilities(provider: string): Promise<Capabilities> {
    return JSON.parse((await this.#state(provider)).capabilities) as Capabilities;
  }

  setMissing(provider: string, capability: string, until: number): Promise<void> {
    return this.#engine.transaction(async (engine) => {
      const known = await new ApiStateTable(engine).capabilities(provider);
      await engine.run(capabilitiesSql, [JSON.stringify({ ...known, [capability]: until }), provider]);
    });
  }

  /** The provider's state, made where there is none. */
  #state(provider: string): Promise<ProviderState> {
    return this.#engine.transaction(async (engine) => {
      const find = async () => (await engine.all(byProviderSql, [provider]))[0] as ProviderState | undefined;
      const known = await find();
      if (known) return known;
      await engine.run(insertSql, [provider]);
      return (await find()) as ProviderState;
    });
  }
}
