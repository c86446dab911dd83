import { createHash } from 'node:crypto';
import { Refusal, type Reply } from './http.ts';
import { newAccess, newSecret } from './user.ts';
import type { Grant, UserState } from './user-state.ts';

/** How long an access token lasts. */
export const LIFETIME_SECONDS = 3600;
const CODE_LIFETIME_MS = 10 * 60_000;
const MONTHS = 6;
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/** Who asks for a token: a client without a secret has to have used PKCE. */
export interface Client {
  id: string;
  hasSecret: boolean;
}

/** What a client asked the user to consent to. */
export interface Asked {
  client: string;
  scopes: string[];
  redirect_uri: string;
  /** Of PKCE. */
  challenge: string | null;
}

/** An answer to a request for a token that is refused, as the accounts service words it. */
export const tokenError = (error: string, error_description?: string): Reply => ({
  status: 400,
  body: { error, error_description },
});

const refuse = (error: string, description: string): Refusal => new Refusal(tokenError(error, description));

/** When a refresh token ends: six calendar months after the consent, whatever it was used for since. */
function endOfConsent(consentedAt: number): number {
  const end = new Date(consentedAt);
  end.setUTCMonth(end.getUTCMonth() + MONTHS);
  // 31 August and six months is the end of February.
  if (end.getUTCDate() !== new Date(consentedAt).getUTCDate()) end.setUTCDate(0);
  return end.getTime();
}

/** The user consents: a code, which is good once and for ten minutes. */
export function newCode(state: UserState, { challenge, ...asked }: Asked, now: number): string {
  const code = newSecret(state);
  state.codes = state.codes.filter(({ expires_at }) => expires_at > now);
  state.codes.push({
    ...asked,
    challenge,
    pkce: challenge !== null,
    code,
    expires_at: now + CODE_LIFETIME_MS,
  });
  return code;
}

function give(state: UserState, grant: Grant, now: number, refreshToken?: string) {
  const token = newAccess(state);
  state.access = state.access.filter(({ expires_at }) => expires_at > now);
  state.access.push({
    token,
    grant: state.grants.indexOf(grant),
    expires_at: now + LIFETIME_SECONDS * 1000,
  });
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: LIFETIME_SECONDS,
    scope: grant.scopes.join(' '),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  };
}

function checkVerifier(challenge: string, verifier: string): void {
  if (verifier === '') throw refuse('invalid_request', 'code_verifier required');
  const made = createHash('sha256').update(verifier).digest('base64url');
  if (!VERIFIER.test(verifier) || made !== challenge) {
    throw refuse('invalid_grant', 'code_verifier was incorrect');
  }
}

/** Tokens for a code. Throws a `Refusal`; the code is used up only where it gave tokens. */
export function exchange(state: UserState, form: URLSearchParams, client: Client, now: number) {
  const found = state.codes.find(({ code }) => code === form.get('code'));
  if (found === undefined || found.client !== client.id) {
    throw refuse('invalid_grant', 'Invalid authorization code');
  }
  const { code, redirect_uri, challenge, expires_at, ...consent } = found;
  if (expires_at <= now) throw refuse('invalid_grant', 'Authorization code expired');
  if (form.get('redirect_uri') !== redirect_uri) throw refuse('invalid_grant', 'Invalid redirect URI');
  if (!client.hasSecret && challenge === null) throw refuse('invalid_client', 'Invalid client secret');
  if (challenge !== null) checkVerifier(challenge, form.get('code_verifier') ?? '');
  state.codes = state.codes.filter((other) => other.code !== code);
  const grant: Grant = { ...consent, refresh_token: newSecret(state), consented_at: now, revoked: false };
  state.grants.push(grant);
  return give(state, grant, now, grant.refresh_token);
}

/** A new access token, and with `rotation` a new refresh token that takes the old one's place. Throws a `Refusal`. */
export function refresh(
  state: UserState,
  form: URLSearchParams,
  client: Client,
  { now, rotation }: { now: number; rotation: boolean },
) {
  const asked = form.get('refresh_token');
  if (!asked) throw refuse('invalid_request', 'refresh_token must be supplied');
  const grant = state.grants.find(({ refresh_token }) => refresh_token === asked);
  if (grant === undefined || (grant.client !== null && grant.client !== client.id)) {
    throw refuse('invalid_grant', 'Invalid refresh token');
  }
  if (!client.hasSecret && !grant.pkce) throw refuse('invalid_client', 'Invalid client secret');
  if (grant.revoked) throw refuse('invalid_grant', 'Refresh token revoked');
  if (endOfConsent(grant.consented_at) <= now) throw refuse('invalid_grant', 'Refresh token expired');
  if (rotation) grant.refresh_token = newSecret(state);
  return give(state, grant, now, rotation ? grant.refresh_token : undefined);
}
