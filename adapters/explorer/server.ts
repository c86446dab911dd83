import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { InternalError, InvalidInputError, SoundalikeError, UsageError } from '../../core/errors.ts';
import { isSame } from '../secrets/is-same.ts';
import { codeOf } from '../storage-error.ts';
import type { Page } from './page.ts';

/** Answers a question, given what stands in its URL's query. */
export type Answer = (query: Record<string, string>) => Promise<object>;

/** What the explorer's server needs. */
export interface ExplorerServerOptions {
  page: Page;
  /** By path: `/api/catalogue`. */
  answers: Readonly<Record<string, Answer>>;
  /** What every request must show: other users of this machine reach the port too. Characters of base64url. */
  token: string;
  /** Of 127.0.0.1; 0 for any free one. */
  port: number;
  /** Takes any free port where that one is taken. */
  orAny: boolean;
  /** Told of errors that nothing foresaw. */
  onFault: (error: unknown) => void;
}

/** A server that runs. */
export interface ExplorerServer {
  /** With the token. */
  url: string;
  close(): Promise<void>;
}

/** An answer before it is sent. */
interface Reply {
  status: number;
  type: 'text/html' | 'application/json';
  body: string;
  headers?: Record<string, string>;
}

const HOST = '127.0.0.1';
/** The parameter of the URL that shows the token. */
const TOKEN = 'token';
/** Smaller bodies are not worth it. */
const WORTH_GZIP = 4096;
/** Most of what the best level saves, in a tenth of its time. */
const GZIP_LEVEL = 4;

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'accept-encoding',
  'x-content-type-options': 'nosniff',
};

/** HTTP status of an error, by its code; any other is the server's fault. */
const STATUS: Readonly<Record<string, number>> = {
  'invalid-input': 400,
  usage: 400,
  'unknown-artist': 404,
  'no-data': 404,
  'aws-refused': 503,
  'day-not-ready': 503,
  'service-unavailable': 503,
};

/**
 * Serves the explorer's page and its answers on 127.0.0.1. Requests by another Host are refused, since any page could
 * have its own name lead here, and so are those without the token, in the URL or in the cookie that the page's answer
 * sets. Throws `UsageError` where the port is taken.
 */
export async function serveExplorer(options: ExplorerServerOptions): Promise<ExplorerServer> {
  const server = createServer(async (request, response) => {
    const { port } = server.address() as AddressInfo;
    const reply = await replyTo({ ...options, port }, request).catch((error: unknown) =>
      failed(options, error),
    );
    await send(request, response, reply).catch(options.onFault);
  });
  await listen(server, options.port).catch((error: unknown) => {
    if (options.orAny && codeOf(error) === 'EADDRINUSE') return listen(server, 0);
    throw new UsageError(
      `expected port ${options.port} of ${HOST} to be free, got ${codeOf(error)}`,
      'name another with --port, or leave it out',
      { cause: error },
    );
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/?${TOKEN}=${options.token}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** What a browser that asks this server puts into Host, which leaves HTTP's own port out. */
const hostsOf = (port: number): string[] =>
  [HOST, 'localhost'].flatMap((host) => (port === 80 ? [host, `${host}:80`] : [`${host}:${port}`]));

/** Of the cookie: a browser sends a host's cookies to all of its ports. */
const cookieOf = (port: number): string => `soundalike-${port}`;

/** Whether a request shows the token, in its URL or in the cookie. */
function showsToken({ token, port }: ExplorerServerOptions, cookies = '', asked: URL | null): boolean {
  const shown = [
    asked?.searchParams.get(TOKEN) ?? '',
    ...cookies
      .split(/; */)
      .map((cookie) => (cookie.startsWith(`${cookieOf(port)}=`) ? cookie.replace(/^[^=]*=/, '') : '')),
  ];
  return shown.some((value) => isSame(value, token));
}

async function replyTo(
  options: ExplorerServerOptions,
  { headers, method, url }: IncomingMessage,
): Promise<Reply> {
  const { page, answers, token, port } = options;
  const hosts = hostsOf(port);
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) {
    return refused(
      403,
      'wrong-host',
      `expected the Host ${hosts[0]}`,
      'open the URL that the command printed',
    );
  }
  const asked = URL.parse(url ?? '', `http://${HOST}`);
  if (!showsToken(options, headers.cookie, asked)) {
    return refused(
      403,
      'wrong-token',
      'expected the token of this explorer in the URL or in its cookie',
      'open the URL that the command printed, whole',
    );
  }
  if (method !== 'GET' && method !== 'HEAD') {
    const reply = refused(405, 'method', `expected GET or HEAD, got ${method}`, 'the explorer only reads');
    return { ...reply, headers: { allow: 'GET, HEAD' } };
  }
  if (asked?.pathname === '/') {
    return {
      status: 200,
      type: 'text/html',
      body: page.html,
      headers: {
        'content-security-policy': page.policy,
        'set-cookie': `${cookieOf(port)}=${token}; Path=/; HttpOnly; SameSite=Strict`,
      },
    };
  }
  const answer = answers[asked?.pathname ?? ''];
  if (!asked || !answer) {
    const known = ['/', ...Object.keys(answers)].join(', ');
    return refused(404, 'not-found', `expected one of ${known}`, 'see the URL');
  }
  return { status: 200, type: 'application/json', body: JSON.stringify(await answer(queryOf(asked))) };
}

function queryOf({ searchParams }: URL): Record<string, string> {
  searchParams.delete(TOKEN);
  const twice = [...searchParams.keys()].find((name) => searchParams.getAll(name).length > 1);
  if (twice === undefined) return Object.fromEntries(searchParams);
  throw new InvalidInputError(
    `expected ${twice} once, got it ${searchParams.getAll(twice).length} times`,
    'name one',
  );
}

function failed({ onFault }: ExplorerServerOptions, error: unknown): Reply {
  const known = error instanceof SoundalikeError ? error : new InternalError(error);
  const status = STATUS[known.code] ?? 500;
  if (status === 500) onFault(error);
  return refused(status, known.code, known.message, known.hint);
}

const refused = (status: number, code: string, message: string, hint: string): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify({ error: { code, message, hint } }),
});

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, headers }: Reply,
): Promise<void> {
  const plain = Buffer.from(body);
  const isZipped =
    plain.length > WORTH_GZIP && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const bytes = isZipped ? await promisify(gzip)(plain, { level: GZIP_LEVEL }) : plain;
  response.writeHead(status, {
    ...HEADERS,
    // What is no page is never to be shown as one.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'content-length': bytes.length,
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
  });
  // Node leaves the body out of an answer to HEAD.
  response.end(bytes);
}
