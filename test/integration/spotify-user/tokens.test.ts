import { ApiClient } from '../../../adapters/http.ts';
import { known } from '../../../adapters/spotify/app.ts';
import { UserTokens } from '../../../adapters/spotify/user-tokens.ts';
import { ConsentNeededError, CredentialsError } from '../../../core/errors.ts';
import { Ledger } from '../../../core/ledger.ts';
import { MemoryApiState } from '../../support/api-state.ts';
import { FakeClock } from '../../support/clock.ts';
import { inTurn, type Reply, type Respond, serve, type TestServer } from '../../support/http-server.ts';
import { failure, StoredGrant } from './account.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SECRETS = ['refresh-1', 'refresh-2', 'top-secret', 'granted-', 'Y2xpZW50'];
const GOOD = { refresh_token: 'refresh-1', authorized_at: '2026-11-01T00:00:00.000Z', client_id: 'client' };
const REFUSED: Reply = {
  status: 400,
  json: { error: 'invalid_grant', error_description: 'Refresh token revoked' },
};
const granted = (more: object = {}): Reply => ({
  json: { access_token: 'granted-1', expires_in: 3600, ...more },
});

interface World {
  accounts: TestServer;
  clock: FakeClock;
  grant: StoredGrant;
  /** The tokens of a process of its own. */
  process(app?: { client_id: string; client_secret?: string }): UserTokens;
}

/** Runs a test with an accounts service that answers so, and what is stored. */
async function withTokens(
  stored: ConstructorParameters<typeof StoredGrant>[0],
  respond: Respond,
  test: (world: World) => Promise<void>,
): Promise<void> {
  const accounts = await serve(respond);
  const clock = new FakeClock();
  const grant = new StoredGrant(stored);
  const shared = { service: 'Spotify', provider: 'p', dailyBudget: 1000, apiState: new MemoryApiState() };
  const api = new ApiClient({
    ...shared,
    ledger: new Ledger(),
    clock,
    random: () => 0,
    baseUrl: accounts.url,
  });
  const process: World['process'] = (app = { client_id: 'client', client_secret: 'top-secret' }) =>
    new UserTokens({ accounts: api, app: known(app), grant: grant.view(), clock });
  try {
    await test({ accounts, clock, grant, process });
  } finally {
    await Promise.all([api.close(), accounts.close()]);
  }
}

const bodies = ({ requests }: TestServer) => requests.map(({ body }) => body);
const refusedFor = (token: string): Respond => {
  const isOld = new RegExp(`refresh_token=${token}(&|$)`);
  return ({ body }) => (isOld.test(body) ? REFUSED : granted());
};

test('one token serves all until 60 s before its end; a 401 makes one new one', () =>
  withTokens(GOOD, inTurn(granted(), granted({ access_token: 'granted-2' })), async (world) => {
    const tokens = world.process();
    expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(['granted-1', 'granted-1']);
    world.clock.advance(HOUR - 60_001);
    expect(await tokens.token()).toBe('granted-1');
    world.clock.advance(1);
    expect(await tokens.token()).toBe('granted-2');
    expect(await Promise.all([tokens.refresh('granted-2'), tokens.refresh('granted-2')])).toEqual([
      'granted-2',
      'granted-2',
    ]);
    expect(bodies(world.accounts)).toEqual(Array(3).fill('grant_type=refresh_token&refresh_token=refresh-1'));
    expect(world.accounts.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('client:top-secret').toString('base64')}`,
    );
    expect(world.grant.writes).toBe(0); // none came, so the old one stays
  }));

test.each([[{}], [{ refresh_token: '' }], [{ refresh_token: null }], [{ refresh_token: 'refresh-1' }]])(
  'an answer with %j keeps the old refresh token',
  (more) =>
    withTokens(GOOD, inTurn(granted(more)), async ({ process, grant }) => {
      await process().token();
      expect([grant.value.refresh_token, grant.writes]).toEqual(['refresh-1', 0]);
    }),
);

test('a rotated refresh token is stored before the access token is given, and used from then on', () =>
  withTokens(GOOD, inTurn(granted({ refresh_token: 'refresh-2' })), async ({ process, grant, accounts }) => {
    const tokens = process();
    await tokens.refresh(await tokens.token());
    expect(grant.value).toMatchObject({ ...GOOD, refresh_token: 'refresh-2' });
    expect(bodies(accounts)[1]).toContain('refresh_token=refresh-2');
  }));

test('a rotated refresh token that cannot be stored gives no access token', () =>
  withTokens(GOOD, inTurn(granted({ refresh_token: 'refresh-2' })), async ({ accounts, clock, grant }) => {
    const broken = { ...grant.view(), write: () => Promise.reject(new Error('the disk is full')) };
    const api = new ApiClient({
      service: 'Spotify',
      provider: 'p',
      dailyBudget: 9,
      apiState: new MemoryApiState(),
      ledger: new Ledger(),
      clock,
      random: () => 0,
      baseUrl: accounts.url,
    });
    const app = known({ client_id: 'client', client_secret: 'top-secret' });
    await expect(new UserTokens({ accounts: api, app, grant: broken, clock }).token()).rejects.toThrow(
      'the disk is full',
    );
    await api.close();
  }));

test('what was granted by PKCE is refreshed without the app’s secret', () =>
  withTokens({ ...GOOD, pkce: true }, inTurn(granted()), async ({ process, accounts }) => {
    await process().token();
    await process({ client_id: 'client' }).token();
    for (const { headers, body } of accounts.requests) {
      expect(headers.authorization).toBeUndefined();
      expect(body).toBe('grant_type=refresh_token&refresh_token=refresh-1&client_id=client');
    }
  }));

test('an app that is refused is an error of the credentials, and no doubt about the consent', () =>
  withTokens(GOOD, inTurn({ status: 400, json: { error: 'invalid_client' } }), async ({ process, grant }) => {
    expect(await failure(process().token(), SECRETS)).toBeInstanceOf(CredentialsError);
    expect(grant.value.needs_consent_since).toBeNull();
  }));

test.each([
  ['nobody has logged in', { refresh_token: '', scopes: '', authorized_at: '' } as const],
  ['six months', { ...GOOD, authorized_at: '2026-05-22T12:00:00.000Z' }],
  ['another Spotify app', { ...GOOD, client_id: 'other' }],
])('%s: no request, and the command that mends it', (why, stored) =>
  withTokens(stored, inTurn(granted()), async ({ process, accounts }) => {
    const error = await failure(process().token(), SECRETS);
    expect(error).toBeInstanceOf(ConsentNeededError);
    expect(error.message).toContain(why);
    expect(error.hint).toContain('npx soundalike login');
    expect(accounts.requests).toEqual([]);
  }),
);

test('a login in another process is seen by one that needs consent', () =>
  withTokens({}, inTurn(granted()), async ({ process, grant }) => {
    const tokens = process();
    await failure(tokens.token());
    await grant.view().write({ ...grant.value, ...GOOD });
    expect(await tokens.token()).toBe('granted-1');
  }));

test('invalid_grant needs consent: remembered, not asked again, the value kept', () =>
  withTokens(GOOD, inTurn(REFUSED), async ({ process, grant, accounts, clock }) => {
    const tokens = process();
    const errors = await Promise.all([
      failure(tokens.token(), SECRETS),
      failure(tokens.refresh('granted-0'), SECRETS),
    ]);
    for (const error of errors) expect(error).toBeInstanceOf(ConsentNeededError);
    const [now] = [new Date(clock.now()).toISOString()];
    expect(grant.value).toMatchObject({ ...GOOD, needs_consent_since: now, refused_at: now });
    expect((await failure(tokens.token(), SECRETS)).message).toContain(`since ${now}`);
    await failure(process().token(), SECRETS);
    clock.advance(49 * 60_000);
    await failure(process().token(), SECRETS);
    expect(accounts.requests).toHaveLength(1);
  }));

test('a false invalid_grant: the next hour’s run finds it good again, and the mark goes', () =>
  withTokens(GOOD, inTurn(REFUSED, granted()), async ({ process, grant, clock }) => {
    await failure(process().token());
    clock.advance(HOUR - 5_000);
    expect(await process().token()).toBe('granted-1');
    expect(grant.value).toMatchObject({ ...GOOD, needs_consent_since: null, refused_at: null });
  }));

test('while it stays refused it is tried hourly for a day, daily for a week, and then forgotten', () =>
  withTokens(GOOD, inTurn(REFUSED), async ({ process, grant, accounts, clock }) => {
    const start = clock.now();
    const days = new Map<number, number>();
    while (clock.now() < start + 9 * DAY) {
      const before = accounts.requests.length;
      expect(await failure(process().token(), SECRETS)).toBeInstanceOf(ConsentNeededError);
      const day = Math.floor((clock.now() - start) / DAY);
      days.set(day, (days.get(day) ?? 0) + accounts.requests.length - before);
      clock.advance(HOUR - ((clock.now() - start) % HOUR));
    }
    const counts = [...days.values()];
    expect(counts[0]).toBe(24);
    expect(counts.slice(1, 7)).toEqual(Array(6).fill(1));
    expect(counts.slice(7)).toEqual([1, 0]); // the week began two seconds after the first try
    expect(grant.value).toMatchObject({ refresh_token: '', needs_consent_since: '2026-11-22T12:00:02.000Z' });
  }));

test('after a week without a run it is not tried any more', () =>
  withTokens(GOOD, inTurn(REFUSED, granted()), async ({ process, grant, accounts, clock }) => {
    await failure(process().token());
    clock.advance(7 * DAY);
    await failure(process().token());
    expect(accounts.requests).toHaveLength(1);
    expect(grant.value.refresh_token).toBe('');
  }));

test('a refused refresh token that another process has replaced meanwhile is no refusal', () =>
  withTokens(GOOD, refusedFor('refresh-1'), async ({ process, grant, accounts, clock }) => {
    const tokens = process();
    const read = { ...GOOD, refresh_token: 'refresh-2' };
    accounts.respond = ((respond) => (request) => {
      Object.assign(grant.value, read); // the other one stores it while this one asks
      return respond(request);
    })(accounts.respond);
    expect(await tokens.token()).toBe('granted-1');
    expect(grant.value.needs_consent_since).toBeNull();
    expect(clock.waits).toEqual([]);
  }));

test('one that another process is about to replace is waited for', () =>
  withTokens(GOOD, refusedFor('refresh-1'), async ({ process, grant, clock }) => {
    const tokens = process();
    clock.every(1000, () => Object.assign(grant.value, { refresh_token: 'refresh-2' }));
    expect(await tokens.token()).toBe('granted-1');
    expect(clock.waits).toEqual([2000]);
    expect(grant.value).toMatchObject({ refresh_token: 'refresh-2', needs_consent_since: null });
  }));
