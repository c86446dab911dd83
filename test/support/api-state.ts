import type { Admission, ApiState, Capabilities } from '../../core/ports.ts';

const DAY_MS = 86_400_000;

/** The patience and budgets of providers, in memory. */
export class MemoryApiState implements ApiState {
  /** Requests of the UTC day that was asked for last. */
  readonly requests = new Map<string, number>();
  readonly notBefore = new Map<string, number>();
  readonly #missing = new Map<string, Capabilities>();
  #day = 0;

  async admit(provider: string, now: number, dailyBudget: number): Promise<Admission> {
    const notBefore = this.notBefore.get(provider) ?? 0;
    if (notBefore > now) return { admitted: false, why: 'not-before', notBefore };
    const day = Math.floor(now / DAY_MS);
    if (day !== this.#day) this.requests.clear();
    this.#day = day;
    const requests = this.requests.get(provider) ?? 0;
    if (requests >= dailyBudget) return { admitted: false, why: 'budget', notBefore: (day + 1) * DAY_MS };
    this.requests.set(provider, requests + 1);
    return { admitted: true };
  }

  async postpone(provider: string, notBefore: number): Promise<void> {
    this.notBefore.set(provider, notBefore);
  }

  async capabilities(provider: string): Promise<Capabilities> {
    return { ...this.#missing.get(provider) };
  }

  async setMissing(provider: string, capability: string, until: number): Promise<void> {
    this.#missing.set(provider, { ...this.#missing.get(provider), [capability]: until });
  }
}
