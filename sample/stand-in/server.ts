import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Catalogue } from '../../core/catalogue.ts';
import { accountsRoutes, Tokens } from './accounts.ts';
import { indexCatalogue } from './catalogue-index.ts';
import { FAULTS_PATH, faultRoutes } from './fault-routes.ts';
import { type Fault, FaultSwitch, spoil } from './faults.ts';
import { pathParams, Refusal, type Reply, type Route, type StandInRequest, spotifyError } from './http.ts';
import { type Mode, RIGHTS } from './modes.ts';
import { reccobeatsRoutes } from './reccobeats.ts';
import { RequestLog } from './request-log.ts';
import { spotifyRoutes } from './spotify.ts';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 1_000_000;

/** How a stand-in is started. */
export interface StandInOptions {
  /** What it serves; it must not be changed afterwards. */
  catalogue: Catalogue;
  mode: Mode;
  /** Any free one unless told. */
  port?: number;
  /** Epoch milliseconds; tokens expire by it. */
  now?: () => number;
}

/** The base URLs of a stand-in, as the environment variables of core/names.ts take them. */
interface StandInUrls {
  accounts: string;
  api: string;
  reccobeats: string;
  faults: string;
}

/** A running stand-in. */
export interface StandIn {
  urls: StandInUrls;
  faults: FaultSwitch;
  requests: RequestLog;
  /** Ends it and every connection to it. */
  close(): Promise<void>;
}

interface Service {
  host: string;
  routes: readonly Route[];
  tokens: Tokens;
  faults: FaultSwitch;
  requests: RequestLog;
  closing: AbortSignal;
}

async function readRequest(message: IncomingMessage): Promise<StandInRequest> {
  const url = new URL(`http://${HOST}${message.url}`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Refusal(spotifyError(413));
    chunks.push(chunk);
  }
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    params: {},
  };
}

function answer(routes: readonly Route[], request: StandInRequest): Reply {
  for (const route of routes) {
    const params = route.method === request.method ? pathParams(route.path, request.path) : undefined;
    if (params === undefined) continue;
    try {
      return route.handle({ ...request, params });
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      throw error;
    }
  }
  return spotifyError(404, 'Service not found');
}

function send(response: ServerResponse, { status, headers, body }: Reply, fault?: Fault): void {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  const half = text.slice(0, Math.floor(text.length / 2));
  const sent = fault?.kind === 'broken-json' ? half : text;
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': `${type}; charset=utf-8` }),
    'content-length': Buffer.byteLength(sent),
    ...headers,
  });
  if (fault?.kind === 'cut') response.write(half, () => response.destroy());
  else response.end(sent);
}

/** Answers one request of the services, as the fault that it meets has it. */
async function serve(request: StandInRequest, response: ServerResponse, service: Service): Promise<void> {
  const fault = service.faults.take(request.path);
  const log = (status: number): void =>
    service.requests.add({
      method: request.method,
      path: request.path,
      query: request.query.toString(),
      status,
    });
  if (fault?.kind === 'cut' && fault.where === 'before') {
    log(0);
    response.destroy();
    return;
  }
  if (fault?.kind === 'slow') await delay(fault.delayMs, undefined, { signal: service.closing });
  if (fault?.kind === 'unauthorized') service.tokens.revoke(request);
  const reply = spoil(fault, answer(service.routes, request));
  log(reply.status);
  send(response, reply, fault);
}

async function handle(message: IncomingMessage, response: ServerResponse, service: Service): Promise<void> {
  try {
    // A page of another origin could make a browser ask 127.0.0.1 under its own host name (DNS rebinding).
    if (message.headers.host !== service.host) {
      send(response, { status: 403, body: `This server answers to ${service.host} only.\n` });
      return;
    }
    const request = await readRequest(message);
    const isControl = request.path === FAULTS_PATH || request.path.startsWith(`${FAULTS_PATH}/`);
    if (isControl) send(response, answer(faultRoutes(service.faults), request));
    else await serve(request, response, service);
  } catch (error) {
    if (service.closing.aborted) response.destroy();
    else if (error instanceof Refusal) send(response, error.reply);
    else send(response, spotifyError(500, `The stand-in failed: ${error}`));
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * Starts Spotify's accounts service and Web API and ReccoBeats on one port of 127.0.0.1, serving a catalogue to an app of
 * one mode. Throws the system's error (`EADDRINUSE`) where the port is taken.
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const server = createServer();
  const host = `${HOST}:${await listen(server, options.port ?? 0)}`;
  const urls: StandInUrls = {
    accounts: `http://${host}`,
    api: `http://${host}/v1`,
    reccobeats: `http://${host}/reccobeats/v1`,
    faults: `http://${host}${FAULTS_PATH}`,
  };
  const index = indexCatalogue(options.catalogue);
  const tokens = new Tokens(options.now ?? Date.now);
  const faults = new FaultSwitch();
  const requests = new RequestLog();
  const closing = new AbortController();
  const routes = [
    ...accountsRoutes(tokens),
    ...spotifyRoutes({ index, rights: RIGHTS[options.mode], tokens, api: urls.api }),
    ...reccobeatsRoutes(index),
  ];
  const service: Service = { host, routes, tokens, faults, requests, closing: closing.signal };
  server.on('request', (message, response) => void handle(message, response, service));
  return {
    urls,
    faults,
    requests,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
