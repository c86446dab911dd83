import { join } from 'node:path';
import * as z from 'zod';
import { CredentialsError } from '../../core/errors.ts';
import { ENVIRONMENT } from '../../core/names.ts';
import type { Secret, WritableSecret } from '../../core/ports.ts';
import { FileSecret } from '../secrets/file.ts';
import type { TokenApp } from './token-endpoint.ts';

/** A Spotify app's credentials, as the stack's secret holds them. */
export const SpotifyApp = z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) });
export type SpotifyApp = z.infer<typeof SpotifyApp>;

/** The app that the environment names. Throws `CredentialsError` where it names none. */
export function appOf(environment: NodeJS.ProcessEnv): SpotifyApp {
  const client_id = environment[ENVIRONMENT.spotifyClientId];
  const client_secret = environment[ENVIRONMENT.spotifyClientSecret];
  if (client_id && client_secret) return { client_id, client_secret };
  const came = client_id ? 'no secret' : client_secret ? 'no id' : 'neither';
  throw new CredentialsError(
    `expected ${ENVIRONMENT.spotifyClientId} and ${ENVIRONMENT.spotifyClientSecret}, got ${came}`,
    'set both to those of your app (https://developer.spotify.com/dashboard), or use --mode to try the stand-in',
  );
}

/**
 * The app in whose name a user logs in, which needs no secret: that of the environment, else the one that the last login
 * has stored. Throws `CredentialsError` where there is neither.
 */
export async function userAppOf(environment: NodeJS.ProcessEnv, stored: Secret<TokenApp>): Promise<TokenApp> {
  const client_id = environment[ENVIRONMENT.spotifyClientId];
  const client_secret = environment[ENVIRONMENT.spotifyClientSecret];
  if (client_id) return { client_id, ...(client_secret ? { client_secret } : {}) };
  const app = await stored.read();
  if (app.client_id) return app;
  throw new CredentialsError(
    `expected ${ENVIRONMENT.spotifyClientId}, got none`,
    'set it to that of your app (https://developer.spotify.com/dashboard), or use --mode to try the stand-in',
  );
}

const StoredApp = z.object({ client_id: z.string(), client_secret: z.string().min(1).optional() });

/** The app of the last login in a data folder: a file that none but its owner may read; no id where there is none. */
export const appFile = (folder: string): WritableSecret<TokenApp> =>
  new FileSecret(join(folder, 'spotify-app.json'), StoredApp, { client_id: '' });

/** An app that cannot be known, for this reason: whoever asks for it is told. */
export const unknown = (error: unknown): Secret<SpotifyApp> => ({
  read: () => Promise.reject(error),
  refresh: () => Promise.reject(error),
});

/** An app that is known, where a secret is wanted: it never becomes another. */
export const known = <T extends TokenApp>(app: T): Secret<T> => ({
  read: async () => app,
  refresh: async () => app,
});
