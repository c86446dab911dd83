import { createHash } from 'node:crypto';
import { ok, type Reply, type Route, type StandInRequest } from './http.ts';

const LIFETIME_SECONDS = 3600;
/** The one client secret that is refused, so that refused credentials can be tried. */
const WRONG_SECRET = 'wrong';

/** The access tokens that the stand-in's accounts service has given out. */
export class Tokens {
  readonly #now: () => number;
  readonly #expiry = new Map<string, number>();
  #issued = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new token: it looks random, and is the same at every start. */
  issue(): { access_token: string; token_type: string; expires_in: number } {
    this.#issued++;
    const token = `BQ${createHash('sha256').update(`token ${this.#issued}`).digest('base64url')}`;
    this.#expiry.set(token, this.#now() + LIFETIME_SECONDS * 1000);
    return { access_token: token, token_type: 'Bearer', expires_in: LIFETIME_SECONDS };
  }

  /** Ends the token that a request carries, if it carries one. */
  revoke(request: StandInRequest): void {
    this.#expiry.delete(bearer(request) ?? '');
  }

  /** The 401 for a request without a valid token; undefined where the token is good. */
  refuse(request: StandInRequest): Reply | undefined {
    const token = bearer(request);
    if (token !== undefined && (this.#expiry.get(token) ?? 0) > this.#now()) return undefined;
    const error = token === undefined ? 'missing_token' : 'invalid_token';
    return {
      status: 401,
      headers: { 'www-authenticate': `Bearer realm="spotify", error="${error}"` },
      body: { error: { status: 401, message: 'Missing/invalid/expired access token' } },
    };
  }
}

function bearer(request: StandInRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

const tokenError = (error: string, error_description?: string): Reply => ({
  status: 400,
  body: { error, error_description },
});

/** Client id and secret, of the Basic header or else of the form. */
function credentials(request: StandInRequest, form: URLSearchParams): { id: string; secret: string } {
  const basic = /^Basic (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined)
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  const [id = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return { id, secret: secret.join(':') };
}

/** The accounts service: client credentials. Every id is accepted with every secret but `wrong`. */
export function accountsRoutes(tokens: Tokens): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/token',
      handle(request) {
        const form = new URLSearchParams(request.body);
        const { id, secret } = credentials(request, form);
        if (id === '') return tokenError('invalid_client');
        if (secret === '' || secret === WRONG_SECRET)
          return tokenError('invalid_client', 'Invalid client secret');
        const grant = form.get('grant_type');
        if (grant === 'client_credentials') return ok(tokens.issue());
        return tokenError(
          'unsupported_grant_type',
          `grant_type must be client_credentials, got ${grant ?? 'none'}`,
        );
      },
    },
  ];
}
