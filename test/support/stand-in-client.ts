import { sampleCatalogue } from '../../sample/generate.ts';
import { type StandIn, type StandInOptions, startStandIn } from '../../sample/stand-in/server.ts';
import { STAND_IN_USER } from '../../sample/stand-in/user-state.ts';

/** An answer read as text, and as JSON where it is that. */
interface StandInAnswer<T> {
  status: number;
  headers: Headers;
  text: string;
  json: T;
}

/** A stand-in that is up, and a client of it with a token. */
export interface StandInClient {
  standIn: StandIn;
  /** Asks for a path of the server (`/v1/...`) or a whole URL. A header of `null` is not sent. */
  get<T>(
    path: string,
    init?: { authorization?: string | null; method?: string; body?: string },
  ): Promise<StandInAnswer<T>>;
}

/** A stand-in that is up, and a client of it with a token of its user. */
export interface UserClient extends StandInClient {
  /** Sends JSON, where there is a body. */
  send<T>(method: string, path: string, body?: unknown): Promise<StandInAnswer<T>>;
  /** Takes another token of the user: the one it had may be over. */
  renew(): Promise<void>;
}

/** Asks for a client-credentials token. */
export async function newToken(standIn: StandIn): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' });
  const answer = await fetch(`${standIn.urls.accounts}/api/token`, { method: 'POST', body });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

/** What the accounts service says to a request for a token. */
export interface TokenAnswer {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
  scope: string;
  error?: string;
  error_description?: string;
}

/** Posts a form to the accounts service, of a confidential client unless the form names its client. */
export async function tokens(standIn: StandIn, form: Record<string, string>): Promise<[number, TokenAnswer]> {
  const credentials: Record<string, string> =
    'client_id' in form ? {} : { client_id: 'stand-in', client_secret: 'stand-in' };
  const body = new URLSearchParams({ ...credentials, ...form });
  const answer = await fetch(`${standIn.urls.accounts}/api/token`, { method: 'POST', body });
  return [answer.status, (await answer.json()) as TokenAnswer];
}

/** A refresh of the logged-in user's token, or of the one given. */
export const refresh = (standIn: StandIn, refresh_token: string = STAND_IN_USER.refreshToken) =>
  tokens(standIn, { grant_type: 'refresh_token', refresh_token });

/** Where the consent page sends the user to. Scopes are those of the logged-in user unless told. */
export async function authorize(standIn: StandIn, query: Record<string, string> = {}) {
  const usual = {
    client_id: 'stand-in',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:8888/callback',
    scope: STAND_IN_USER.scopes.join(' '),
    state: 'a state',
  };
  const url = `${standIn.urls.accounts}/authorize?${new URLSearchParams({ ...usual, ...query })}`;
  const answer = await fetch(url, { redirect: 'manual' });
  const location = answer.headers.get('location');
  return {
    status: answer.status,
    text: await answer.text(),
    location,
    back: new URL(location ?? 'none:').searchParams,
  };
}

/** Starts a stand-in, and a client with the token of its user, who has granted the scopes given. */
export async function userClient(
  options: Partial<StandInOptions> = {},
  scopes: readonly string[] = STAND_IN_USER.scopes,
): Promise<UserClient> {
  const client = await standInClient(options);
  const { standIn } = client;
  let bearer = '';
  const renew = async (): Promise<void> => {
    const redirect_uri = 'http://127.0.0.1:8888/callback';
    const { back } = await authorize(standIn, { redirect_uri, scope: scopes.join(' ') });
    const form = { grant_type: 'authorization_code', redirect_uri, code: back.get('code') ?? '' };
    const [, { access_token }] = await tokens(standIn, form);
    bearer = `Bearer ${access_token}`;
  };
  await renew();
  const get: StandInClient['get'] = (path, init) => client.get(path, { authorization: bearer, ...init });
  return {
    standIn,
    get,
    send: (method, path, body) =>
      get(path, body === undefined ? { method } : { method, body: JSON.stringify(body) }),
    renew,
  };
}

/** Starts a stand-in on a free port, with the sample unless told, and a client of it. */
export async function standInClient(options: Partial<StandInOptions> = {}): Promise<StandInClient> {
  const standIn = await startStandIn({ catalogue: sampleCatalogue(), mode: 'extended', ...options });
  const bearer = `Bearer ${await newToken(standIn)}`;
  return {
    standIn,
    async get<T>(path: string, init: { authorization?: string | null; method?: string; body?: string } = {}) {
      const { authorization = bearer, ...rest } = init;
      const headers: Record<string, string> = authorization === null ? {} : { authorization };
      const answer = await fetch(new URL(path, standIn.urls.accounts), { ...rest, headers });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.startsWith('application/json') && text !== '';
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        json: (isJson ? JSON.parse(text) : undefined) as T,
      };
    },
  };
}
