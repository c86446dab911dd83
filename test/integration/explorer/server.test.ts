import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bundlePage } from '../../../adapters/explorer/bundle.ts';
import { pageOf } from '../../../adapters/explorer/page.ts';
import { type Answer, type ExplorerServer, serveExplorer } from '../../../adapters/explorer/server.ts';
import { NoDataError, ServiceUnavailableError, UsageError } from '../../../core/errors.ts';

const LARGE = { names: Array.from({ length: 1000 }, (_, i) => `방탄소년단 ${i}`) };
let asked = (): void => {};
const answers: Record<string, Answer> = {
  '/api/echo': async (query) => query,
  '/api/never': () => new Promise(() => asked()),
  '/api/large': async () => LARGE,
  '/api/nothing': async () => {
    throw new NoDataError('expected data, got none', 'make some');
  },
  '/api/away': async () => {
    throw new ServiceUnavailableError('expected S3, got nothing', 'later');
  },
  '/api/fault': async () => {
    throw new TypeError('x is not a function');
  },
};
const page = pageOf({
  html: '<!doctype html><!--style--><!--script-->',
  style: 'a{}',
  script: 'f("</script>")',
});

const TOKEN = 'Zx0_-'.repeat(8);
const open: ExplorerServer[] = [];
const faults: unknown[] = [];
async function serve(port = 0, orAny = false): Promise<ExplorerServer> {
  const server = await serveExplorer({
    page,
    answers,
    token: TOKEN,
    port,
    orAny,
    onFault: (error) => faults.push(error),
  });
  open.push(server);
  return server;
}
beforeEach(() => faults.splice(0));
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** The cookie that the page sets. */
const cookieOf = (url: string) => `soundalike-${new URL(url).port}=${TOKEN}`;

/** A request as it is, with any Host, of who has the cookie unless told. */
function ask(
  url: string,
  path = '/',
  { method = 'GET', headers = {} }: { method?: string; headers?: object } = {},
) {
  const { hostname, port } = new URL(url);
  const all = { cookie: cookieOf(url), ...headers };
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      request({ hostname, port, path, method, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      })
        .on('error', reject)
        .end();
    },
  );
}
const hashOf = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

test('the page, and headers that let it do nothing but ask this server', async () => {
  const { url } = await serve();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=(Zx0_-){8}$/);
  const { status, headers, body } = await ask(url);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-length': String(body.length),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': [
      "default-src 'none'",
      `script-src ${hashOf('f("<\\/script>")')}`,
      `style-src ${hashOf('a{}')}`,
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  });
  expect(headers).not.toHaveProperty('access-control-allow-origin');
  expect(body.toString()).toBe('<!doctype html><style>a{}</style><script>f("<\\/script>")</script>');
});

test('the real page in one piece: what it holds is what its policy allows', async () => {
  const { html, policy } = await bundlePage(join(import.meta.dirname, '../../../web'));
  const [style, script] = [/<style>(.*?)<\/style>/s, /<script>(.*?)<\/script>/s].map(
    (pattern) => pattern.exec(html)?.[1] ?? '',
  ) as [string, string];
  expect([style.length > 1000, script.length > 10_000]).toEqual([true, true]);
  expect(policy).toContain(`script-src ${hashOf(script)}; style-src ${hashOf(style)};`);
  expect(html.match(/<script|<style|<link/g)).toEqual(['<link', '<style', '<script']);
  expect(html).toMatch(/<link rel="icon" href="data:/);
  expect(html.replace(style, '').replace(script, '')).not.toMatch(
    /https?:\/\/(?!www\.w3\.org)| style=| on[a-z]+=/,
  );
});

test('answers are JSON that is never kept, zipped where that is worth it', async () => {
  const { url } = await serve();
  const echo = await ask(url, '/api/echo?artist=%EB%B0%A9&limit=2', {
    headers: { 'accept-encoding': 'gzip' },
  });
  expect([echo.status, JSON.parse(echo.body.toString())]).toEqual([200, { artist: '방', limit: '2' }]);
  expect(echo.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  expect(echo.headers).not.toHaveProperty('content-encoding');
  const zipped = await ask(url, '/api/large', { headers: { 'accept-encoding': 'br, gzip;q=0.5' } });
  expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(JSON.parse(gunzipSync(zipped.body).toString())).toEqual(LARGE);
  const plain = await ask(url, '/api/large');
  expect(JSON.parse(plain.body.toString())).toEqual(LARGE);
});

test('HEAD has no body', async () => {
  const { url } = await serve();
  for (const path of ['/', '/api/large']) {
    const [head, get] = [await ask(url, path, { method: 'HEAD' }), await ask(url, path)];
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  }
});

test.each([
  'evil.example',
  '127.0.0.1',
  '127.0.0.1:1',
  'localhost',
  '127.0.0.1:PORT.evil.example',
  'evil.example:PORT',
])('a request by the Host "%s" is refused', async (host) => {
  const { url } = await serve();
  const { status, body } = await ask(url, '/api/echo', {
    headers: { host: host.replace('PORT', new URL(url).port) },
  });
  expect([status, JSON.parse(body.toString())]).toMatchObject([403, { error: { code: 'wrong-host' } }]);
});

test('localhost is this host', async () => {
  const { url } = await serve();
  const headers = { host: `LOCALHOST:${new URL(url).port}` };
  expect((await ask(url, '/api/echo', { headers })).status).toBe(200);
});

test('without the token, in the URL or in the cookie that the page sets, every request is refused', async () => {
  const { url } = await serve();
  const paths = ['/', '/api/echo', '/api/large', '/api/fault', '/api/unknown', '//'];
  const wrong = [
    '',
    `${cookieOf(url)}x`,
    cookieOf(url).slice(0, -1),
    `soundalike-1=${TOKEN}`,
    `x${cookieOf(url)}`,
    TOKEN,
    `token=${TOKEN}`,
  ];
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      for (const cookie of wrong) {
        const { status, headers, body } = await ask(url, path, { method, headers: { cookie } });
        expect([path, method, cookie, status]).toEqual([path, method, cookie, 403]);
        expect(headers).not.toHaveProperty('set-cookie');
        expect(body.toString()).not.toContain(TOKEN);
        if (method !== 'HEAD') expect(JSON.parse(body.toString()).error.code).toBe('wrong-token');
      }
    }
    const joined = path.includes('?') ? '&' : '?';
    for (const query of ['token=', `token=${TOKEN}x`, `Token=${TOKEN}`, 'token']) {
      const { status } = await ask(url, `${path}${joined}${query}`, { headers: { cookie: '' } });
      expect([path, query, status]).toEqual([path, query, 403]);
    }
  }
  expect(faults).toEqual([]);
});

test('the token of the URL opens the page and each answer; the page’s answer keeps it in a cookie', async () => {
  const { url } = await serve();
  const without = { headers: { cookie: '' } };
  const opened = await ask(url, `/?token=${TOKEN}`, without);
  expect([opened.status, opened.headers['set-cookie']]).toEqual([
    200,
    [`${cookieOf(url)}; Path=/; HttpOnly; SameSite=Strict`],
  ]);
  const answered = await ask(url, `/api/echo?artist=a&token=${TOKEN}`, without);
  expect([answered.status, JSON.parse(answered.body.toString())]).toEqual([200, { artist: 'a' }]);
  expect(answered.headers).not.toHaveProperty('set-cookie');
  // A browser sends the cookies of this host's other ports beside.
  const cookie = `soundalike-1=other; ${cookieOf(url)}; theme=dark`;
  expect((await ask(url, '/api/echo', { headers: { cookie } })).status).toBe(200);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
  const { url } = await serve();
  const { status, headers, body } = await ask(url, '/api/echo', { method });
  expect([status, headers.allow, JSON.parse(body.toString()).error.code]).toEqual([
    405,
    'GET, HEAD',
    'method',
  ]);
});

test.each([
  ['/api/unknown', 404, 'not-found'],
  ['/index.html', 404, 'not-found'],
  ['/api/toString', 404, 'not-found'],
  ['/../../etc/passwd', 404, 'not-found'],
  ['/__proto__', 404, 'not-found'],
  ['//', 404, 'not-found'],
  ['/api/echo?a=1&a=2', 400, 'invalid-input'],
  ['/api/nothing', 404, 'no-data'],
  ['/api/away', 503, 'service-unavailable'],
  ['/api/fault', 500, 'internal'],
])('%s is answered with %i', async (path, status, code) => {
  const { url } = await serve();
  const answer = await ask(url, path);
  const { error } = JSON.parse(answer.body.toString());
  expect([answer.status, error.code, typeof error.message, typeof error.hint]).toEqual([
    status,
    code,
    'string',
    'string',
  ]);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(faults.length).toBe(status === 500 ? 1 : 0);
});

test('a port that is taken is refused where it was asked for, and another is taken where it was not', async () => {
  const first = await serve();
  const port = Number(new URL(first.url).port);
  await expect(serve(port)).rejects.toThrow(UsageError);
  const second = await serve(port, true);
  expect(second.url).not.toBe(first.url);
  expect((await ask(second.url, '/api/echo')).status).toBe(200);
});

test('nobody but this machine reaches it', async () => {
  const { url } = await serve();
  const other = new URL(url);
  other.hostname = '127.0.0.2';
  await expect(fetch(other)).rejects.toThrow();
});

test('closing ends what nobody has answered yet', async () => {
  const server = await serve();
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const unanswered = ask(server.url, '/api/never').catch(() => 'ended');
  await arrived;
  await server.close();
  open.length = 0;
  expect(await unanswered).toBe('ended');
  await expect(fetch(server.url)).rejects.toThrow();
});
