import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryState } from '../../adapters/memory-state.ts';
import { systemClock } from '../../adapters/system.ts';
import { openProvider } from '../../bin/provider.ts';
import type { HearResult, LoginResult } from '../../core/events.ts';
import { ENVIRONMENT, OUTPUTS } from '../../core/names.ts';
import { type StandIn, startStandIn } from '../../sample/stand-in/server.ts';
import type { UserSettings } from '../../sample/stand-in/user.ts';
import { STACK, serveStack } from '../support/aws/deployed-stack.ts';
import { AwsFault, serveJson } from '../support/aws/json-service.ts';
import { type CliOptions, documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';
import { smallCatalogue } from '../support/small-catalogue.ts';
import { follow } from './browser.ts';

const SECRET = 'a-secret-that-nobody-may-see';

let root: string;
let standIn: StandIn;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'soundalike-login-'));
  standIn = await startStandIn({ catalogue: smallCatalogue(6), mode: 'development' });
});
afterEach(async () => {
  await standIn.close();
  await rm(root, { recursive: true });
});

const urls = (): Record<string, string> => ({
  [ENVIRONMENT.spotifyAccountsUrl]: standIn.urls.accounts,
  [ENVIRONMENT.spotifyApiUrl]: standIn.urls.api,
  [ENVIRONMENT.reccobeatsApiUrl]: standIn.urls.reccobeats,
});
const app = (secret = true): Record<string, string> => ({
  [ENVIRONMENT.spotifyClientId]: 'an-app',
  ...(secret ? { [ENVIRONMENT.spotifyClientSecret]: SECRET } : {}),
});
/** Runs a command against the stand-in as if it were Spotify. */
const cli = (args: string[], named: Record<string, string> = {}, options: CliOptions = {}): Promise<Ended> =>
  soundalike([...args, '--data', root, '--json'], { ...options, environment: { ...urls(), ...named } });
const logIn = async (named: Record<string, string>): Promise<Ended> => {
  const browser = follow();
  const ended = await cli(['login', '--port', '0'], named, { said: browser.said });
  await browser.page();
  return ended;
};
const stored = async (name: string): Promise<Record<string, unknown>> => {
  expect((await stat(join(root, name))).mode & 0o777).toBe(0o600);
  return JSON.parse(await readFile(join(root, name), 'utf8'));
};

test.each([
  ['with its secret', true],
  ['without one', false],
])(
  'an app %s: the login and the app are stored, and later commands need no environment',
  async (_, secret) => {
    const ended = await logIn(app(secret));
    expect(ended.status).toBe(0);
    const { account, scopes } = documentOf<LoginResult>(ended);
    expect([account, scopes.length]).toEqual(['stand-in-user', 4]);
    expect(await stored('spotify-user.json')).toMatchObject({ client_id: 'an-app', pkce: !secret });
    expect(await stored('spotify-app.json')).toEqual({
      client_id: 'an-app',
      ...(secret ? { client_secret: SECRET } : {}),
    });
    expect(ended.stdout + ended.stderr).not.toContain(SECRET);
    const heard = await cli(['listen']);
    expect(heard.status).toBe(0);
    const { added, learned } = documentOf<HearResult>(heard);
    expect([added, learned]).toEqual([
      50,
      { asked: expect.any(Number), known: learned?.asked, requests: expect.any(Number), stopped: null },
    ]);
    expect(learned?.asked).toBeGreaterThan(5);
    const following = await cli(['artists', 'add', 'Artist 001']);
    expect(following.status).toBe(secret ? 0 : 1);
    if (!secret)
      expect(errorOf(following, 1)).toMatchObject({
        code: 'credentials',
        message: expect.stringContaining('got no secret'),
      });

    // Without SPOTIFY_API_URL too Spotify is asked, not the stand-in.
    const deps = {
      folder: root,
      apiState: new MemoryState(),
      clock: systemClock,
      random: Math.random,
      say: fail,
    };
    expect(await openProvider(deps, {}, {}, 'user')).toMatchObject({
      name: 'spotify',
      user: { provider: 'spotify:an-app' },
    });

    expect((await cli(['forget', '--yes'])).status).toBe(0);
    expect((await readdir(root)).filter((name) => name.startsWith('spotify-'))).toEqual([]);
    expect(errorOf(await cli(['listen'], app(secret)), 1).code).toBe('consent-needed');
  },
);

const fail = (line: string): void => {
  throw new Error(`nothing is to be said, got ${line}`);
};

test.each<[string, Partial<UserSettings>, string, RegExp]>([
  ['denied', { consent: 'denied' }, 'login', /it was denied on Spotify's page/],
  ['of a user who is not on the list', { allowListed: false }, 'access-refused', /not registered/],
])('a login that is %s stores nothing', async (_, settings, code, words) => {
  Object.assign(standIn.user.settings, settings);
  const ended = await logIn(app());
  expect([ended.status, documentOf(ended)]).toMatchObject([
    1,
    { error: { code, message: expect.stringMatching(words) } },
  ]);
  expect((await readdir(root)).filter((name) => name.startsWith('spotify-'))).toEqual([]);
});

test('without an app there is nobody to log in to', async () => {
  expect(errorOf(await cli(['login', '--port', '0']), 1)).toMatchObject({
    code: 'credentials',
    message: 'expected SPOTIFY_CLIENT_ID, got none',
  });
});

test('consent that is revoked is told once, without a request from then on', async () => {
  await logIn(app());
  await standIn.user.revoke();
  expect(errorOf(await cli(['listen']), 1).code).toBe('consent-needed');
  const asked = standIn.requests.entries.length;
  expect(errorOf(await cli(['listen']), 1)).toMatchObject({
    code: 'consent-needed',
    hint: expect.stringContaining('soundalike login'),
  });
  expect(standIn.requests.entries.length).toBe(asked);
  const { checks } = documentOf<{ checks: { name: string; ok: boolean; remedy: string }[] }>(
    await cli(['doctor']),
  );
  expect(checks.find(({ name }) => name === 'consent')).toMatchObject({
    ok: false,
    remedy: expect.stringContaining('soundalike login'),
  });
});

test("a login for a stack is by the stack's app, and goes into the stack's secret", async () => {
  const secrets = new Map([
    ['app-secret', JSON.stringify({ client_id: 'of-the-stack', client_secret: SECRET })],
    ['user-secret', '{"refresh_token":"","scopes":"","authorized_at":""}'],
  ]);
  const manager = await serveJson({
    GetSecretValue: ({ SecretId }) => ({ SecretString: secrets.get(String(SecretId)) }),
    PutSecretValue: ({ SecretId, SecretString }) => {
      secrets.set(String(SecretId), String(SecretString));
      return {};
    },
  });
  const stack = await serveStack();
  Object.assign(stack.outputs, {
    [OUTPUTS.spotifySecret]: 'app-secret',
    [OUTPUTS.userSecret]: 'user-secret',
  });
  const environment = { ...urls(), ...stack.environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: manager.url };
  try {
    const browser = follow();
    const args = ['login', '--port', '0', '--stack', STACK, '--json'];
    const ended = await soundalike(args, { environment, said: browser.said });
    await browser.page();
    expect([ended.status, documentOf<LoginResult>(ended).account]).toEqual([0, 'stand-in-user']);
    expect(JSON.parse(secrets.get('user-secret') ?? '')).toMatchObject({
      refresh_token: expect.stringMatching(/^AQ/),
      client_id: 'of-the-stack',
      pkce: false,
    });
    expect(ended.stdout + ended.stderr).not.toContain(SECRET);

    secrets.set('app-secret', '{"client_id":"","client_secret":""}');
    const unfilled = await soundalike(args, { environment });
    expect(errorOf(unfilled, 1)).toMatchObject({ code: 'secret', hint: 'fill in client_id' });
    manager.operations.GetSecretValue = () => new AwsFault('AccessDeniedException');
    expect(errorOf(await soundalike(args, { environment }), 1).code).toBe('aws-refused');
  } finally {
    await stack.close();
    await manager.close();
  }
});
