import { ApiClient } from '../../adapters/http.ts';
import { SentSecrets } from '../../adapters/secrets/sent-secrets.ts';
import type { SpotifySettings } from '../../adapters/spotify/settings.ts';
import type { TokenApp } from '../../adapters/spotify/token-endpoint.ts';
import { SpotifyUserClient } from '../../adapters/spotify/user-client.ts';
import type { UserGrant } from '../../adapters/spotify/user-grant.ts';
import { UserTokens } from '../../adapters/spotify/user-tokens.ts';
import { CapabilityGate } from '../../core/capability.ts';
import type { Ledger } from '../../core/ledger.ts';
import type { ApiState, Clock, Secret, WritableSecret } from '../../core/ports.ts';

/** Spotify in the user's name, as one invocation sees it: every request is charged to its ledger. */
export interface UserSession {
  client: SpotifyUserClient;
  /** Closes the connections. */
  close(): Promise<void>;
}

/** Opens Spotify in the user's name with a ledger; asks nothing yet. */
export type ConnectUser = (ledger: Ledger) => UserSession;

/** What reaching Spotify takes, whoever asks. */
export interface ServiceDeps {
  settings: Pick<SpotifySettings, 'accountsUrl' | 'apiUrl' | 'dailyRequests'>;
  /** Under what name Spotify's patience and budget are kept: `spotify:<client id>`, `stand-in:<mode>`. */
  provider: string;
  apiState: ApiState;
  clock: Clock;
  /** Gives [0, 1). */
  random: () => number;
}

/** What connecting in the user's name needs. */
export interface ConnectUserDeps extends ServiceDeps {
  app: Secret<TokenApp>;
  grant: WritableSecret<UserGrant>;
}

/** Spotify in the name of the user who has logged in. */
export function userConnector(deps: ConnectUserDeps): ConnectUser {
  return (ledger) => {
    const { accounts, api, gate, close } = services(deps, ledger);
    const tokens = new UserTokens({ ...deps, accounts });
    return { client: new SpotifyUserClient({ api, tokens, gate }), close };
  };
}

/** Spotify's two services, and what is remembered of what the app may not call. */
export function services({ settings, ...deps }: ServiceDeps, ledger: Ledger) {
  const shared = {
    ...deps,
    ledger,
    service: 'Spotify',
    dailyBudget: settings.dailyRequests,
    secrets: new SentSecrets(),
  };
  const accounts = new ApiClient({ ...shared, baseUrl: settings.accountsUrl });
  const api = new ApiClient({ ...shared, baseUrl: settings.apiUrl });
  return {
    accounts,
    api,
    gate: new CapabilityGate(deps),
    close: async () => {
      await Promise.all([accounts.close(), api.close()]);
    },
  };
}
