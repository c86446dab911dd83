import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';

/** A request as the routes see it. */
export interface StandInRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  /** The `:name` parts of the route's path, as they stand in the URL. */
  params: Readonly<Record<string, string>>;
}

/** An answer. A body that is a string goes out as plain text, undefined as nothing, all else as JSON. */
export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: unknown;
}

/** One endpoint. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v1/artists/:id`; a `:name` stands for one segment. */
  path: string;
  handle(request: StandInRequest): Reply | Promise<Reply>;
}

/** A request that is answered with an error; thrown by what reads parameters, turned into its reply by the server. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`refused with ${reply.status}`);
    this.name = 'Refusal';
    this.reply = reply;
  }
}

/** An answer of 200. */
export const ok = (body: unknown): Reply => ({ status: 200, body });

/** The JSON of a request's body; undefined where it is none. */
export function jsonBody({ body }: StandInRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The Web API's JSON error. */
export const spotifyError = (status: number, message = STATUS_CODES[status] ?? 'Error'): Reply => ({
  status,
  body: { error: { status, message } },
});

/** The `:name` parts of a path that a route's path fits; undefined where it does not. */
export function pathParams(routePath: string, path: string): Record<string, string> | undefined {
  const wanted = routePath.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}
