import { newCode } from './grants.ts';
import type { Reply, Route, StandInRequest } from './http.ts';
import type { User } from './user.ts';

/** What is registered for every app: the loopback address, at any port and path. */
const REDIRECT_URI = /^http:\/\/127\.0\.0\.1:\d{1,5}\/[^\s#]*$/;
/** Every scope of Spotify's, as of May 2026. */
const SCOPES = new Set(
  [
    'app-remote-control playlist-modify-private playlist-modify-public playlist-read-collaborative',
    'playlist-read-private streaming ugc-image-upload user-follow-modify user-follow-read',
    'user-library-modify user-library-read user-modify-playback-state user-read-currently-playing',
    'user-read-email user-read-playback-position user-read-playback-state user-read-private',
    'user-read-recently-played user-top-read',
  ].flatMap((line) => line.split(' ')),
);

const page = (text: string): Reply => ({ status: 400, body: `${text}\n` });

function back(redirectUri: string, answer: Readonly<Record<string, string | null>>): Reply {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) {
    if (value !== null) target.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: target.href }, body: undefined };
}

async function authorize({ query }: StandInRequest, user: User): Promise<Reply> {
  const client = query.get('client_id');
  const redirect_uri = query.get('redirect_uri');
  const state = query.get('state');
  if (!client) return page('Missing required parameter: client_id');
  if (redirect_uri === null || !REDIRECT_URI.test(redirect_uri) || !URL.canParse(redirect_uri)) {
    return page('INVALID_CLIENT: Invalid redirect URI');
  }
  const answer = (fields: Readonly<Record<string, string>>): Reply =>
    back(redirect_uri, { ...fields, state });
  if (query.get('response_type') !== 'code') return answer({ error: 'unsupported_response_type' });
  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  if ((challenge === null) !== (method === null) || (method !== null && method !== 'S256')) {
    return answer({ error: 'invalid_request' });
  }
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  if (scopes.some((scope) => !SCOPES.has(scope))) return answer({ error: 'invalid_scope' });
  if (user.settings.consent === 'denied') return answer({ error: 'access_denied' });
  const asked = { client, scopes, redirect_uri, challenge };
  return answer({ code: await user.change((users) => newCode(users, asked, user.now())) });
}

/** The page that asks the user for consent. This user is of one mind: it answers at once, as the settings say. */
export const consentRoutes = (user: User): Route[] => [
  { method: 'GET', path: '/authorize', handle: (request) => authorize(request, user) },
];
