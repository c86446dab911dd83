import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Catalogue } from '../../core/catalogue.ts';
import { accountsRoutes, Tokens } from './accounts.ts';
import { indexCatalogue } from './catalogue-index.ts';
import { consentRoutes } from './consent.ts';
import { CONTROL_PATH, userControlRoutes } from './control-routes.ts';
import { FAULTS_PATH, faultRoutes } from './fault-routes.ts';
import { type Fault, FaultSwitch, instead, isDone, spoil } from './faults.ts';
import { pathParams, Refusal, type Reply, type Route, type StandInRequest, spotifyError } from './http.ts';
import { meRoutes } from './me.ts';
import { type Mode, RIGHTS } from './modes.ts';
import { playlistRoutes } from './playlists.ts';
import { reccobeatsRoutes } from './reccobeats.ts';
import { RequestLog } from './request-log.ts';
import { spotifyRoutes } from './spotify.ts';
import { SpotifyObjects } from './spotify-objects.ts';
import { USUAL_USER, User, type UserSettings, type UserStore } from './user.ts';

const HOST = '127.0.0.1';
const MAX_BODY_BYTES = 1_000_000;

/** How a stand-in is started. */
export interface StandInOptions {
  /** What it serves; it must not be changed afterwards. */
  catalogue: Catalogue;
  mode: Mode;
  /** Any free one unless told. */
  port?: number;
  /** Epoch milliseconds; tokens expire by it, and answers are dated by it. */
  now?: () => number;
  /** How its user behaves, where that is not as usual: consents, is allowed, listens; no rotation, the mode's paths. */
  user?: Partial<UserSettings>;
  /** Where the user's state is kept; in memory unless given. */
  store?: UserStore;
}

/** The base URLs of a stand-in, as the environment variables of core/names.ts take them. */
interface StandInUrls {
  accounts: string;
  api: string;
  reccobeats: string;
  faults: string;
  /** Settings and state of the user. */
  user: string;
}

/** A running stand-in. */
export interface StandIn {
  urls: StandInUrls;
  user: User;
  faults: FaultSwitch;
  requests: RequestLog;
  /** Ends it and every connection to it. */
  close(): Promise<void>;
}

interface Service {
  host: string;
  routes: readonly Route[];
  control: readonly Route[];
  tokens: Tokens;
  user: User;
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

async function answer(routes: readonly Route[], request: StandInRequest): Promise<Reply> {
  for (const route of routes) {
    const params = route.method === request.method ? pathParams(route.path, request.path) : undefined;
    if (params === undefined) continue;
    try {
      return await route.handle({ ...request, params });
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
  const fault = service.faults.take(request);
  const log = (status: number): void =>
    service.requests.add({
      method: request.method,
      path: request.path,
      query: request.query.toString(),
      status,
    });
  if (fault?.kind === 'slow') await delay(fault.delayMs, undefined, { signal: service.closing });
  if (fault?.kind === 'unauthorized') await service.tokens.revoke(request, fault.consent);
  if (fault?.kind === 'playlist-gone') {
    await service.user.deletePlaylist(/^\/v1\/playlists\/([^/]+)/.exec(request.path)?.[1] ?? '');
  }
  const done = isDone(fault) ? await answer(service.routes, request) : undefined;
  const reply = instead(fault) ?? (done && spoil(fault, done));
  if (reply === undefined || (fault?.kind === 'cut' && fault.where === 'before')) {
    log(0);
    response.destroy();
    return;
  }
  log(reply.status);
  send(response, reply, fault);
}

async function handle(message: IncomingMessage, response: ServerResponse, service: Service): Promise<void> {
  response.setHeader('date', new Date(service.user.now()).toUTCString());
  try {
    // A page of another origin could make a browser ask 127.0.0.1 under its own host name (DNS rebinding).
    if (message.headers.host !== service.host) {
      send(response, { status: 403, body: `This server answers to ${service.host} only.\n` });
      return;
    }
    const request = await readRequest(message);
    const isControl = request.path.startsWith(`${CONTROL_PATH}/`);
    if (isControl) send(response, await answer(service.control, request));
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
    user: `http://${host}${CONTROL_PATH}/user`,
  };
  const { catalogue, store, now = Date.now } = options;
  const index = indexCatalogue(catalogue);
  const rights = RIGHTS[options.mode];
  const settings = { ...USUAL_USER, playlistPaths: rights.playlistPaths, ...options.user };
  const user = new User({ catalogue, settings, now, store });
  const tokens = new Tokens(now, user);
  const faults = new FaultSwitch();
  const requests = new RequestLog();
  const closing = new AbortController();
  const objects = new SpotifyObjects(index, rights, urls.api);
  const context = { user, tokens, rights, objects, api: urls.api };
  const routes = [
    ...consentRoutes(user),
    ...accountsRoutes(tokens, user),
    ...meRoutes(context),
    ...playlistRoutes(context),
    ...spotifyRoutes({ index, rights, tokens, objects, api: urls.api }),
    ...reccobeatsRoutes(index),
  ];
  const control = [...faultRoutes(faults), ...userControlRoutes(user)];
  const service: Service = { host, routes, control, tokens, user, faults, requests, closing: closing.signal };
  server.on('request', (message, response) => void handle(message, response, service));
  return {
    urls,
    user,
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
