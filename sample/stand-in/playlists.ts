import * as z from 'zod';
import { forUser, need, type UserRoute } from './accounts.ts';
import { jsonBody, ok, type Reply, type Route, type StandInRequest, spotifyError } from './http.ts';
import type { UserContext } from './me.ts';
import { pageOf, windowOf } from './paging.ts';
import { find, isOwn, itemRoutes, mine, needToModify, read, refuse } from './playlist-items.ts';
import { simplePlaylist, wholePlaylist } from './playlist-objects.ts';
import { newPlaylistId } from './user.ts';
import { type Playlist, STAND_IN_USER } from './user-state.ts';

const MAX_LIBRARY_URIS = 40;
const LIBRARY_URI = /^spotify:(track|album|episode|show|audiobook|user|playlist):[0-9A-Za-z-]+$/;
const PAGE = { max: 50, default: 20 };
const NOT_FOR_OTHERS = 'You cannot create a playlist for another user';

const detailsSchema = z.object({
  name: z.string().min(1).optional(),
  description: z.string().optional(),
  public: z.boolean().optional(),
  collaborative: z.boolean().optional(),
});

/** A route that apps have under `newer` or `older` paths only; without `paths`, under both. */
type PlaylistRoute = UserRoute & { paths?: 'newer' | 'older' };
type Handle = UserRoute['handle'];

function createPlaylist(context: UserContext): Handle {
  return (request, scopes) => {
    const details = read(detailsSchema, jsonBody(request));
    const { name, description = null, public: isPublic = true, collaborative = false } = details;
    if (name === undefined) throw refuse(400, 'Missing required field: name');
    needToModify(scopes, isPublic);
    return context.user.change((state) => {
      const playlist: Playlist = {
        id: newPlaylistId(state),
        name,
        description,
        public: isPublic,
        collaborative,
        owner: STAND_IN_USER.id,
        followed: true,
        revision: 1,
        items: [],
      };
      state.playlists.unshift(playlist);
      return { status: 201, body: wholePlaylist(context, playlist, true) };
    });
  };
}

function listPlaylists(context: UserContext): Handle {
  return async (request, scopes) => {
    need(scopes, 'playlist-read-private');
    const { playlists } = await context.user.state();
    const url = `${context.api}${request.path.slice('/v1'.length)}?${request.query}`;
    const followed = playlists.filter((playlist) => playlist.followed);
    return ok(pageOf(followed, windowOf(request, PAGE), url, (one) => simplePlaylist(context, one)));
  };
}

/** Refuses a path that names another user: the stand-in has one. */
const ofSelf =
  (handle: Handle, refusal: Reply): Handle =>
  (request, scopes) =>
    request.params.id === STAND_IN_USER.id ? handle(request, scopes) : refusal;

/** Puts playlists among the user's, or takes them off. Spotify knows no other way to delete one. */
function follow(context: UserContext, method: 'PUT' | 'DELETE'): PlaylistRoute[] {
  const apply = (request: StandInRequest, scopes: ReadonlySet<string>, ids: readonly string[]) =>
    context.user.change((state) => {
      const playlists = ids.map((id) => find(state, { ...request, params: { id } }));
      for (const playlist of playlists) needToModify(scopes, playlist.public);
      for (const playlist of playlists) playlist.followed = method === 'PUT';
      return { status: 200, body: undefined };
    });
  return [
    {
      method,
      path: '/v1/playlists/:id/followers',
      paths: 'older',
      handle: (request, scopes) => apply(request, scopes, [request.params.id ?? '']),
    },
    {
      method,
      path: '/v1/me/library',
      paths: 'newer',
      handle: (request, scopes) => {
        const uris = request.query.get('uris')?.split(',') ?? [''];
        if (uris.length > MAX_LIBRARY_URIS) throw refuse(400, 'Too many uris requested');
        const wrong = uris.find((uri) => !LIBRARY_URI.test(uri));
        if (wrong !== undefined) throw refuse(400, `Invalid uri: ${wrong}`);
        const playlists = uris.filter((uri) => uri.startsWith('spotify:playlist:'));
        return apply(
          request,
          scopes,
          playlists.map((uri) => uri.slice('spotify:playlist:'.length)),
        );
      },
    },
  ];
}

function onePlaylist(context: UserContext): PlaylistRoute[] {
  const path = '/v1/playlists/:id';
  return [
    {
      method: 'GET',
      path,
      handle: async (request, scopes) => {
        const playlist = find(await context.user.state(), request);
        if (!playlist.public) need(scopes, 'playlist-read-private');
        return ok(wholePlaylist(context, playlist, context.rights.all || isOwn(playlist)));
      },
    },
    {
      method: 'PUT',
      path,
      handle: (request, scopes) => {
        const details = read(detailsSchema, jsonBody(request));
        return context.user.change((state) => {
          const playlist = mine(state, request, scopes);
          needToModify(scopes, details.public ?? playlist.public);
          Object.assign(playlist, details);
          return { status: 200, body: undefined };
        });
      },
    },
  ];
}

/** The user's playlists, under the paths of February 2026 and under the older ones: 403 for those that the app has not. */
export function playlistRoutes(context: UserContext): Route[] {
  const [list, create] = [listPlaylists(context), createPlaylist(context)];
  const elsewhere = spotifyError(403, NOT_FOR_OTHERS);
  const usersPath = '/v1/users/:id/playlists';
  const routes: PlaylistRoute[] = [
    // This path alone is older than February 2026 and stays.
    { method: 'GET', path: '/v1/me/playlists', handle: list },
    { method: 'POST', path: '/v1/me/playlists', paths: 'newer', handle: create },
    { method: 'GET', path: usersPath, paths: 'older', handle: ofSelf(list, spotifyError(403)) },
    { method: 'POST', path: usersPath, handle: ofSelf(older(create), elsewhere) },
    ...onePlaylist(context),
    ...itemRoutes(context, 'items').map((route) => ({ ...route, paths: 'newer' as const })),
    ...itemRoutes(context, 'tracks').map((route) => ({ ...route, paths: 'older' as const })),
    ...follow(context, 'PUT'),
    ...follow(context, 'DELETE'),
  ];
  const has = (paths: PlaylistRoute['paths']): boolean => {
    const { playlistPaths } = context.user.settings;
    return paths === undefined || playlistPaths === 'both' || playlistPaths === paths;
  };
  /** What a removed POST to a user's playlists is answered with is worded otherwise. */
  function older(handle: Handle): Handle {
    return (request, scopes) => (has('older') ? handle(request, scopes) : elsewhere);
  }
  return routes.map(({ paths, handle, ...route }) =>
    forUser(
      {
        ...route,
        handle: (request, scopes) => (has(paths) ? handle(request, scopes) : spotifyError(403)),
      },
      context.tokens,
    ),
  );
}
