import { forUser, need, type Tokens, type UserRoute } from './accounts.ts';
import { ok, Refusal, type Reply, type Route, type StandInRequest, spotifyError } from './http.ts';
import type { AppRights } from './modes.ts';
import { integer } from './paging.ts';
import type { SpotifyObjects } from './spotify-objects.ts';
import type { User } from './user.ts';
import { type Play, STAND_IN_USER } from './user-state.ts';

/** Spotify never shows an older play than this many. */
const HORIZON = 50;
const MAX_MS = 999_999_999_999_999;

/** What the routes of the user need. `api` is the Web API's base URL. */
export interface UserContext {
  user: User;
  tokens: Tokens;
  rights: AppRights;
  objects: SpotifyObjects;
  api: string;
}

/** PublicUserObject: whom a playlist belongs to. */
export const publicUser = (api: string, id: string) => ({
  id,
  type: 'user' as const,
  uri: `spotify:user:${id}`,
  href: `${api}/users/${id}`,
  external_urls: { spotify: `https://open.spotify.com/user/${id}` },
  display_name: id === STAND_IN_USER.id ? STAND_IN_USER.name : 'Somebody Else',
});

function profile({ api, rights }: UserContext, scopes: ReadonlySet<string>) {
  const extended = rights.all
    ? {
        followers: { href: null, total: 0 },
        ...(scopes.has('user-read-email') ? { email: 'stand-in@example.org' } : {}),
        ...(scopes.has('user-read-private')
          ? {
              country: 'US',
              explicit_content: { filter_enabled: false, filter_locked: false },
              product: 'premium',
            }
          : {}),
      }
    : {};
  return {
    ...publicUser(api, STAND_IN_USER.id),
    account_id: STAND_IN_USER.accountId,
    images: [],
    ...extended,
  };
}

const startOf = (play: Play): number => Date.parse(play.played_at);

/** The last plays that can be seen at a time, newest first. */
function visible(plays: readonly Play[], now: number): Play[] {
  const shown = plays.filter(
    (play) => startOf(play) <= now && Date.parse(play.visible_at ?? play.played_at) <= now,
  );
  return shown.sort((a, b) => startOf(b) - startOf(a)).slice(0, HORIZON);
}

/** Which plays are asked for: an `after` page holds those next to it, so that following it leaves none out. */
function pageOf(plays: readonly Play[], { query }: StandInRequest): { limit: number; page: readonly Play[] } {
  const limit = integer(query, 'limit', 20, 1, HORIZON);
  if (query.has('after') && query.has('before')) {
    throw new Refusal(spotifyError(400, 'Only one of after and before may be specified'));
  }
  if (query.has('after')) {
    const after = integer(query, 'after', 0, 0, MAX_MS);
    return { limit, page: plays.filter((play) => startOf(play) > after).slice(-limit) };
  }
  const before = integer(query, 'before', MAX_MS, 0, MAX_MS);
  return { limit, page: plays.filter((play) => startOf(play) < before).slice(0, limit) };
}

function playHistory({ objects }: UserContext, { uri, played_at }: Play) {
  const track = objects.trackOf(uri);
  const album = track?.album?.uri ? track.album : undefined;
  return {
    track,
    played_at,
    context: album
      ? { type: 'album', uri: album.uri, href: album.href, external_urls: album.external_urls }
      : null,
  };
}

/** CursorPagingPlayHistoryObject. A page that holds anything names a next one, even where that will be empty. */
async function recentlyPlayed(context: UserContext, request: StandInRequest): Promise<Reply> {
  const { plays } = await context.user.state();
  const { limit, page } = pageOf(visible(plays, context.user.now()), request);
  const url = (parameters: URLSearchParams): string =>
    `${context.api}/me/player/recently-played?${parameters}`;
  const [newest] = page;
  const oldest = page.at(-1);
  const href = url(request.query);
  if (newest === undefined || oldest === undefined) {
    return ok({ items: [], next: null, cursors: null, limit, href });
  }
  const cursors = { after: `${startOf(newest)}`, before: `${startOf(oldest)}` };
  const way = request.query.has('after') ? 'after' : 'before';
  const next = url(new URLSearchParams({ [way]: cursors[way], limit: `${limit}` }));
  return ok({ items: page.map((play) => playHistory(context, play)), next, cursors, limit, href });
}

/** The user's profile and listening. */
export function meRoutes(context: UserContext): Route[] {
  const routes: UserRoute[] = [
    { method: 'GET', path: '/v1/me', handle: (_, scopes) => ok(profile(context, scopes)) },
    {
      method: 'GET',
      path: '/v1/me/player/recently-played',
      handle: (request, scopes) => {
        need(scopes, 'user-read-recently-played');
        return recentlyPlayed(context, request);
      },
    },
  ];
  return routes.map((route) => forUser(route, context.tokens));
}
