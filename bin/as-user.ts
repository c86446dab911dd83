import { consentStanding } from '../adapters/spotify/user-grant.ts';
import { type ConnectUser, userConnector } from '../lambdas/login/connect.ts';
import { nobody } from '../lambdas/login/consent.ts';
import type { Local } from './local.ts';
import { type Provider, type ProviderOptions, withProvider } from './provider.ts';

/** What work in the user's name is given. */
export interface UserConnections extends Pick<Provider, 'connect'> {
  connectUser: ConnectUser;
}

/** Does work in the name of the user who has logged in. Throws `ConsentNeededError` where nobody has. */
export function asUser<T>(
  local: Local,
  options: ProviderOptions,
  work: (connections: UserConnections) => Promise<T>,
): Promise<T> {
  return withProvider(
    local,
    options,
    async ({ connect, user }) => {
      await consented(local, user);
      return await work({ connect, connectUser: userConnector({ ...local, ...user }) });
    },
    'user',
  );
}

/** Throws `ConsentNeededError` where nobody has logged in. */
export async function consented({ clock }: Local, { grant }: Provider['user']): Promise<void> {
  if (consentStanding(await grant.read(), clock.now()).state === 'none') throw nobody();
}
