import { createHash } from 'node:crypto';
import { exchange, LIFETIME_SECONDS, refresh, tokenError } from './grants.ts';
import { ok, Refusal, type Reply, type Route, type StandInRequest, spotifyError } from './http.ts';
import type { User } from './user.ts';

/** The one client secret that is refused, so that refused credentials can be tried. */
const WRONG_SECRET = 'wrong';
/** What an app whose owner has not allowed the user gets, whatever it asks for the user. */
const NOT_ALLOWED =
  'The user is not registered for this application. Please check your settings on https://developer.spotify.com/dashboard.';

/** The access tokens that the stand-in's accounts service has given out: those of apps are kept here, the user's by the user. */
export class Tokens {
  readonly #now: () => number;
  readonly #user: User;
  readonly #expiry = new Map<string, number>();
  #issued = 0;

  constructor(now: () => number, user: User) {
    this.#now = now;
    this.#user = user;
  }

  /** A new token of an app: it looks random, and is the same at every start. */
  issue(): { access_token: string; token_type: string; expires_in: number } {
    this.#issued++;
    const token = `BQ${createHash('sha256').update(`token ${this.#issued}`).digest('base64url')}`;
    this.#expiry.set(token, this.#now() + LIFETIME_SECONDS * 1000);
    return { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS };
  }

  /** Ends the token that a request carries, if it carries one, and where it is asked for the user's consent. */
  async revoke(request: StandInRequest, consent: boolean): Promise<void> {
    if (consent) await this.#user.revoke();
    const token = bearer(request);
    if (token === undefined || this.#expiry.delete(token)) return;
    await this.#user.change((state) => {
      state.access = state.access.filter((access) => access.token !== token);
    });
  }

  /**
   * The scopes that the user has granted to who asks; undefined where that is an app on its own. Throws a `Refusal` for a
   * request without a valid token, and for that of a user who is not allowed to use the app.
   */
  async scopes(request: StandInRequest): Promise<ReadonlySet<string> | undefined> {
    const token = bearer(request);
    if (token === undefined) throw new Refusal(unauthorized('missing_token'));
    if ((this.#expiry.get(token) ?? 0) > this.#now()) return undefined;
    const { access, grants } = await this.#user.state();
    const found = access.find((entry) => entry.token === token && entry.expires_at > this.#now());
    if (found === undefined) throw new Refusal(unauthorized('invalid_token'));
    if (!this.#user.settings.allowListed) throw new Refusal({ status: 403, body: NOT_ALLOWED });
    return new Set(grants[found.grant]?.scopes);
  }
}

const unauthorized = (error: string): Reply => ({
  status: 401,
  headers: { 'www-authenticate': `Bearer realm="spotify", error="${error}"` },
  body: { error: { status: 401, message: 'Missing/invalid/expired access token' } },
});

function bearer(request: StandInRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

/** A route that only a user's token opens; it gets the scopes that the user granted. */
export type UserRoute = Omit<Route, 'handle'> & {
  handle(request: StandInRequest, scopes: ReadonlySet<string>): Reply | Promise<Reply>;
};

const INSUFFICIENT = spotifyError(403, 'Insufficient client scope');

/** Refuses whoever has none of these scopes. */
export function need(scopes: ReadonlySet<string>, ...anyOf: readonly string[]): void {
  if (!anyOf.some((scope) => scopes.has(scope))) throw new Refusal(INSUFFICIENT);
}

/** Lets only the user in. */
export function forUser({ handle, ...route }: UserRoute, tokens: Tokens): Route {
  return {
    ...route,
    handle: async (request) => {
      const scopes = await tokens.scopes(request);
      return scopes === undefined ? INSUFFICIENT : handle(request, scopes);
    },
  };
}

/** Client id and secret, of the Basic header or else of the form. */
function credentials(request: StandInRequest, form: URLSearchParams): { id: string; secret: string } {
  const basic = /^Basic (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined)
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return { id, secret: secret.join(':') };
}

/**
 * The token endpoint of the accounts service. Every client id is accepted with every secret but `wrong`, and without one
 * where the user consented by PKCE.
 */
export function accountsRoutes(tokens: Tokens, user: User): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/token',
      async handle(request) {
        const form = new URLSearchParams(request.body);
        const { id, secret } = credentials(request, form);
        if (id === '') return tokenError('invalid_client');
        const grant = form.get('grant_type');
        const client = { id, hasSecret: secret !== '' };
        const isUsers = grant === 'authorization_code' || grant === 'refresh_token';
        if (secret === WRONG_SECRET || (secret === '' && !isUsers)) {
          return tokenError('invalid_client', 'Invalid client secret');
        }
        if (grant === 'client_credentials') return ok(tokens.issue());
        const now = user.now();
        const { rotation } = user.settings;
        if (grant === 'authorization_code') {
          return ok(await user.change((state) => exchange(state, form, client, now)));
        }
        if (grant === 'refresh_token') {
          return ok(await user.change((state) => refresh(state, form, client, { now, rotation })));
        }
        return tokenError('unsupported_grant_type', `grant_type is unknown: ${grant ?? 'none'}`);
      },
    },
  ];
}
