import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the server answers: JSON or text, or a fault. */
export interface Reply {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  /** Cut the connection before the answer, or in the middle of its body; or never go on from there. */
  cut?: 'connection' | 'body' | 'stalled-body';
  /** Answer only after so many milliseconds, in real time. */
  afterMs?: number;
}

/** Answers a request. */
export type Respond = (request: Seen) => Reply;

/** A server on 127.0.0.1 that remembers what it was asked. */
export interface TestServer {
  url: string;
  requests: Seen[];
  /** May be replaced while the server runs. */
  respond: Respond;
  close(): Promise<void>;
}

/** Starts a server on a free port. */
export async function serve(respond: Respond): Promise<TestServer> {
  const server = createServer(async (message, response) => {
    let body = '';
    for await (const chunk of message) body += chunk;
    const { pathname, searchParams } = new URL(message.url ?? '/', 'http://127.0.0.1');
    const { method = '', headers } = message;
    const seen = { method, path: pathname, query: searchParams, headers, body };
    it.requests.push(seen);
    const reply = it.respond(seen);
    if (reply.afterMs) setTimeout(() => answer(response, reply), reply.afterMs).unref();
    else answer(response, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: TestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    respond,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return it;
}

/** Gives the replies in turn; the last one again and again. */
export function inTurn(...replies: Reply[]): Respond {
  let turn = 0;
  return () => replies[Math.min(turn++, replies.length - 1)] ?? {};
}

function answer(response: ServerResponse, { status = 200, headers, json, text, cut }: Reply): void {
  if (cut === 'connection') {
    response.destroy();
    return;
  }
  const body = text ?? (json === undefined ? '' : JSON.stringify(json));
  const contentType = json === undefined ? 'text/plain' : 'application/json';
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  if (cut === 'body') response.write(body.slice(0, body.length / 2), () => response.destroy());
  else if (cut === 'stalled-body') response.write(body.slice(0, body.length / 2));
  else response.end(body);
}
