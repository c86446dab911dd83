import { ConsentNeededError } from '../../core/errors.ts';
import type { Clock, Secret, WritableSecret } from '../../core/ports.ts';
import type { ApiClient } from '../http.ts';
import { type AccessToken, AccessTokens } from './access-tokens.ts';
import { askToken, type TokenApp } from './token-endpoint.ts';
import { consentStanding, type UserGrant } from './user-grant.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** For how long a refused refresh token is kept and tried again. */
const DOUBT_MS = 7 * DAY_MS;
/** A schedule that comes every hour or day comes some seconds early now and then. */
const EARLY_MS = 600_000;
/** In this time another process has stored the refresh token that it was given in the place of the one refused here. */
const STORED_WITHIN_MS = 2_000;
/** How many refresh tokens that others store meanwhile are tried. */
const TRIES = 3;

const REMEDY = 'log in: npx soundalike login (with --stack <name> for a deployed stack)';

/** What `UserTokens` needs. */
export interface UserTokensOptions {
  /** Speaks to https://accounts.spotify.com. */
  accounts: ApiClient;
  app: Secret<TokenApp>;
  grant: WritableSecret<UserGrant>;
  clock: Clock;
}

/**
 * The user's access tokens, by the refresh token that a login has stored. A refresh token that Spotify refuses is marked
 * in the secret, and `ConsentNeededError` is thrown without a request until somebody logs in; but since Spotify once
 * refused good ones, later runs try it again for a week, at most once an hour on the first day and once a day after it.
 * Source: https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens
 */
export class UserTokens extends AccessTokens {
  readonly remedy = REMEDY;
  readonly #options: UserTokensOptions;

  constructor(options: UserTokensOptions) {
    super(options.clock);
    this.#options = options;
  }

  protected async request(): Promise<AccessToken> {
    let grant = await this.#usable();
    for (let tries = 1; tries <= TRIES; tries++) {
      const answer = await this.#ask(grant);
      if (answer.granted) {
        await this.#keep(grant, answer.grant.refresh_token);
        return { token: answer.grant.access_token, seconds: answer.grant.expires_in };
      }
      const stored = await this.#afterRefusal(grant);
      if (stored.refresh_token === grant.refresh_token) return await this.#mark(stored);
      grant = stored;
    }
    throw needed('others store one refresh token after the other, and Spotify refuses them');
  }

  /** What is stored, if it may be tried. What was read earlier may have been replaced by a login meanwhile. */
  async #usable(): Promise<UserGrant> {
    const { grant: secret, app } = this.#options;
    const { client_id } = await app.read();
    const known = await secret.read();
    if (this.#refusal(known, client_id) === undefined) return known;
    const stored = await secret.refresh(known);
    const refusal = this.#refusal(stored, client_id);
    if (refusal === undefined) return stored;
    await this.#forgetOld(stored);
    throw needed(refusal);
  }

  /** Why there is no use in asking with this grant. */
  #refusal(grant: UserGrant, clientId: string): string | undefined {
    const now = this.#options.clock.now();
    const { state, expiresAt } = consentStanding(grant, now);
    if (state === 'none') return 'nobody has logged in to Spotify yet';
    if (grant.client_id && grant.client_id !== clientId) return 'the login belongs to another Spotify app';
    if (expiresAt && now >= Date.parse(expiresAt))
      return `the login was good for six months, until ${expiresAt}`;
    const { needs_consent_since: since, refused_at } = grant;
    if (since === null) return undefined;
    const age = now - Date.parse(since);
    const pause = (age < DAY_MS ? HOUR_MS : DAY_MS) - EARLY_MS;
    const isInDoubt = grant.refresh_token && age < DOUBT_MS && now - Date.parse(refused_at ?? since) >= pause;
    return isInDoubt ? undefined : `Spotify has refused the login since ${since}`;
  }

  #ask({ refresh_token, pkce, client_id }: UserGrant) {
    const { accounts, app } = this.#options;
    const form = { grant_type: 'refresh_token', refresh_token };
    return askToken(accounts, pkce ? withoutSecret(app, client_id) : app, form);
  }

  /** A new refresh token is stored before the access token is used; where none came, the old one goes on. */
  async #keep(grant: UserGrant, given: string | null | undefined): Promise<void> {
    const refresh_token = given || grant.refresh_token;
    if (refresh_token === grant.refresh_token && grant.needs_consent_since === null) return;
    const good = { ...grant, refresh_token, needs_consent_since: null, refused_at: null };
    await this.#options.grant.write(good);
  }

  /** What is stored after a refusal: another process may have been given a new one, and be about to store it. */
  async #afterRefusal(refused: UserGrant): Promise<UserGrant> {
    const { grant: secret, clock } = this.#options;
    const stored = await secret.refresh(refused);
    if (stored.refresh_token !== refused.refresh_token) return stored;
    await clock.sleep(STORED_WITHIN_MS);
    return await secret.refresh(stored);
  }

  async #mark(grant: UserGrant): Promise<never> {
    const refused_at = new Date(this.#options.clock.now()).toISOString();
    const needs_consent_since = grant.needs_consent_since ?? refused_at;
    await this.#options.grant.write({ ...grant, needs_consent_since, refused_at });
    throw needed('Spotify refuses the login: it was revoked, or its six months are over');
  }

  /** After the week of doubt the refused value is not kept. */
  async #forgetOld(grant: UserGrant): Promise<void> {
    const { refresh_token, needs_consent_since: since } = grant;
    if (!refresh_token || since === null || this.#options.clock.now() - Date.parse(since) < DOUBT_MS) return;
    await this.#options.grant.write({ ...grant, refresh_token: '' });
  }
}

const needed = (why: string): ConsentNeededError =>
  new ConsentNeededError(`expected the user's consent, but ${why}`, REMEDY);

/** What was granted without the app's secret is refreshed without it, whether there is one by now or not. */
const withoutSecret = (app: Secret<TokenApp>, client_id: string): Secret<TokenApp> => {
  const strip = (found: TokenApp): TokenApp => ({ client_id: client_id || found.client_id });
  return { read: async () => strip(await app.read()), refresh: async () => strip(await app.read()) };
};
