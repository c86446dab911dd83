import { AccessTokens } from '../../adapters/spotify/access-tokens.ts';
import { askConsent, type Consent, SCOPES } from '../../adapters/spotify/consent.ts';
import { askToken, type TokenApp } from '../../adapters/spotify/token-endpoint.ts';
import { SpotifyUserClient } from '../../adapters/spotify/user-client.ts';
import { expiryOf, type UserGrant } from '../../adapters/spotify/user-grant.ts';
import { LoginError } from '../../core/errors.ts';
import type { LoginRequest, LoginResult } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { Clock, Secret, WritableSecret } from '../../core/ports.ts';
import { type ServiceDeps, services } from './connect.ts';

/** What a login needs. */
export interface LoginDeps extends ServiceDeps {
  /** Every login uses PKCE; an app with a secret proves itself by it beside. */
  app: Secret<TokenApp>;
  /** Where what the user grants is stored. */
  grant: WritableSecret<UserGrant>;
  /** Where the app is stored for later commands, if it is to be. */
  appStore?: WritableSecret<TokenApp>;
  randomBytes: (size: number) => Uint8Array;
  /** Shows the page where the user consents; it holds no secret. */
  show: (url: string, redirectUri: string) => void;
  say: (line: string) => void;
}

/**
 * Asks the user for consent in the browser, sees that Spotify serves this user, and stores the refresh token, which is
 * never shown. Throws `LoginError`, `CredentialsError`, or `AccessRefusedError` for a user who is not on the app's list;
 * then what was stored before stays.
 */
export async function login(deps: LoginDeps, { port, timeout }: LoginRequest): Promise<LoginResult> {
  const { settings, clock, app } = deps;
  const { client_id, client_secret } = await app.read();
  const consent = await askConsent({
    ...deps,
    accountsUrl: settings.accountsUrl,
    clientId: client_id,
    port,
    timeoutMs: timeout * 1000,
  });
  const { accounts, api, gate, close } = services(deps, new Ledger());
  try {
    const { access_token, refresh_token, scope } = await exchange(accounts, app, consent);
    const authorizedAt = new Date(clock.now()).toISOString();
    const me = await new SpotifyUserClient({ api, gate, tokens: new GivenToken(clock, access_token) }).me();
    const scopes = scope || SCOPES.join(' ');
    await deps.grant.write({
      refresh_token,
      scopes,
      authorized_at: authorizedAt,
      account: me.id,
      client_id,
      pkce: !client_secret,
      needs_consent_since: null,
      refused_at: null,
    });
    await deps.appStore?.write(await app.read());
    const expiresAt = expiryOf(authorizedAt);
    return { account: me.id, name: me.name, scopes: scopes.split(' '), authorizedAt, expiresAt };
  } finally {
    await close();
  }
}

/** The code's token. */
async function exchange(
  accounts: ReturnType<typeof services>['accounts'],
  app: Secret<TokenApp>,
  { code, redirectUri, verifier }: Consent,
) {
  const answer = await askToken(accounts, app, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  if (!answer.granted) {
    const isRedirect = /redirect/i.test(answer.description);
    throw new LoginError(
      `expected Spotify to take the code of its answer, but it refused ${isRedirect ? 'the redirect URI' : 'it'} (invalid_grant)`,
      isRedirect
        ? `register exactly ${redirectUri} with the app (https://developer.spotify.com/dashboard), and log in again`
        : 'log in again: a code is good once and for ten minutes',
    );
  }
  const { refresh_token, ...grant } = answer.grant;
  if (refresh_token) return { ...grant, refresh_token };
  throw new LoginError('expected a refresh token from Spotify, got none', 'log in again');
}

/** The token that the code gave: Spotify is asked who the user is before anything is stored. */
class GivenToken extends AccessTokens {
  readonly remedy = 'log in again';
  readonly #token: string;

  constructor(clock: Clock, token: string) {
    super(clock);
    this.#token = token;
  }

  protected async request() {
    return { token: this.#token, seconds: 3600 };
  }
}
