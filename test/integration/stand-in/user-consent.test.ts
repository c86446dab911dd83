import { createHash } from 'node:crypto';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import {
  authorize,
  newToken,
  refresh,
  type StandInClient,
  standInClient,
  type TokenAnswer,
  tokens,
} from '../../support/stand-in-client.ts';

const REDIRECT = 'http://127.0.0.1:8888/callback';
const VERIFIER = 'v'.repeat(43);
const challenge = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
const PKCE = { code_challenge: challenge(VERIFIER), code_challenge_method: 'S256' };

let client: StandInClient;
let now = 0;
beforeEach(async () => {
  now = Date.UTC(2026, 7, 31, 12);
  client = await standInClient({ now: () => now });
});
afterEach(() => client.standIn.close());

const ask = (query: Record<string, string> = {}) => authorize(client.standIn, query);
const set = (settings: object) => Object.assign(client.standIn.user.settings, settings);
const codeFor = async (query: Record<string, string> = {}) => (await ask(query)).back.get('code') ?? '';
const exchange = (code: string, more: Record<string, string> = {}) =>
  tokens(client.standIn, { grant_type: 'authorization_code', redirect_uri: REDIRECT, code, ...more });
const me = async ({ access_token }: { access_token: string }) =>
  await client.get('/v1/me', { authorization: `Bearer ${access_token}` });
const refused = (error: string, error_description: string) => [400, { error, error_description }];

describe('the consent page', () => {
  test('grants at once, and gives the state back', async () => {
    const { status, location, back } = await ask({ redirect_uri: `${REDIRECT}?a=b` });
    expect([status, location]).toEqual([
      302,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:8888\/callback\?a=b&/),
    ]);
    expect(back.get('state')).toBe('a state');
    expect(back.get('code')).toMatch(/^AQ[0-9a-f]{64}$/);
  });

  test('comes back with an error where the user denies, a scope is unknown or the request is wrong', async () => {
    const error = async (query: Record<string, string>) => {
      const { back } = await ask(query);
      return [back.get('error'), back.get('state'), back.get('code')];
    };
    expect(await error({ scope: 'user-read-minds' })).toEqual(['invalid_scope', 'a state', null]);
    expect(await error({ response_type: 'token' })).toEqual(['unsupported_response_type', 'a state', null]);
    expect(await error({ code_challenge: 'x', code_challenge_method: 'plain' })).toEqual([
      'invalid_request',
      'a state',
      null,
    ]);
    set({ consent: 'denied' });
    expect(await error({})).toEqual(['access_denied', 'a state', null]);
  });

  test.each([
    'http://localhost:8888/callback',
    'https://127.0.0.1:8888/',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:99999/x',
    '',
  ])('shows an error and goes nowhere for the redirect URI %j', async (redirect_uri) => {
    const { status, text, location } = await ask({ redirect_uri });
    expect([status, text, location]).toEqual([400, 'INVALID_CLIENT: Invalid redirect URI\n', null]);
  });

  test('names a missing client', async () => {
    expect((await ask({ client_id: '' })).text).toBe('Missing required parameter: client_id\n');
  });
});

describe('a code', () => {
  test('gives tokens of the scopes that were granted, once', async () => {
    const code = await codeFor({ scope: 'user-top-read user-read-private' });
    const [status, given] = await exchange(code);
    expect([status, given]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^BQ/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'user-top-read user-read-private',
        refresh_token: expect.stringMatching(/^AQ/),
      },
    ]);
    expect((await me(given)).json).toMatchObject({ id: STAND_IN_USER.id, product: 'premium' });
    expect(await exchange(code)).toEqual(refused('invalid_grant', 'Invalid authorization code'));
  });

  test('is over after ten minutes', async () => {
    const [late, soon] = [await codeFor(), await codeFor()];
    now += 599_999;
    expect((await exchange(soon))[0]).toBe(200);
    now += 1;
    expect(await exchange(late)).toEqual(refused('invalid_grant', 'Authorization code expired'));
  });

  test('is refused with another redirect URI, another client, or without what proves the client', async () => {
    const code = await codeFor();
    expect(await exchange(code, { redirect_uri: `${REDIRECT}/` })).toEqual(
      refused('invalid_grant', 'Invalid redirect URI'),
    );
    expect(await exchange(code, { client_id: 'other', client_secret: 'x' })).toEqual(
      refused('invalid_grant', 'Invalid authorization code'),
    );
    expect(await exchange(code, { client_id: 'stand-in' })).toEqual(
      refused('invalid_client', 'Invalid client secret'),
    );
    expect(await exchange(code, { client_id: 'stand-in', client_secret: 'wrong' })).toEqual(
      refused('invalid_client', 'Invalid client secret'),
    );
    expect((await exchange(code))[0]).toBe(200);
  });

  test('of PKCE takes its verifier in place of a secret', async () => {
    const public_ = { client_id: 'stand-in' };
    const code = await codeFor(PKCE);
    expect(await exchange(code, public_)).toEqual(refused('invalid_request', 'code_verifier required'));
    const wrong = refused('invalid_grant', 'code_verifier was incorrect');
    expect(await exchange(code, { ...public_, code_verifier: 'w'.repeat(43) })).toEqual(wrong);
    expect(await exchange(code, { code_verifier: 'w'.repeat(43) })).toEqual(wrong);
    const [status, { refresh_token = '' }] = await exchange(code, { ...public_, code_verifier: VERIFIER });
    expect(status).toBe(200);
    const renewed = await tokens(client.standIn, { grant_type: 'refresh_token', refresh_token, ...public_ });
    expect(renewed[0]).toBe(200);
  });

  test.each([42, 43, 128, 129])('of PKCE with a verifier of %d characters', async (length) => {
    const code_verifier = 'v'.repeat(length);
    const code = await codeFor({ ...PKCE, code_challenge: challenge(code_verifier) });
    const [status] = await exchange(code, { client_id: 'stand-in', code_verifier });
    expect(status).toBe(length < 43 || length > 128 ? 400 : 200);
  });
});

describe('the refresh token', () => {
  const given = async (refresh_token?: string): Promise<TokenAnswer> =>
    (await refresh(client.standIn, refresh_token))[1];

  test('of the logged-in user is good from the first, for any client, and stays', async () => {
    const refresh_token = STAND_IN_USER.refreshToken;
    const forms: Record<string, string>[] = [
      { client_id: 'any' },
      { client_id: 'any', client_secret: 'any' },
    ];
    for (const form of forms) {
      const [status, answer] = await tokens(client.standIn, {
        grant_type: 'refresh_token',
        refresh_token,
        ...form,
      });
      expect(status).toBe(200);
      expect(answer).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: STAND_IN_USER.scopes.join(' '),
      });
      expect((await me(answer)).status).toBe(200);
    }
  });

  test('gives access for an hour', async () => {
    const token = await given();
    now += 3_599_999;
    expect((await me(token)).status).toBe(200);
    now += 1;
    const over = await me(token);
    expect([over.status, over.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="spotify", error="invalid_token"',
    ]);
  });

  test('is replaced at each refresh where rotation is on, and the old one ends', async () => {
    set({ rotation: true });
    const first = (await given()).refresh_token;
    expect(await refresh(client.standIn)).toEqual(refused('invalid_grant', 'Invalid refresh token'));
    const second = (await given(first)).refresh_token;
    expect(second).not.toBe(first);
    set({ rotation: false });
    expect(await given(second)).not.toHaveProperty('refresh_token');
    expect((await refresh(client.standIn, second))[0]).toBe(200);
  });

  test('lives six calendar months from the consent, however often it is used', async () => {
    const consented = now;
    expect((await refresh(client.standIn))[0]).toBe(200);
    now = Date.UTC(2027, 1, 28, 11, 59, 59, 999);
    expect((await refresh(client.standIn))[0]).toBe(200);
    now = Date.UTC(2027, 1, 28, 12);
    expect(await refresh(client.standIn)).toEqual(refused('invalid_grant', 'Refresh token expired'));
    expect(now - consented).toBe(181 * 86_400_000);
  });

  test('is no good once the consent is revoked, nor is the access that it gave', async () => {
    const token = await given();
    await client.standIn.user.revoke();
    expect((await me(token)).status).toBe(401);
    expect(await refresh(client.standIn)).toEqual(refused('invalid_grant', 'Refresh token revoked'));
    const [, again] = await exchange(await codeFor());
    expect((await me(again)).status).toBe(200);
  });

  test('of a client with a secret is refused without one, and to another client', async () => {
    const [, { refresh_token = '' }] = await exchange(await codeFor());
    const form = { grant_type: 'refresh_token', refresh_token };
    expect(await tokens(client.standIn, { ...form, client_id: 'stand-in' })).toEqual(
      refused('invalid_client', 'Invalid client secret'),
    );
    expect(await tokens(client.standIn, { ...form, client_id: 'other', client_secret: 'x' })).toEqual(
      refused('invalid_grant', 'Invalid refresh token'),
    );
    expect(await tokens(client.standIn, { grant_type: 'refresh_token' })).toEqual(
      refused('invalid_request', 'refresh_token must be supplied'),
    );
  });

  test('is said to be none, once, by a fault that meets no other grant', async () => {
    client.standIn.faults.add({ match: '/api/token', kind: 'invalid-grant', times: 1 });
    await newToken(client.standIn);
    expect(await refresh(client.standIn)).toEqual(refused('invalid_grant', 'Invalid refresh token'));
    expect((await refresh(client.standIn))[0]).toBe(200);
  });
});

test('a user who is not allowed to use the app can consent, and is refused everywhere in plain text', async () => {
  set({ allowListed: false });
  const [, token] = await exchange(await codeFor());
  for (const path of ['/v1/me', '/v1/search?q=x&type=track', '/v1/me/playlists']) {
    const answer = await client.get(path, { authorization: `Bearer ${token.access_token}` });
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
      403,
      'text/plain; charset=utf-8',
      expect.stringMatching(/^The user is not registered for this application\. /),
    ]);
  }
  expect((await client.get('/v1/search?q=x&type=track')).status).toBe(200);
});

test("an app's own token opens no route of the user; a user's opens the catalogue", async () => {
  const insufficient = { error: { status: 403, message: 'Insufficient client scope' } };
  for (const path of ['/v1/me', '/v1/me/player/recently-played', '/v1/me/playlists']) {
    expect((await client.get(path)).json).toEqual(insufficient);
  }
  const [, { access_token }] = await refresh(client.standIn);
  const answer = await client.get('/v1/search?q=x&type=track', { authorization: `Bearer ${access_token}` });
  expect(answer.status).toBe(200);
});
