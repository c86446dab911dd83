import { consentStanding } from '../adapters/spotify/user-grant.ts';
import { ConsentNeededError } from '../core/errors.ts';
import { type ConnectUser, userConnector } from '../lambdas/login/connect.ts';
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
      const { state } = consentStanding(await user.grant.read(), local.clock.now());
      if (state === 'none') throw nobody();
      return await work({ connect, connectUser: userConnector({ ...local, ...user }) });
    },
    'user',
  );
}

/** Nobody has logged in, here or in the stack. */
export const nobody = (stack?: string): ConsentNeededError =>
  new ConsentNeededError(
    "expected the user's consent, but nobody has logged in to Spotify yet",
    `log in: npx soundalike login${stack === undefined ? '' : ` --stack ${stack}`}`,
  );
