import { ApiClient } from '../../../adapters/http.ts';
import { ReccoBeatsClient } from '../../../adapters/reccobeats/client.ts';
import { RateLimitedError, UnexpectedAnswerError } from '../../../core/errors.ts';
import { Ledger } from '../../../core/ledger.ts';
import { MemoryApiState } from '../../support/api-state.ts';
import { FakeClock } from '../../support/clock.ts';
import { inTurn, serve, type TestServer } from '../../support/http-server.ts';

const values = {
  danceability: 0.5,
  energy: 0.6,
  key: 4,
  loudness: -7.25,
  mode: 1,
  speechiness: 0.04,
  acousticness: 0,
  instrumentalness: 0.1,
  liveness: 0.2,
  valence: 0.3,
  tempo: 120.5,
};
const href = (id: string) => `https://open.spotify.com/track/${id}`;
const row = (id: string) => ({ id: 'a-uuid', href: href(id), isrc: 'x', ...values });
const found = (id: string) => ({ id, ...values, time_signature: null, duration_ms: null });

async function withReccoBeats(
  test: (
    client: ReccoBeatsClient,
    server: TestServer,
    clock: FakeClock,
    state: MemoryApiState,
  ) => Promise<void>,
) {
  const [server, clock, apiState] = [await serve(() => ({})), new FakeClock(), new MemoryApiState()];
  const api = new ApiClient({
    service: 'ReccoBeats',
    baseUrl: `${server.url}/v1`,
    provider: 'reccobeats',
    dailyBudget: Number.POSITIVE_INFINITY,
    apiState,
    ledger: new Ledger(),
    clock,
    random: () => 0.5,
  });
  try {
    await test(new ReccoBeatsClient(api), server, clock, apiState);
  } finally {
    await Promise.all([api.close(), server.close()]);
  }
}

test.each([
  [0, []],
  [40, [40]],
  [41, [40, 1]],
])('the features of %i tracks take batches of %j', (count, sizes) =>
  withReccoBeats(async (client, server) => {
    server.respond = ({ query }) => ({ json: { content: query.get('ids')?.split(',').map(row).reverse() } });
    const ids = Array.from({ length: count }, (_, index) => `t${index}`);
    const features = await client.features([...ids, ...ids]);
    expect(features).toHaveLength(count);
    expect(new Set(features)).toEqual(new Set(ids.map(found)));
    expect(server.requests.map(({ query }) => query.get('ids')?.split(',').length)).toEqual(sizes);
    expect(server.requests.every(({ path }) => path === '/v1/audio-features')).toBe(true);
    expect(client).toMatchObject({ name: 'reccobeats', batchSize: 40 });
  }),
);

test('joined by href: unknown ids absent, the first of several, absent values null', () =>
  withReccoBeats(async (client, server) => {
    const content = [
      { ...row('t2'), href: `${href('t2')}/?si=1`, energy: null, key: undefined },
      row('t1'),
      { ...row('t1'), tempo: 1 },
      null,
      row('other'),
    ];
    server.respond = inTurn({ json: { content } });
    expect(await client.features(['t1', 't2', 't3'])).toEqual([
      { ...found('t2'), energy: null, key: null },
      found('t1'),
    ]);
  }));

test('waits when asked to, and gives up on a long wait', () =>
  withReccoBeats(async (client, server, clock, state) => {
    const limited = (seconds: number) => ({ status: 429, headers: { 'retry-after': String(seconds) } });
    server.respond = inTurn(limited(5), { json: { content: [row('t1')] } }, limited(120));
    expect(await client.features(['t1'])).toEqual([found('t1')]);
    expect(clock.waits).toEqual([5000]);
    await expect(client.features(['t1'])).rejects.toThrow(RateLimitedError);
    expect(state.notBefore.get('reccobeats')).toBe(clock.now() + 120_000);
  }));

test.each([
  [
    { status: 400, json: { timestamp: 'now', error: 'Malformed', path: '/', status: 4002 } },
    /status 400.*4002/,
  ],
  [
    { json: { content: [{ ...row('t1'), href: null }] } },
    /content\.0\.href: .*expected string, received null/,
  ],
])('an answer that is not understood: %j', (reply, message) =>
  withReccoBeats(async (client, server) => {
    server.respond = inTurn(reply);
    const error = await client.features(['t1']).catch((reason) => reason);
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toMatch(message);
    expect(server.requests).toHaveLength(1);
  }),
);
