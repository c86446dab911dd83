import { ApiClient, type ClockSkew } from '../../adapters/http.ts';
import { ReccoBeatsClient } from '../../adapters/reccobeats/client.ts';
import { SentSecrets } from '../../adapters/secrets/sent-secrets.ts';
import type { SpotifyApp } from '../../adapters/spotify/app.ts';
import { SpotifyClient } from '../../adapters/spotify/client.ts';
import type { SpotifySettings } from '../../adapters/spotify/settings.ts';
import { ClientCredentials } from '../../adapters/spotify/token.ts';
import { reserveOf } from '../../core/budget.ts';
import { CapabilityGate } from '../../core/capability.ts';
import type { Ledger } from '../../core/ledger.ts';
import type {
  ApiState,
  ArtistLookup,
  Clock,
  FeatureSource,
  Secret,
  SongLookup,
  TrackSource,
} from '../../core/ports.ts';

/** The outside world as one invocation sees it: every request is charged to its ledger. */
export interface Sources {
  /** In the order in which they are asked. */
  tracks: readonly TrackSource[];
  /** Asked for more tracks of an artist than those give. */
  moreTracks: TrackSource;
  features: readonly FeatureSource[];
  lookup: ArtistLookup;
  songs: SongLookup;
  /** Finds out once what this app may not call. */
  gate: CapabilityGate;
  /** Sees that Spotify gives the app a token. Throws what `ClientCredentials` throws. */
  authorise(): Promise<void>;
  /** By how much this machine's clock is ahead, as far as a service told. */
  clockSkew(): ClockSkew | undefined;
  /** Closes the connections. */
  close(): Promise<void>;
}

/**
 * Opens the sources with a ledger. Work that can wait says so: it leaves the reserve of the day's budget
 * (core/budget.ts) to work that cannot.
 */
export type Connect = (ledger: Ledger, work?: { canWait: boolean }) => Sources;

/** What connecting needs. */
export interface ConnectDeps {
  settings: SpotifySettings;
  app: Secret<SpotifyApp>;
  /** Under what name Spotify's patience and budget are kept: `spotify:<client id>`, `stand-in:<mode>`. */
  provider: string;
  apiState: ApiState;
  clock: Clock;
  /** Gives [0, 1). */
  random: () => number;
  /** Tells the user something, once. */
  say: (line: string) => void;
}

/** Spotify and ReccoBeats, in the order of DESIGN's sources: what the app may call comes first. */
export function connector({ settings, app, provider, apiState, clock, random, say }: ConnectDeps): Connect {
  return (ledger, { canWait } = { canWait: false }) => {
    const shared = { apiState, ledger, clock, random, secrets: new SentSecrets() };
    const { dailyRequests: dailyBudget } = settings;
    const reserved = canWait ? reserveOf(dailyBudget) : 0;
    const spotify = { ...shared, service: 'Spotify', provider, dailyBudget, reserved };
    const accounts = new ApiClient({ ...spotify, baseUrl: settings.accountsUrl });
    const api = new ApiClient({ ...spotify, baseUrl: settings.apiUrl });
    const reccobeats = new ApiClient({
      ...shared,
      service: 'ReccoBeats',
      provider: 'reccobeats',
      dailyBudget: Number.POSITIVE_INFINITY,
      baseUrl: settings.reccobeatsUrl,
    });
    const services = [accounts, api, reccobeats];
    const gate = new CapabilityGate({
      apiState,
      provider,
      clock,
      onMissing: (capability) => say(`This Spotify app may not call ${capability}: ${instead(capability)}.`),
    });
    const tokens = new ClientCredentials({ app, accounts, clock });
    const client = new SpotifyClient({ api, tokens, gate, market: settings.market });
    const instead = (capability: string): string =>
      capability === client.albums.name
        ? 'artists have no more tracks than are found without it'
        : 'the next source takes over';
    return {
      tracks: [client.topTracks, client.search],
      moreTracks: client.albums,
      features: [client.audioFeatures, new ReccoBeatsClient(reccobeats)],
      lookup: client,
      songs: client,
      gate,
      authorise: async () => {
        await tokens.token();
      },
      clockSkew: () => services.map(({ clockSkew }) => clockSkew).find(Boolean),
      close: async () => {
        await Promise.all(services.map((service) => service.close()));
      },
    };
  };
}
