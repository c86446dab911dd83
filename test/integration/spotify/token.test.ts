import { CredentialsError, ServiceUnavailableError, UnexpectedAnswerError } from '../../../core/errors.ts';
import { inTurn } from '../../support/http-server.ts';
import { errorOf, grants, rawArtist, SECRETS, withSpotify } from '../../support/spotify.ts';

const UNAUTHORISED = { status: 401, json: { error: { status: 401, message: 'The access token expired' } } };
const OK = { json: rawArtist('a') };

test('one token serves all until 60 s before its end', () =>
  withSpotify(async ({ client, accounts, api, clock }) => {
    api.respond = inTurn(OK);
    await Promise.all([1, 2, 3].map(() => client.artist('a')));
    clock.advance(3_539_999);
    await client.artist('a');
    expect(accounts.requests).toHaveLength(1);
    clock.advance(1);
    await client.artist('a');
    expect(accounts.requests).toHaveLength(2);
    expect(accounts.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/token',
      body: 'grant_type=client_credentials',
      headers: {
        authorization: `Basic ${SECRETS.basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
      ...Array(4).fill('Bearer access-token-1'),
      'Bearer access-token-2',
    ]);
  }));

test('a 401 makes one new token, however many saw it', () =>
  withSpotify(async ({ client, accounts, api, ledger }) => {
    api.respond = ({ headers }) => (headers.authorization === 'Bearer access-token-1' ? UNAUTHORISED : OK);
    await Promise.all([1, 2, 3, 4].map(() => client.artist('a')));
    expect(accounts.requests).toHaveLength(2);
    expect(ledger).toMatchObject({ requests: 10, retries: 4 });
  }));

test('a second 401 is an error of the credentials', () =>
  withSpotify(async ({ client, accounts, api }) => {
    api.respond = inTurn(UNAUTHORISED);
    const error = await errorOf(client.artist('a'));
    expect(error).toBeInstanceOf(CredentialsError);
    expect([accounts.requests.length, api.requests.length]).toEqual([2, 2]);
  }));

test.each([
  [{ status: 400, json: { error: 'invalid_client', error_description: 'Invalid client secret' } }],
  [{ status: 400, json: { error: 'invalid_client' } }],
  [{ status: 401, json: { error: 'invalid_client' } }],
])('wrong credentials: %j', (reply) =>
  withSpotify(async ({ client, accounts, api }) => {
    accounts.respond = inTurn(reply);
    const error = await errorOf(client.artist('a'));
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error.hint).toContain('SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET');
    expect(api.requests).toHaveLength(0);
  }),
);

test('refused credentials are read again once: a secret that was changed meanwhile is used', async () => {
  const good = { client_id: SECRETS.clientId, client_secret: SECRETS.clientSecret };
  const bad = { ...good, client_secret: 'old' };
  const read: string[] = [];
  const app = {
    read: async () => bad,
    refresh: async (refused: unknown) => {
      read.push('again');
      return refused === bad ? good : bad;
    },
  };
  await withSpotify(
    async ({ client, accounts, api }) => {
      const grant = grants();
      accounts.respond = (request) =>
        request.headers.authorization === `Basic ${SECRETS.basic}`
          ? grant(request)
          : { status: 400, json: { error: 'invalid_client' } };
      api.respond = inTurn(OK);
      expect(await client.artist('a')).toMatchObject({ id: 'a' });
      expect(accounts.requests).toHaveLength(2);
      expect(read).toEqual(['again']);
    },
    { app },
  );
});

test('a failure to get a token is not kept', () =>
  withSpotify(async ({ client, accounts, api }) => {
    accounts.respond = inTurn({ status: 400, json: { error: 'invalid_client' } });
    await errorOf(client.artist('a'));
    accounts.respond = grants();
    api.respond = inTurn(OK);
    expect(await client.artist('a')).toMatchObject({ id: 'a' });
  }));

test('the token is asked for again after 5xx, cuts and broken JSON', () =>
  withSpotify(async ({ client, accounts, api, ledger }) => {
    const grant = { json: { access_token: 'access-token-9', expires_in: 3600 } };
    accounts.respond = inTurn(
      { status: 503 },
      { cut: 'connection' },
      { ...grant, cut: 'body' },
      { text: '{' },
      grant,
    );
    api.respond = inTurn(OK);
    await client.artist('a');
    expect(ledger).toMatchObject({ requests: 6, retries: 4 });
  }));

test.each([
  ['an answer of another shape', { json: { access_token: { 'access-token-7': 1 } } }, UnexpectedAnswerError],
  ['another refusal', { status: 400, text: `no: ${SECRETS.clientSecret}` }, UnexpectedAnswerError],
  ['an answer that is no JSON', { text: 'access-token-7' }, ServiceUnavailableError],
  [
    'an answer that is cut',
    { text: '{"access_token": "access-token-7"}', cut: 'body' as const },
    ServiceUnavailableError,
  ],
])('%s shows no token', (_, reply, kind) =>
  withSpotify(async ({ client, accounts }) => {
    accounts.respond = inTurn(reply);
    expect(await errorOf(client.artist('a'))).toBeInstanceOf(kind);
  }),
);
