import { type AddressInfo, createServer } from 'node:net';
import { ApiClient } from '../../../adapters/http.ts';
import { known } from '../../../adapters/spotify/app.ts';
import { ServiceUnavailableError, UnexpectedAnswerError } from '../../../core/errors.ts';
import { Ledger } from '../../../core/ledger.ts';
import { userConnector } from '../../../lambdas/login/connect.ts';
import { MemoryApiState } from '../../support/api-state.ts';
import { FakeClock } from '../../support/clock.ts';
import { inTurn, type Reply } from '../../support/http-server.ts';
import { errorOf, PROVIDER, rawArtist, SECRETS, withSpotify } from '../../support/spotify.ts';
import { StoredGrant } from '../spotify-user/account.ts';

const MIB = 2 ** 20;

test.each(['identity', 'gzip', 'deflate', 'br'] as const)(
  'an answer that never ends (%s) is one clear error, and is not read on',
  (endless) =>
    withSpotify(async ({ client, http, api }) => {
      api.respond = inTurn({ json: rawArtist('a') });
      await client.artist('a');
      for (const status of [200, 403, 500]) {
        api.requests.length = 0;
        api.endlessly = 0;
        api.respond = inTurn({ endless, status, text: '{"id": "an artist without end"}' });
        const before = process.memoryUsage().rss;
        const error = await errorOf(client.artist('a'));
        expect(error).toBeInstanceOf(UnexpectedAnswerError);
        expect(error.message).toMatch(
          /^Spotify gave an unexpected answer to GET 127\.0\.0\.1:\d+\/v1\/artists\/a: a body of more than 16 MiB$/,
        );
        expect(api.requests).toHaveLength(1);
        // What is under way between server and client comes on top; a compressed answer is sent in few bytes.
        expect(api.endlessly).toBeLessThan(16 * MIB * (endless === 'identity' ? 2 : 60));
        expect(process.memoryUsage().rss - before).toBeLessThan(160 * MIB);
      }
      // The next request needs a connection of its own.
      api.respond = inTurn({ json: rawArtist('b') });
      expect(await client.artist('b')).toMatchObject({ id: 'b' });
      expect(await http.send({ method: 'GET', path: '/x' })).toMatchObject({ status: 200 });
    }),
);

const TOKEN = 'access-token-1';
const words = `the token ${TOKEN} of ${SECRETS.clientSecret} (Basic ${encodeURIComponent(SECRETS.basic)}) is bad`;

test.each<[string, Reply]>([
  ['a refusal in JSON', { status: 403, json: { error: { status: 403, message: words } } }],
  ['a refusal in plain text', { status: 403, text: words }],
  ['a wrong request', { status: 400, json: { error: { status: 400, message: words } } }],
  ['another status', { status: 418, text: words }],
  ['an answer of another shape', { json: { token: words } }],
])('a token that the service repeats is masked: %s', (_, reply) =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn(reply);
    for (const work of [
      () => client.artist('a'),
      () => client.topTracks.page({ id: 'a', name: 'a' }, 10, null),
    ]) {
      // `errorOf` fails for an error that shows a secret, wherever it holds it.
      const error = await errorOf(work());
      expect(error.message).toContain('the token *** of *** (Basic ***) is bad');
    }
  }),
);

test('data that looks like a secret stays as it is', () =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({ json: { ...rawArtist('a'), name: TOKEN } });
    expect(await client.artist('a')).toMatchObject({ name: TOKEN });
  }));

test('the refresh token and the app’s secret that the accounts service was sent are masked in the words of the other', () =>
  withSpotify(async ({ accounts, api, clock, state }) => {
    const refresh_token = 'refresh/token+7';
    api.respond = inTurn({
      status: 403,
      json: { error: { message: `${refresh_token} ${SECRETS.clientSecret}` } },
    });
    const connect = userConnector({
      settings: { accountsUrl: accounts.url, apiUrl: api.url, dailyRequests: 100 },
      ...{ provider: PROVIDER, apiState: state, clock, random: () => 0.5 },
      app: known({ client_id: SECRETS.clientId, client_secret: SECRETS.clientSecret }),
      grant: new StoredGrant({ refresh_token, authorized_at: new Date(clock.now()).toISOString() }).view(),
    });
    const { client, close } = connect(new Ledger());
    const error = await errorOf(client.me()).finally(close);
    expect(error.message).toBe('Spotify refuses this app or its user; it said: *** ***');
  }));

test('bytes that are no HTTP are neither shown nor kept', async () => {
  const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
  const server = createServer((socket) =>
    socket.once('data', () => socket.end(`${head}"access_token": "${SECRETS.token}7"\r\n`)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = new ApiClient({
    ...{ service: 'Spotify', provider: PROVIDER, dailyBudget: 100, random: () => 0.5 },
    ...{ apiState: new MemoryApiState(), ledger: new Ledger(), clock: new FakeClock() },
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  try {
    const error = await errorOf(api.send({ method: 'POST', path: '/api/token', confidential: true }));
    expect(error).toBeInstanceOf(ServiceUnavailableError);
    expect(error.message).toContain('Response does not match the HTTP/1.1 protocol');
  } finally {
    await api.close();
    server.close();
  }
});
