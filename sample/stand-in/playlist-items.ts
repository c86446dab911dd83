import * as z from 'zod';
import { need, type UserRoute } from './accounts.ts';
import { jsonBody, ok, Refusal, type Reply, type StandInRequest, spotifyError } from './http.ts';
import type { UserContext } from './me.ts';
import { windowOf } from './paging.ts';
import { itemPage, snapshotOf } from './playlist-objects.ts';
import { type Playlist, STAND_IN_USER, type UserState } from './user-state.ts';

const MAX_URIS = 100;
const PAGE = { max: 50, default: 20 };
/** Local files cannot be added. */
const ADDABLE = /^spotify:(track|episode):[0-9A-Za-z]{22}$/;

const itemsSchema = z.object({
  uris: z.array(z.string()).optional(),
  position: z.int().min(0).optional(),
});
const removalSchema = z.array(z.object({ uri: z.string() }));

/** A refusal in the Web API's form. */
export const refuse = (status: number, message?: string): Refusal =>
  new Refusal(spotifyError(status, message));

/** What a schema reads; what does not fit it is refused with 400. */
export function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(400, `Error parsing JSON: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The body's JSON, where a body may be left out. */
const bodyOf = (request: StandInRequest): unknown => (request.body === '' ? {} : jsonBody(request));

/** The playlist that a request names. Throws a `Refusal` where there is none. */
export function find({ playlists }: UserState, { params: { id = '' } }: StandInRequest): Playlist {
  const playlist = playlists.find((one) => one.id === id);
  if (playlist) return playlist;
  throw /^[0-9A-Za-z]{22}$/.test(id) ? refuse(404, 'Resource not found') : refuse(400, 'Invalid base62 id');
}

/** Whether a playlist is the user's own. */
export const isOwn = ({ owner }: Playlist): boolean => owner === STAND_IN_USER.id;

/** Refuses whoever may not change public, or private, playlists. */
export function needToModify(scopes: ReadonlySet<string>, isPublic: boolean): void {
  need(scopes, isPublic ? 'playlist-modify-public' : 'playlist-modify-private');
}

/** The playlist that a request is to change. Throws a `Refusal` where the user may not. */
export function mine(state: UserState, request: StandInRequest, scopes: ReadonlySet<string>): Playlist {
  const playlist = find(state, request);
  if (!isOwn(playlist)) throw refuse(403);
  needToModify(scopes, playlist.public);
  return playlist;
}

/** The URIs of a request, all of which can be in a playlist. The query's take precedence over the body's. */
function urisOf({ user }: UserContext, request: StandInRequest, uris: string[] | undefined): string[] {
  const asked = request.query.get('uris')?.split(',') ?? uris;
  if (asked === undefined) throw refuse(400, 'No uris provided');
  if (asked.length > MAX_URIS) throw refuse(400, 'You can add a maximum of 100 tracks per request.');
  const wrong = asked.find((uri) => !ADDABLE.test(uri));
  if (wrong !== undefined) throw refuse(400, `Invalid track uri: ${wrong}`);
  if (asked.some((uri) => !user.knows(uri))) throw refuse(400, 'Payload contains a non-existing ID');
  return asked;
}

function changed(playlist: Playlist, items: Playlist['items'], status: number): Reply {
  playlist.items = items;
  playlist.revision++;
  return { status, body: { snapshot_id: snapshotOf(playlist) } };
}

type Change = (playlist: Playlist, request: StandInRequest) => Reply;

/** What the verbs do to a playlist's items. */
function changes(context: UserContext): Record<'POST' | 'PUT' | 'DELETE', Change> {
  const toItems = (uris: readonly string[]): Playlist['items'] => {
    const added_at = new Date(context.user.now()).toISOString();
    return uris.map((uri) => ({ uri, added_at }));
  };
  return {
    POST: (playlist, request) => {
      const body = read(itemsSchema, bodyOf(request));
      const uris = urisOf(context, request, body.uris);
      if (uris.length === 0) throw refuse(400, 'No uris provided');
      const query = request.query.get('position');
      const position = query === null ? (body.position ?? playlist.items.length) : Number(query);
      if (!Number.isInteger(position) || position < 0 || position > playlist.items.length) {
        throw refuse(400, 'Index out of bounds');
      }
      return changed(playlist, playlist.items.toSpliced(position, 0, ...toItems(uris)), 201);
    },
    PUT: (playlist, request) =>
      changed(playlist, toItems(urisOf(context, request, read(itemsSchema, bodyOf(request)).uris)), 200),
    DELETE: (playlist, request) => {
      const body = read(
        z.object({ items: removalSchema.optional(), tracks: removalSchema.optional() }),
        bodyOf(request),
      );
      const isOlder = request.path.endsWith('/tracks');
      const listed = (isOlder ? body.tracks : body.items)?.map(({ uri }) => uri);
      if (listed !== undefined && listed.length > MAX_URIS) throw refuse(400, 'Too many ids requested');
      const uris = new Set(urisOf(context, request, listed));
      return changed(
        playlist,
        playlist.items.filter(({ uri }) => !uris.has(uri)),
        200,
      );
    },
  };
}

/** `/playlists/{id}/items`, and the same under its older name. */
export function itemRoutes(context: UserContext, name: 'items' | 'tracks'): UserRoute[] {
  const path = `/v1/playlists/:id/${name}`;
  const change = changes(context);
  return [
    {
      method: 'GET',
      path,
      handle: async (request, scopes) => {
        need(scopes, 'playlist-read-private');
        const playlist = find(await context.user.state(), request);
        if (!context.rights.all && !isOwn(playlist)) return spotifyError(403);
        const url = `${context.api}/playlists/${playlist.id}/${name}?${request.query}`;
        return ok(itemPage(context, playlist, windowOf(request, PAGE), url));
      },
    },
    ...(['POST', 'PUT', 'DELETE'] as const).map(
      (method): UserRoute => ({
        method,
        path,
        handle: (request, scopes) =>
          context.user.change((state) => change[method](mine(state, request, scopes), request)),
      }),
    ),
  ];
}
