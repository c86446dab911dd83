import { CapabilityMissingError } from './errors.ts';
import type { ApiState, Clock } from './ports.ts';

/** For how long, in milliseconds, a capability that was found missing is not asked for again. */
const MISSING_FOR_MS = 24 * 3_600_000;

/** What came of an attempt: the call's value, or that this app may not make such calls. */
export type Attempt<T> = { allowed: true; value: T } | { allowed: false };

/** What a `CapabilityGate` needs. */
export interface CapabilityGateOptions {
  apiState: ApiState;
  provider: string;
  clock: Clock;
  /** Called once for each capability that is found missing by this process. */
  onMissing?: (capability: string, error: CapabilityMissingError) => void;
}

/**
 * Lets calls through that the app may make. A missing capability costs one request a day: while it is not known, the
 * first call goes alone and the others wait for its outcome.
 */
export class CapabilityGate {
  readonly #options: CapabilityGateOptions;
  readonly #allowed = new Set<string>();
  readonly #probes = new Map<string, Promise<void>>();
  #missing: Promise<Map<string, number>> | undefined;

  constructor(options: CapabilityGateOptions) {
    this.#options = options;
  }

  /** Makes the call if it is allowed. Every error but `CapabilityMissingError` passes through. */
  async attempt<T>(capability: string, call: () => Promise<T>): Promise<Attempt<T>> {
    for (;;) {
      if (await this.#isMissing(capability)) return { allowed: false };
      if (this.#allowed.has(capability)) return this.#run(capability, call);
      const probe = this.#probes.get(capability);
      if (!probe) return this.#probe(capability, call);
      await probe;
    }
  }

  /** Makes the call whatever is remembered, and remembers what came of it. */
  async ask<T>(capability: string, call: () => Promise<T>): Promise<Attempt<T>> {
    const attempt = await this.#run(capability, call);
    if (attempt.allowed && (await this.#isMissing(capability))) await this.#forget(capability);
    return attempt;
  }

  #probe<T>(capability: string, call: () => Promise<T>): Promise<Attempt<T>> {
    const attempt = this.#run(capability, call).finally(() => this.#probes.delete(capability));
    const settled = attempt.then(
      () => undefined,
      () => undefined,
    );
    this.#probes.set(capability, settled);
    return attempt;
  }

  async #run<T>(capability: string, call: () => Promise<T>): Promise<Attempt<T>> {
    try {
      const value = await call();
      this.#allowed.add(capability);
      return { allowed: true, value };
    } catch (error) {
      if (!(error instanceof CapabilityMissingError)) throw error;
      await this.#remember(capability, error);
      return { allowed: false };
    }
  }

  async #remember(capability: string, error: CapabilityMissingError): Promise<void> {
    const { apiState, provider, clock, onMissing } = this.#options;
    const missing = await this.#stored();
    if ((missing.get(capability) ?? 0) > clock.now()) return;
    const until = clock.now() + MISSING_FOR_MS;
    missing.set(capability, until);
    this.#allowed.delete(capability);
    onMissing?.(capability, error);
    await apiState.setMissing(provider, capability, until);
  }

  async #forget(capability: string): Promise<void> {
    const { apiState, provider, clock } = this.#options;
    (await this.#stored()).delete(capability);
    await apiState.setMissing(provider, capability, clock.now());
  }

  async #isMissing(capability: string): Promise<boolean> {
    const until = (await this.#stored()).get(capability) ?? 0;
    return until > this.#options.clock.now();
  }

  /** What was known when this process first asked; a failure to read it is not kept. */
  #stored(): Promise<Map<string, number>> {
    this.#missing ??= this.#options.apiState.capabilities(this.#options.provider).then(
      (capabilities) => new Map(Object.entries(capabilities)),
      (error: unknown) => {
        this.#missing = undefined;
        throw error;
      },
    );
    return this.#missing;
  }
}
