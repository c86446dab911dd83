import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, request as rawRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appFile, userAppOf } from '../../../adapters/spotify/app.ts';
import { grantFile } from '../../../adapters/spotify/user-grant.ts';
import { AccessRefusedError, CredentialsError, LoginError } from '../../../core/errors.ts';
import { Ledger } from '../../../core/ledger.ts';
import { userConnector } from '../../../lambdas/login/connect.ts';
import { type LoginDeps, login } from '../../../lambdas/login/login.ts';
import { type Account, failure, withAccount } from '../spotify-user/account.ts';

/** What the user's browser does with the page that it is shown. */
type Browse = (url: string, redirectUri: string) => unknown;

interface Visit {
  pages: { status: number; text: string; headers: Headers }[];
  said: string[];
  urls: string[];
}

/** Goes where the page sends, as a browser does whose user agrees. */
async function visit(url: string, into: Visit): Promise<void> {
  const answer = await fetch(url);
  into.pages.push({ status: answer.status, text: await answer.text(), headers: answer.headers });
}

/** Runs a test of a login with the stand-in, without anybody logged in. */
const trial = (
  test: (
    account: Account,
    log: (browse?: Browse, port?: number) => ReturnType<typeof login>,
    visit: Visit,
  ) => Promise<void>,
  ...[options, app]: [Parameters<typeof withAccount>[1]?, Parameters<typeof withAccount>[2]?]
) =>
  withAccount(
    async (account) => {
      const seen: Visit = { pages: [], said: [], urls: [] };
      account.grant.value = { ...account.grant.value, refresh_token: '', authorized_at: '' };
      const run = (browse: Browse = (url) => visit(url, seen), port = 0) => {
        let browsing: unknown;
        const deps: LoginDeps = {
          ...account.deps,
          randomBytes,
          say: (line) => seen.said.push(line),
          show: (url, redirectUri) => {
            seen.urls.push(url);
            browsing = browse(url, redirectUri);
          },
        };
        return login(deps, { port, timeout: 300 }).finally(() => browsing);
      };
      await test(account, run, seen);
    },
    options,
    app,
  );

const query = (seen: Visit) => Object.fromEntries(new URL(seen.urls[0] ?? '').searchParams);

test('consent is asked for, exchanged and stored, and never shown', () =>
  trial(async ({ grant, deps, standIn, clock }, log, seen) => {
    const result = await log();
    expect(result).toEqual({
      account: 'stand-in-user',
      name: 'Stand-in User',
      scopes: [
        'user-read-recently-played',
        'playlist-modify-private',
        'playlist-modify-public',
        'playlist-read-private',
      ],
      authorizedAt: '2026-11-22T12:00:00.000Z',
      expiresAt: '2027-05-22T12:00:00.000Z',
    });
    expect(grant.value).toEqual({
      refresh_token: expect.stringMatching(/^AQ/),
      scopes: result.scopes.join(' '),
      authorized_at: result.authorizedAt,
      account: 'stand-in-user',
      client_id: 'stand-in',
      pkce: false,
      needs_consent_since: null,
      refused_at: null,
    });
    expect(query(seen)).toEqual({
      client_id: 'stand-in',
      response_type: 'code',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      scope: result.scopes.join(' '),
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    const [page] = seen.pages;
    expect(page?.status).toBe(200);
    expect(page?.text).toContain('Back to the terminal');
    expect(page?.text).not.toMatch(/<script|src=|href=/);
    expect(page?.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page?.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page?.headers.get('cache-control')).toBe('no-store');
    expect(JSON.stringify([result, seen.said, seen.urls])).not.toContain(grant.value.refresh_token);
    clock.advance(1000);
    const { client, close } = userConnector({ ...deps, grant: grant.view() })(new Ledger());
    expect(await client.me()).toMatchObject({ id: 'stand-in-user' });
    await close();
    expect(standIn.requests.entries.filter(({ status }) => status >= 400)).toEqual([]);
  }));

test('an app without a secret logs in by PKCE alone, and refreshes without one', () =>
  trial(
    async ({ grant, deps }, log, seen) => {
      await log();
      expect(query(seen)).toMatchObject({
        code_challenge_method: 'S256',
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      });
      expect(grant.value.pkce).toBe(true);
      const { client, close } = userConnector({ ...deps, grant: grant.view() })(new Ledger());
      expect(await client.me()).toMatchObject({ id: 'stand-in-user' });
      await close();
    },
    {},
    { client_id: 'public-app' },
  ));

test('in a data folder: two files for their owner alone, by which later commands know the app and the user', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-login-'));
  expect(await failure(userAppOf({}, appFile(folder)))).toBeInstanceOf(CredentialsError);
  await withAccount(async ({ deps }) => {
    const show = (url: string) => void fetch(url);
    const stores = { grant: grantFile(folder), appStore: appFile(folder) };
    await login({ ...deps, ...stores, randomBytes, say: () => {}, show }, { port: 0, timeout: 300 });
  });
  for (const name of ['spotify-user.json', 'spotify-app.json']) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  }
  expect(await grantFile(folder).read()).toMatchObject({ account: 'stand-in-user', client_id: 'stand-in' });
  const app = { client_id: 'stand-in', client_secret: 'stand-in' };
  expect(await userAppOf({}, appFile(folder))).toEqual(app);
  expect(await userAppOf({ SPOTIFY_CLIENT_ID: 'mine' }, appFile(folder))).toEqual({ client_id: 'mine' });
  await rm(folder, { recursive: true });
});

test('denied', () =>
  trial(
    async ({ grant }, log, seen) => {
      const error = await failure(log());
      expect(error).toBeInstanceOf(LoginError);
      expect(error.message).toContain('denied');
      expect(error.hint).toContain('press Agree');
      expect(seen.pages[0]?.text).toContain('Not connected');
      expect(grant.writes).toBe(0);
    },
    { user: { consent: 'denied' } },
  ));

test('a user who is not on the app’s list agrees and is refused at once; what was stored stays', () =>
  trial(
    async ({ grant }, log) => {
      const error = await failure(log());
      expect(error).toBeInstanceOf(AccessRefusedError);
      expect(error.hint).toContain('User Management');
      expect(grant.writes).toBe(0);
    },
    { user: { allowListed: false } },
  ));

test('an app with a wrong secret', () =>
  trial(
    async (_, log) => expect(await failure(log())).toBeInstanceOf(CredentialsError),
    {},
    { client_id: 'stand-in', client_secret: 'wrong' },
  ));

test('another state is refused and told, and the right one is waited for', () =>
  trial(async ({ grant }, log, seen) => {
    const result = await log(async (url, redirectUri) => {
      await visit(`${redirectUri}?code=evil&state=other`, seen);
      await visit(`${redirectUri}?code=evil`, seen);
      await visit(`${redirectUri}?error=access_denied&state=`, seen);
      await visit(`${new URL(redirectUri).origin}/favicon.ico`, seen);
      await visit(`${new URL(redirectUri).origin}//`, seen);
      await visit(url, seen);
    });
    expect(result.account).toBe('stand-in-user');
    expect(seen.pages.map(({ status }) => status)).toEqual([400, 400, 400, 404, 404, 200]);
    expect(seen.said).toHaveLength(3);
    expect(seen.said[0]).toContain('another state');
    expect(grant.writes).toBe(1);
  }));

test('a request for another host, or by another method, is refused', () =>
  trial(async (_, log) => {
    const statuses: (number | undefined)[] = [];
    const send = (url: string, method: string, host?: string) =>
      new Promise<void>((resolve) => {
        const headers = host === undefined ? {} : { host };
        rawRequest(url, { method, headers }, (answer) => {
          statuses.push(answer.statusCode);
          answer.resume().on('end', resolve);
        }).end();
      });
    await log(async (url, redirectUri) => {
      const { searchParams } = new URL(url);
      const right = `${redirectUri}?code=evil&state=${searchParams.get('state')}`;
      const { port } = new URL(redirectUri);
      await send(right, 'GET', `localhost:${port}`);
      await send(right, 'GET', 'evil.example');
      await send(right, 'POST');
      await fetch(url);
    });
    expect(statuses).toEqual([403, 403, 404]);
  }));

test('nobody answers: the time is up, and the redirect URI to register is named', () =>
  trial(async ({ clock, grant }, log) => {
    let redirect = '';
    const error = await failure(
      log((_, redirectUri) => {
        redirect = redirectUri;
        setImmediate(() => clock.advance(300_000));
      }),
    );
    expect(error).toBeInstanceOf(LoginError);
    expect(error.message).toBe("expected Spotify's answer within 300 s, got none");
    expect(error.hint).toContain(`register exactly ${redirect} `);
    expect(grant.writes).toBe(0);
    await expect(fetch(redirect)).rejects.toThrow(); // the server is gone
  }));

test('only an answer of another state came: the end of the time says so', () =>
  trial(async ({ clock }, log, seen) => {
    const error = await failure(
      log(async (_, redirectUri) => {
        await visit(`${redirectUri}?code=evil&state=other`, seen);
        clock.advance(300_000);
      }),
    );
    expect(error.message).toContain('wrong state');
  }));

test.each([
  ['server_error', 'got server_error from Spotify'],
  ['<script>alert(1)</script>', 'got an answer without a code'],
])('an answer with the error %s', (word, message) =>
  trial(async (_, log, seen) => {
    const error = await failure(
      log(async (url, redirectUri) => {
        const state = new URL(url).searchParams.get('state') ?? '';
        await visit(`${redirectUri}?${new URLSearchParams({ error: word, state })}`, seen);
      }),
    );
    expect(error).toBeInstanceOf(LoginError);
    expect(error.message).toContain(message);
    expect(seen.pages[0]?.text).not.toContain(word);
  }),
);

test.each([
  ['Invalid redirect URI', 'register exactly http://127.0.0.1:'],
  ['Invalid authorization code', 'log in again'],
])('a code that Spotify does not take: %s', (error_description, hint) =>
  trial(async ({ standIn }, log) => {
    standIn.faults.add({
      match: '/api/token',
      kind: 'status',
      status: 400,
      body: { error: 'invalid_grant', error_description },
    });
    const error = await failure(log());
    expect(error).toBeInstanceOf(LoginError);
    expect(error.hint).toContain(hint);
  }),
);

test('a port that is in use', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await trial(async (_, log, seen) => {
    const error = await failure(log(undefined, port));
    expect(error).toBeInstanceOf(LoginError);
    expect(error.message).toContain(`expected port ${port}`);
    expect(error.hint).toContain('--port');
    expect(seen.urls).toEqual([]);
  }).finally(() => other.close());
});
