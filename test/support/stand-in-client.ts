import { sampleCatalogue } from '../../sample/generate.ts';
import { type StandIn, type StandInOptions, startStandIn } from '../../sample/stand-in/server.ts';

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

/** Asks for a client-credentials token. */
export async function newToken(standIn: StandIn): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' });
  const answer = await fetch(`${standIn.urls.accounts}/api/token`, { method: 'POST', body });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
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
