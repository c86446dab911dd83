import { inspect } from 'node:util';
import { ApiClient } from '../../adapters/http.ts';
import { SentSecrets } from '../../adapters/secrets/sent-secrets.ts';
import { known, type SpotifyApp } from '../../adapters/spotify/app.ts';
import { SpotifyClient } from '../../adapters/spotify/client.ts';
import { ClientCredentials } from '../../adapters/spotify/token.ts';
import { CapabilityGate } from '../../core/capability.ts';
import { Ledger } from '../../core/ledger.ts';
import type { Secret } from '../../core/ports.ts';
import { MemoryApiState } from './api-state.ts';
import { FakeClock } from './clock.ts';
import { type Reply, type Respond, serve, type TestServer } from './http-server.ts';

/** What no error may show. */
export const SECRETS = {
  clientId: 'client-id-1',
  clientSecret: 'top-secret-2',
  basic: Buffer.from('client-id-1:top-secret-2').toString('base64'),
  token: 'access-token-',
};

/** A client with two small servers behind it, everything that it is given, and what a test may set. */
export interface Spotify {
  clock: FakeClock;
  state: MemoryApiState;
  ledger: Ledger;
  accounts: TestServer;
  api: TestServer;
  http: ApiClient;
  gate: CapabilityGate;
  missing: string[];
  client: SpotifyClient;
}

/** The provider under which the client's state is kept. */
export const PROVIDER = 'spotify:client-id-1';

const ok: Respond = () => ({ json: {} });

/** Grants `access-token-1`, `access-token-2` and so on. */
export const grants = (seconds = 3600): Respond => {
  let count = 0;
  return (): Reply => {
    count += 1;
    return { json: { access_token: `access-token-${count}`, token_type: 'Bearer', expires_in: seconds } };
  };
};

/** Runs a test with a client, and closes everything after it. */
export async function withSpotify(
  test: (spotify: Spotify) => Promise<void>,
  options: { callBudget?: number; dailyBudget?: number; timeoutMs?: number; app?: Secret<SpotifyApp> } = {},
): Promise<void> {
  const [accounts, api] = [await serve(grants()), await serve(ok)];
  const [clock, state, ledger] = [new FakeClock(), new MemoryApiState(), new Ledger(options.callBudget)];
  const missing: string[] = [];
  const { dailyBudget = 1000, timeoutMs } = options;
  const service = { service: 'Spotify', provider: PROVIDER, dailyBudget, apiState: state, ledger, clock };
  const common = { ...service, random: () => 0.5, timeoutMs, secrets: new SentSecrets() };
  const toAccounts = new ApiClient({ ...common, baseUrl: accounts.url });
  const http = new ApiClient({ ...common, baseUrl: `${api.url}/v1/` });
  const secret = options.app ?? known({ client_id: SECRETS.clientId, client_secret: SECRETS.clientSecret });
  const tokens = new ClientCredentials({ accounts: toAccounts, app: secret, clock });
  const onMissing = (capability: string) => missing.push(capability);
  const gate = new CapabilityGate({ apiState: state, provider: PROVIDER, clock, onMissing });
  const client = new SpotifyClient({ api: http, tokens, gate, market: 'SE' });
  try {
    await test({ clock, state, ledger, accounts, api, http, gate, missing, client });
  } finally {
    await Promise.all([toAccounts.close(), http.close(), accounts.close(), api.close()]);
  }
}

/** The error that the promise rejects with; fails where it does not, and where the error shows a secret. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  if (!error) throw new Error('expected a rejection');
  const shown = inspect(error, { depth: Infinity, showHidden: true });
  for (const secret of Object.values(SECRETS)) expect(shown).not.toContain(secret);
  return error;
}

/** An artist as Spotify answers it in development mode. */
export const rawArtist = (id: string) => ({
  id,
  name: `Artist ${id}`,
  external_urls: { spotify: `https://open.spotify.com/artist/${id}` },
  genres: ['jazz'],
  images: [{ url: `https://i.scdn.co/${id}`, width: 640, height: 640 }],
});

/** A track of artists as Spotify answers it in development mode. */
export const rawTrack = (id: string, ...artistIds: string[]) => ({
  id,
  name: `Track ${id}`,
  artists: artistIds.map((artistId) => ({ id: artistId, name: `Artist ${artistId}` })),
  external_urls: { spotify: `https://open.spotify.com/track/${id}` },
  external_ids: { isrc: `ISRC-${id}` },
  duration_ms: 200_000,
});
