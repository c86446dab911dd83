import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoginError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { isSame } from '../secrets/is-same.ts';
import { codeOf } from '../storage-error.ts';
import { CONSENT_HEADERS, type Page, pageOf } from './consent-page.ts';

/**
 * The least that Soundalike asks for: what was heard; writing the playlist, be it private or public; and finding that
 * playlist among the user's own.
 */
export const SCOPES = [
  'user-read-recently-played',
  'playlist-modify-private',
  'playlist-modify-public',
  'playlist-read-private',
];

const HOST = '127.0.0.1';
const PATH = '/callback';
/** Of the state and of PKCE's verifier, which is then 43 characters long. */
const RANDOM_BYTES = 32;

/** What asking for consent needs. */
export interface ConsentOptions {
  /** Base URL of Spotify's accounts service. */
  accountsUrl: string;
  clientId: string;
  /** Of the server on 127.0.0.1; 0 for any free one. */
  port: number;
  timeoutMs: number;
  clock: Clock;
  randomBytes: (size: number) => Uint8Array;
  /** Shows the page where the user consents; it holds no secret. */
  show: (url: string, redirectUri: string) => void;
  /** Tells the user something. */
  say: (line: string) => void;
}

/** The user's consent, to be exchanged for a token. */
export interface Consent {
  code: string;
  redirectUri: string;
  /** Of PKCE: it shows that whoever exchanges the code has asked for it. */
  verifier: string;
}

/**
 * Asks the user for consent: shows Spotify's page and waits on 127.0.0.1 until the browser comes back with the answer.
 * An answer with another state is refused and told, and the right one is waited for: any page that the browser shows
 * could end the login otherwise. Throws `LoginError`.
 * Source: https://developer.spotify.com/documentation/web-api/tutorials/code-flow, .../code-pkce-flow
 */
export async function askConsent(options: ConsentOptions): Promise<Consent> {
  const random = () => Buffer.from(options.randomBytes(RANDOM_BYTES)).toString('base64url');
  const state = random();
  const verifier = random();
  const server = createServer();
  try {
    const redirectUri = `http://${await listen(server, options.port)}${PATH}`;
    options.show(authorizeUrl(options, redirectUri, state, verifier), redirectUri);
    return { code: await answerOf(server, options, redirectUri, state), redirectUri, verifier };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function authorizeUrl(
  { accountsUrl, clientId }: ConsentOptions,
  redirectUri: string,
  state: string,
  verifier: string,
): string {
  const url = new URL(`${accountsUrl.replace(/\/+$/, '')}/authorize`);
  url.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: SCOPES.join(' '),
    state,
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  }).toString();
  return url.href;
}

/** Resolves with the server's host and port. */
async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  }).catch((error) => {
    throw new LoginError(
      `expected port ${port} of ${HOST} to be free for Spotify's answer, got ${codeOf(error)}`,
      `name another with --port, and register http://${HOST}:<port>${PATH} with the app`,
      { cause: error },
    );
  });
  return `${HOST}:${(server.address() as AddressInfo).port}`;
}

/** The code that the browser brings. */
function answerOf(
  server: Server,
  { clock, timeoutMs, say }: ConsentOptions,
  redirectUri: string,
  state: string,
): Promise<string> {
  const { host, pathname } = new URL(redirectUri);
  return new Promise<string>((resolve, reject) => {
    let hadOtherState = false;
    const stop = clock.every(timeoutMs, () => {
      stop();
      reject(timedOut(timeoutMs, redirectUri, hadOtherState));
    });
    server.on('request', (request, response) => {
      const reply = (page: Page, then = () => {}) => {
        const { status, html } = pageOf(page);
        response.once('close', then).writeHead(status, CONSENT_HEADERS).end(html);
      };
      if (request.headers.host !== host) return reply('wrong-host');
      const url = URL.parse(request.url ?? '', redirectUri);
      if (request.method !== 'GET' || url?.pathname !== pathname) return reply('not-found');
      const { searchParams } = url;
      if (!isSame(searchParams.get('state') ?? '', state)) {
        hadOtherState = true;
        say('Refused an answer with another state: it belongs to another login. Still waiting for this one.');
        return reply('other-state');
      }
      const code = searchParams.get('code');
      stop();
      if (code) reply('agreed', () => resolve(code));
      else reply('refused', () => reject(refused(searchParams.get('error') ?? '')));
    });
  });
}

function timedOut(timeoutMs: number, redirectUri: string, hadOtherState: boolean): LoginError {
  const came = hadOtherState ? 'only one of another login (wrong state)' : 'none';
  return new LoginError(
    `expected Spotify's answer within ${timeoutMs / 1000} s, got ${came}`,
    `log in again and press Agree; if Spotify's page said "Invalid redirect URI", register exactly ${redirectUri} with the app (https://developer.spotify.com/dashboard)`,
  );
}

function refused(error: string): LoginError {
  if (error === 'access_denied') {
    return new LoginError(
      "expected consent, but it was denied on Spotify's page",
      'log in again and press Agree; Soundalike asks for nothing that it does not use (docs/adr/0014-consent.md)',
    );
  }
  // The word comes from a URL, so that anybody may have written it.
  const word = /^[a-z_]{1,40}$/.test(error) ? error : 'an answer without a code';
  return new LoginError(
    `expected consent, got ${word} from Spotify`,
    'log in again; if it goes on, see the app at https://developer.spotify.com/dashboard',
  );
}
