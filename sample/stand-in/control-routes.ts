import * as z from 'zod';
import { jsonBody, ok, type Reply, type Route, type StandInRequest } from './http.ts';
import { type User, userSettingsSchema } from './user.ts';
import { type Play, playSchema } from './user-state.ts';

/** Where the stand-in itself is controlled over HTTP; docs/stand-in.md shows how. */
export const CONTROL_PATH = '/stand-in';

/** An answer that says what is wrong with a request to the control path. */
export const wrong = (status: number, error: string): Reply => ({ status, body: { error } });

/** What is done and has nothing to say. */
export const DONE: Reply = { status: 204, body: undefined };

/**
 * Reads a body: one thing of a kind, or a list of them. Gives an answer that names what is wrong where the body is not
 * that; `what` says in the plural what was expected.
 */
export function readList<T>(request: StandInRequest, schema: z.ZodType<T>, what: string): T[] | Reply {
  const body = jsonBody(request);
  if (body === undefined) return wrong(400, `the body must be JSON: one ${what} or a list of them`);
  const read = z.array(schema).safeParse(Array.isArray(body) ? body : [body]);
  if (read.success) return read.data;
  return wrong(400, described(read.error, Array.isArray(body) ? 0 : 1));
}

/** An error's issues in a line, their paths without the first `skipped` parts. */
function described(error: z.ZodError, skipped = 0): string {
  return error.issues
    .map(({ path, message }) => {
      const field = path.slice(skipped).join('.');
      return field === '' ? message : `${field}: ${message}`;
    })
    .join('; ');
}

async function addPlays(user: User, request: StandInRequest): Promise<Reply> {
  const now = new Date(user.now()).toISOString();
  const plays = readList<Play>(
    request,
    playSchema.extend({ played_at: playSchema.shape.played_at.default(now) }),
    'play',
  );
  if (!Array.isArray(plays)) return plays;
  try {
    await user.addPlays(plays);
  } catch (error) {
    if (error instanceof RangeError) return wrong(400, error.message);
    throw error;
  }
  return { status: 201, body: { added: plays.length } };
}

/** The user's control paths: the settings and the state, plays, playlists, and the end of every consent. */
export function userControlRoutes(user: User): Route[] {
  const shown = async (): Promise<Reply> => ok({ settings: user.settings, state: await user.state() });
  return [
    { method: 'GET', path: `${CONTROL_PATH}/user`, handle: shown },
    {
      method: 'PUT',
      path: `${CONTROL_PATH}/user`,
      handle: (request) => {
        const settings = userSettingsSchema.partial().safeParse(jsonBody(request));
        if (!settings.success) return wrong(400, described(settings.error));
        Object.assign(user.settings, settings.data);
        return shown();
      },
    },
    { method: 'POST', path: `${CONTROL_PATH}/plays`, handle: (request) => addPlays(user, request) },
    {
      method: 'DELETE',
      path: `${CONTROL_PATH}/playlists/:id`,
      handle: async ({ params: { id = '' } }) =>
        (await user.deletePlaylist(id)) ? DONE : wrong(404, `there is no playlist ${id}`),
    },
    {
      method: 'DELETE',
      path: `${CONTROL_PATH}/consent`,
      handle: async () => {
        await user.revoke();
        return DONE;
      },
    },
  ];
}
