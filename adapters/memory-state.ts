import type { Admission, ApiState, Capabilities } from '../core/ports.ts';

/**
 * Patience with the services while there is no database that keeps it: knows only of the waits that were asked for
 * since it was made, and counts nothing.
 */
export class MemoryState implements ApiState {
  readonly #notBefore = new Map<string, number>();

  async admit(provider: string, now: number): Promise<Admission> {
    const notBefore = this.#notBefore.get(provider) ?? 0;
    return notBefore > now ? { admitted: false, why: 'not-before', notBefore } : { admitted: true };
  }

  async postpone(provider: string, notBefore: number): Promise<void> {
    this.#notBefore.set(provider, notBefore);
  }

  async capabilities(): Promise<Capabilities> {
    return {};
  }

  async setMissing(): Promise<void> {}
}
