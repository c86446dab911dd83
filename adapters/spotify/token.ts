import { CredentialsError } from '../../core/errors.ts';
import { ENVIRONMENT } from '../../core/names.ts';
import type { Clock, Secret } from '../../core/ports.ts';
import type { ApiClient } from '../http.ts';
import { type AccessToken, AccessTokens } from './access-tokens.ts';
import type { SpotifyApp } from './app.ts';
import { askToken } from './token-endpoint.ts';

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
export class ClientCredentials extends AccessTokens {
  readonly remedy =
    `see that ${ENVIRONMENT.spotifyClientId} and ${ENVIRONMENT.spotifyClientSecret} belong to an app that still exists`;
  readonly #options: ClientCredentialsOptions;

  constructor(options: ClientCredentialsOptions) {
    super(options.clock);
    this.#options = options;
  }

  protected async request(): Promise<AccessToken> {
    const { accounts, app } = this.#options;
    const answer = await askToken(accounts, app, { grant_type: 'client_credentials' });
    if (answer.granted) return { token: answer.grant.access_token, seconds: answer.grant.expires_in };
    throw new CredentialsError('Spotify gives this app no token (invalid_grant)', this.remedy);
  }
}
