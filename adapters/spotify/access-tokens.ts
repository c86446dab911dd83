import type { Clock } from '../../core/ports.ts';

/** How long before its end, in milliseconds, a token is no longer used. */
const RENEW_BEFORE_MS = 60_000;

/** An access token of Spotify, and how many seconds it lives. */
export interface AccessToken {
  token: string;
  seconds: number;
}

/** Access tokens, asked for when they are needed; subclasses know how. */
export abstract class AccessTokens {
  /** What to do where Spotify refuses a token that it has just given. */
  abstract readonly remedy: string;
  readonly #clock: Clock;
  #known: { token: string; renewAt: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A token that is good for a while; concurrent callers share one request. */
  async token(): Promise<string> {
    if (this.#known && this.#clock.now() < this.#known.renewAt) return this.#known.token;
    this.#pending ??= this.#request().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** A token other than `bad`, which was refused; asked for once, however many requests saw it refused. */
  refresh(bad: string): Promise<string> {
    if (this.#known?.token === bad) this.#known = undefined;
    return this.token();
  }

  /** Asks for a new one. */
  protected abstract request(): Promise<AccessToken>;

  async #request(): Promise<string> {
    const { token, seconds } = await this.request();
    this.#known = { token, renewAt: this.#clock.now() + seconds * 1000 - RENEW_BEFORE_MS };
    return token;
  }
}
