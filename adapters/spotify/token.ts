import * as z from 'zod';
import { CredentialsError } from '../../core/errors.ts';
import { ENVIRONMENT } from '../../core/names.ts';
import type { Clock, Secret } from '../../core/ports.ts';
import type { Answer, ApiClient, ApiRequest } from '../http.ts';
import type { SpotifyApp } from './app.ts';

/** How long before its end, in milliseconds, a token is no longer used. */
const RENEW_BEFORE_MS = 60_000;

const grantSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().default(3600) });

/** What `ClientCredentials` needs. */
export interface ClientCredentialsOptions {
  /** Speaks to https://accounts.spotify.com. */
  accounts: ApiClient;
  /** Whose token it is. */
  app: Secret<SpotifyApp>;
  clock: Clock;
}

/**
 * The app's own access token, by Spotify's client credentials flow; it opens no user's data.
 * Source: https://developer.spotify.com/documentation/web-api/tutorials/client-credentials-flow
 */
export class ClientCredentials {
  readonly #options: ClientCredentialsOptions;
  #grant: { token: string; renewAt: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(options: ClientCredentialsOptions) {
    this.#options = options;
  }

  /** A token that is good for a while; concurrent callers share one request. Throws `CredentialsError`. */
  async token(): Promise<string> {
    if (this.#grant && this.#options.clock.now() < this.#grant.renewAt) return this.#grant.token;
    this.#pending ??= this.#request().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** A token other than `bad`, which was refused; asked for once, however many requests saw it refused. */
  refresh(bad: string): Promise<string> {
    if (this.#grant?.token === bad) this.#grant = undefined;
    return this.token();
  }

  /** Credentials that are refused are read once more: they may have been changed meanwhile. */
  async #request(): Promise<string> {
    const app = await this.#options.app.read();
    const token = await this.#ask(app);
    if (token) return token;
    const changed = await this.#options.app.refresh(app);
    const isSame = changed.client_id === app.client_id && changed.client_secret === app.client_secret;
    const second = isSame ? undefined : await this.#ask(changed);
    if (second) return second;
    throw new CredentialsError(
      'Spotify refused the app: its client id or client secret is wrong',
      `set ${ENVIRONMENT.spotifyClientId} and ${ENVIRONMENT.spotifyClientSecret}, or the stack's secret, as the developer dashboard shows them`,
    );
  }

  /** The token, or undefined where the credentials are refused. */
  async #ask({ client_id, client_secret }: SpotifyApp): Promise<string | undefined> {
    const { accounts, clock } = this.#options;
    const request: ApiRequest = {
      method: 'POST',
      path: '/api/token',
      headers: {
        authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      repeatable: true,
      confidential: true,
    };
    const answer = await accounts.json(request, grantSchema);
    if (answer.ok) {
      const { access_token: token, expires_in: seconds } = answer.value;
      this.#grant = { token, renewAt: clock.now() + seconds * 1000 - RENEW_BEFORE_MS };
      return token;
    }
    if (isRefusal(answer)) return undefined;
    throw accounts.unexpected(request, `status ${answer.status}`, answer.text);
  }
}

/** Spotify answers 400; RFC 6749, 5.2, has 401 for the same. */
const isRefusal = ({ status, text }: Answer): boolean =>
  status === 401 || (status === 400 && text.includes('invalid_client'));
