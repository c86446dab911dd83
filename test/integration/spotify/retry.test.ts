import { RateLimitedError, ServiceUnavailableError, UnexpectedAnswerError } from '../../../core/errors.ts';
import { inTurn, type Reply } from '../../support/http-server.ts';
import { errorOf, PROVIDER, rawArtist, type Spotify, withSpotify } from '../../support/spotify.ts';

const OK = { json: rawArtist('a') };
const limited = (retryAfter?: string): Reply => ({
  status: 429,
  text: 'Too many requests',
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
});

/** Makes one request that is answered so, with its token at hand. */
async function ask(spotify: Spotify, ...replies: Reply[]) {
  spotify.api.respond = inTurn(...replies);
  return spotify.client.artist('a');
}

test.each([
  ['0', []],
  ['2', [2000]],
  ['60', [60_000]],
  ['Sun, 22 Nov 2026 12:00:07 GMT', [7000]],
  [undefined, [30_000]],
  ['soon', [30_000]],
])('Retry-After %p is waited for in place', (retryAfter, waits) =>
  withSpotify(async (spotify) => {
    expect(await ask(spotify, limited(retryAfter), OK)).toMatchObject({ id: 'a' });
    expect(spotify.clock.waits).toEqual(waits);
    expect(spotify.ledger).toMatchObject({ requests: 3, retries: 1 });
  }),
);

test.each([
  [limited('61'), 61_000],
  [limited('50000'), 50_000_000],
  [limited('Sun, 22 Nov 2026 13:00:00 GMT'), 3_600_000],
  [{ status: 429, json: { error: { status: 429, reason: 'QUOTA_EXCEEDED' } } }, 3_600_000],
])('%j is for a later call', (reply, wait) =>
  withSpotify(async (spotify) => {
    const notBefore = spotify.clock.now() + wait;
    const error = await errorOf(ask(spotify, reply, OK));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error.notBefore).toBe(notBefore);
    expect(spotify.clock.waits).toEqual([]);

    expect(await errorOf(spotify.client.artist('a'))).toBeInstanceOf(RateLimitedError);
    expect(spotify.ledger.requests).toBe(2);
    spotify.clock.advance(wait);
    expect(await spotify.client.artist('a')).toMatchObject({ id: 'a' });
  }),
);

test('the fifth 429 in a row is for a later call', () =>
  withSpotify(async (spotify) => {
    const error = await errorOf(ask(spotify, limited('3')));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error.notBefore).toBe(spotify.clock.now() + 3000);
    expect(spotify.clock.waits).toEqual([3000, 3000, 3000, 3000]);
    expect(spotify.api.requests).toHaveLength(5);
    expect(spotify.state.notBefore.get(PROVIDER)).toBe(error.notBefore);
  }));

test('concurrent requests pause together', () =>
  withSpotify(async (spotify) => {
    const { clock, api, client } = spotify;
    await ask(spotify, OK);
    const sleepers: (() => void)[] = [];
    const sleep = jest.spyOn(clock, 'sleep');
    sleep.mockImplementation(() => new Promise((resolve) => sleepers.push(resolve)));
    const turns = async (done: () => boolean) => {
      while (!done()) await new Promise(setImmediate);
    };
    api.respond = inTurn(limited('30'), OK);
    const first = client.artist('a');
    await turns(() => sleepers.length === 1);
    const others = [client.artist('b'), client.artist('c')];
    await turns(() => sleepers.length === 3);
    expect(api.requests).toHaveLength(2);
    clock.advance(30_000);
    for (const wake of sleepers) wake();
    await Promise.all([first, ...others]);
    expect(sleep.mock.calls).toEqual([[30_000], [30_000], [30_000]]);
    expect(api.requests).toHaveLength(5);
  }));

test('another function was told to wait', () =>
  withSpotify(async (spotify) => {
    const notBefore = spotify.clock.now() + 1;
    await spotify.state.postpone(PROVIDER, notBefore);
    const error = await errorOf(ask(spotify, OK));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error.notBefore).toBe(notBefore);
    expect(spotify.accounts.requests).toHaveLength(0);
    spotify.clock.advance(1);
    expect(await ask(spotify, OK)).toMatchObject({ id: 'a' });
  }));

test.each<[string, Reply]>([
  ['503', { status: 503, text: 'Service unavailable' }],
  ['500 with JSON', { status: 500, json: { error: { status: 500, message: 'Server error' } } }],
  ['a cut connection', { cut: 'connection' }],
  ['a cut body', { ...OK, cut: 'body' }],
  ['broken JSON', { text: '{"id": "a", "na' }],
  ['an empty body', { text: '' }],
])('%s four times, then an answer; five times is an error', (_, fault) =>
  withSpotify(async (spotify) => {
    expect(await ask(spotify, fault, fault, fault, fault, OK)).toMatchObject({ id: 'a' });
    expect(spotify.clock.waits).toEqual([250, 500, 1000, 2000]);
    expect(spotify.ledger).toMatchObject({ requests: 6, retries: 4 });

    const error = await errorOf(ask(spotify, fault));
    expect(error).toBeInstanceOf(ServiceUnavailableError);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).toContain(`GET ${new URL(spotify.api.url).host}/v1/artists/a (5 tries)`);
    if (fault.status) expect(error.message).toContain(`${fault.status}`);
    expect(spotify.ledger).toMatchObject({ requests: 11, retries: 8 });
  }),
);

test.each<[string, Reply]>([
  ['slow answer', { ...OK, afterMs: 60_000 }],
  ['body that stops', { ...OK, cut: 'stalled-body' }],
])('a %s is given up and asked for again', (_, fault) =>
  withSpotify(
    async (spotify) => {
      const { timeout } = AbortSignal;
      // Only the try that meets the fault is timed, so that a busy machine has all the time for the others.
      const timed = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal);
      await ask(spotify, OK);
      timed.mockImplementationOnce((milliseconds) => timeout.call(AbortSignal, milliseconds));
      expect(await ask(spotify, fault, OK)).toMatchObject({ id: 'a' });
      expect(spotify.ledger.retries).toBe(1);
      expect(timed.mock.calls).toEqual(Array(4).fill([60]));
      timed.mockRestore();
    },
    { timeoutMs: 60 },
  ),
);

test('a server that is gone', () =>
  withSpotify(async (spotify) => {
    await ask(spotify, OK);
    await spotify.api.close();
    const error = await errorOf(spotify.client.searchArtists('Someone'));
    expect(error).toBeInstanceOf(ServiceUnavailableError);
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).not.toContain('Someone');
  }));

test('a POST is not repeated, but for 429', () =>
  withSpotify(async ({ http, api }) => {
    const post = () => http.send({ method: 'POST', path: '/playlists', body: '{}' });
    for (const fault of [{ status: 502 }, { cut: 'connection' } as const]) {
      api.requests.length = 0;
      api.respond = inTurn(fault, { status: 201 });
      expect(await errorOf(post())).toBeInstanceOf(ServiceUnavailableError);
      expect(api.requests).toHaveLength(1);
    }
    api.respond = inTurn(limited('1'), { status: 201, text: 'done' });
    expect(await post()).toMatchObject({ status: 201, text: 'done' });
  }));

test.each(['PUT', 'DELETE'] as const)('a %s is repeated', (method) =>
  withSpotify(async ({ http, api }) => {
    api.respond = inTurn({ status: 502 }, { status: 204 });
    expect(await http.send({ method, path: '/me/library' })).toMatchObject({ status: 204 });
  }),
);

test('a wrong shape names the field, what was expected and what came, and is not repeated', () =>
  withSpotify(async (spotify) => {
    const error = await errorOf(ask(spotify, { json: { ...rawArtist('a'), name: 7, bio: 'x'.repeat(500) } }));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toMatch(/name: .*expected string, received number.*"id":"a"/);
    expect(error.message.length).toBeLessThan(400);
    expect(spotify.api.requests).toHaveLength(1);
  }));

test('another status is not repeated', () =>
  withSpotify(async (spotify) => {
    const error = await errorOf(ask(spotify, { status: 418, text: 'a teapot' }));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toMatch(/status 418.*a teapot/);
    expect(spotify.api.requests).toHaveLength(1);
  }));
