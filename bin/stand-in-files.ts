import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { FileSecret } from '../adapters/secrets/file.ts';
import { UserGrant } from '../adapters/spotify/user-grant.ts';
import type { WritableSecret } from '../core/ports.ts';
import type { UserStore } from '../sample/stand-in/user.ts';
import { STAND_IN_USER } from '../sample/stand-in/user-state.ts';

const statePath = (folder: string): string => join(folder, 'stand-in.json');
const grantPath = (folder: string): string => join(folder, 'stand-in-user.json');

/** The state of the stand-in's user in a data folder, which nobody but the folder's owner may read: it holds tokens. */
export function standInStore(folder: string): UserStore {
  const file = new FileSecret<unknown>(statePath(folder), z.unknown(), null);
  return {
    load: async () => (await file.read()) ?? undefined,
    save: (state) => file.write(state),
  };
}

/** What the stand-in's user has granted: all that is needed, since its first start, until there is a login or a logout. */
export function standInGrant(folder: string): WritableSecret<UserGrant> {
  let file: Promise<FileSecret<UserGrant>> | undefined;
  const opened = () => {
    file ??= firstGrant(folder).then((grant) => new FileSecret(grantPath(folder), UserGrant, grant));
    return file;
  };
  return {
    read: async () => (await opened()).read(),
    refresh: async (refused) => (await opened()).refresh(refused),
    write: async (grant) => (await opened()).write(grant),
  };
}

async function firstGrant(folder: string): Promise<UserGrant> {
  const { began = Date.now() } = ((await standInStore(folder).load()) ?? {}) as { began?: number };
  return UserGrant.parse({
    refresh_token: STAND_IN_USER.refreshToken,
    scopes: STAND_IN_USER.scopes.join(' '),
    authorized_at: new Date(began).toISOString(),
    account: STAND_IN_USER.id,
  });
}

/** Whether a stand-in's user was ever asked for in a data folder. */
export const hasStandInUser = (folder: string): boolean =>
  [statePath(folder), grantPath(folder)].some((path) => existsSync(path));
