import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { createBrotliCompress, createDeflate, createGzip } from 'node:zlib';

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
  /** Send the text again and again, in this encoding, for as long as the client takes it. */
  endless?: keyof typeof ENCODERS;
  /** Answer only after so many milliseconds, in real time. */
  afterMs?: number;
}

const ENCODERS = {
  identity: () => new PassThrough(),
  gzip: createGzip,
  deflate: createDeflate,
  br: createBrotliCompress,
};

/** Answers a request. */
export type Respond = (request: Seen) => Reply;

/** A server on 127.0.0.1 that remembers what it was asked. */
export interface TestServer {
  url: string;
  requests: Seen[];
  /** How many characters of an endless answer were sent, before they were encoded. */
  endlessly: number;
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
    if (reply.endless) {
      response.writeHead(reply.status ?? 200, {
        'content-type': 'application/json',
        ...(reply.endless === 'identity' ? {} : { 'content-encoding': reply.endless }),
      });
      const encoder = ENCODERS[reply.endless]();
      encoder.pipe(response);
      const closed = once(response, 'close');
      const chunk = (reply.text ?? 'x').repeat(Math.ceil(65_536 / (reply.text ?? 'x').length));
      while (!response.destroyed) {
        it.endlessly += chunk.length;
        if (!encoder.write(chunk)) await Promise.race([once(encoder, 'drain'), closed]);
      }
      encoder.destroy();
      return;
    }
    if (reply.afterMs) setTimeout(() => answer(response, reply), reply.afterMs).unref();
    else answer(response, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: TestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    endlessly: 0,
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
