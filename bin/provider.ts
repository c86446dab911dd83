import { resolve } from 'node:path';
import { readArtistsFolder } from '../adapters/dataset/artists-folder.ts';
import { appFile, appOf, known, unknown, userAppOf } from '../adapters/spotify/app.ts';
import { type SpotifySettings, spotifySettings } from '../adapters/spotify/settings.ts';
import type { TokenApp } from '../adapters/spotify/token-endpoint.ts';
import { grantFile, type UserGrant } from '../adapters/spotify/user-grant.ts';
import type { Catalogue, CatalogueArtist } from '../core/catalogue.ts';
import { CapabilityMissingError } from '../core/errors.ts';
import { ENVIRONMENT } from '../core/names.ts';
import type { Artist, Secret, WritableSecret } from '../core/ports.ts';
import { type Connect, connector } from '../lambdas/collector/sources.ts';
import { sampleCatalogue } from '../sample/generate.ts';
import type { Mode } from '../sample/stand-in/modes.ts';
import { startStandIn } from '../sample/stand-in/server.ts';
import { type Owner, otherDatabase, refuseOthers, settle } from './data-folder.ts';
import type { Local } from './local.ts';
import type { BringUse, TryUse } from './perform.ts';
import { standInGrant, standInStore } from './stand-in-files.ts';

/** Who plays Spotify: the options of every command that speaks to it. */
export interface ProviderOptions {
  /** A dataset folder for the stand-in to serve. */
  catalogue?: string;
  /** Kind of app that the stand-in plays. */
  mode?: Mode;
}

/** Spotify, or its stand-in, for one command. */
export interface Provider {
  /** Whose artists these are: `spotify` or `stand-in`. */
  name: string;
  connect: Connect;
  /** What it takes to act in a user's name. */
  user: UserAccess;
  close(): Promise<void>;
}

/** Spotify, or its stand-in, for whoever acts in a user's name. */
export interface UserAccess {
  settings: SpotifySettings;
  /** Under what name Spotify's patience and budget are kept. */
  provider: string;
  app: Secret<TokenApp>;
  /** What the user has granted; where nobody has logged in it is empty. */
  grant: WritableSecret<UserGrant>;
  /** Where a login stores the app for later commands; the stand-in needs none. */
  appStore?: WritableSecret<TokenApp>;
}

/** In whose name a command speaks: an app needs its secret for that, its user does not. */
type Speaker = 'app' | 'user';

/** What opening a provider needs. */
export interface ProviderDeps
  extends Pick<Local, 'folder' | 'apiState' | 'clock' | 'random' | 'say'>,
    Partial<Pick<Local, 'isBeginning' | 'isTrial'>> {
  /** Without a database there are none, and a stand-in follows no artists. */
  artists?: Pick<Local['artists'], 'follow' | 'idsOf'>;
}

/** The owner of the data of a stand-in that these options force; undefined where they force none. */
export function forcedOwner({ catalogue, mode }: ProviderOptions): Owner | undefined {
  if (catalogue !== undefined) return `the catalogue ${resolve(catalogue)}`;
  return mode === undefined ? undefined : 'the sample';
}

/** The owner of the data of the provider that `openProvider` opens. */
async function ownerOfProvider(
  folder: string,
  options: ProviderOptions,
  environment: NodeJS.ProcessEnv,
): Promise<Owner> {
  const forced = forcedOwner(options);
  if (forced !== undefined) return forced;
  return (await isSpotifyReachable(folder, environment)) ? 'the user' : 'the sample';
}

/** Use of the data folder by commands that bring in data of the provider. */
export const brings = (options: ProviderOptions): BringUse => ({
  kind: 'bring',
  whose: (folder) => ownerOfProvider(folder, options, process.env),
});

/** Use of the data folder by `import`. Files are the user's data, unless the options force a stand-in. */
export const bringsFiles = (options: ProviderOptions): BringUse => ({
  kind: 'bring',
  whose: async () => forcedOwner(options) ?? 'the user',
});

/** Use of the data folder by commands that show what they would bring in, or could. */
export const tries = (options: ProviderOptions): TryUse => ({
  ...brings(options),
  kind: 'try',
});

/**
 * Opens Spotify, or the stand-in where it is asked for or where nothing says how to reach Spotify: neither the
 * environment nor a login. Throws `OtherProviderError` where the data folder holds data of another owner,
 * `CredentialsError` where the app is not known as far as the speaker needs it.
 */
export async function openProvider(
  local: ProviderDeps,
  options: ProviderOptions,
  environment: NodeJS.ProcessEnv,
  speaker: Speaker = 'app',
): Promise<Provider> {
  const owner = await ownerOfProvider(local.folder, options, environment);
  if (owner !== 'the user') return await openStandIn(local, owner, options, environment);
  const named = await withStoredApp(environment, local.folder);
  const settings = spotifySettings(environment);
  const appStore = appFile(local.folder);
  const app = speaker === 'app' ? appOf(named) : await userAppOf(named, appStore);
  await refuseOthers(local.folder, owner);
  const { client_id, client_secret } = app;
  const provider = `spotify:${client_id}`;
  return {
    name: 'spotify',
    connect: connector({
      ...{ ...local, settings, provider },
      app: client_secret ? known({ client_id, client_secret }) : unknown(WITHOUT_SECRET),
    }),
    user: { settings, provider, app: known(app), grant: grantFile(local.folder), appStore },
    close: async () => {},
  };
}

/** Whether the environment or a login in the data folder says how to reach Spotify. */
export async function isSpotifyReachable(folder: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const named = await withStoredApp(environment, folder);
  return [...APP, ENVIRONMENT.spotifyApiUrl].some((name) => named[name]);
}

/** Opens a provider for some work, and closes it after. */
export async function withProvider<T>(
  local: ProviderDeps,
  options: ProviderOptions,
  work: (provider: Provider) => Promise<T>,
  speaker: Speaker = 'app',
): Promise<T> {
  const provider = await openProvider(local, options, process.env, speaker);
  try {
    return await work(provider);
  } finally {
    await provider.close();
  }
}

const APP = [ENVIRONMENT.spotifyClientId, ENVIRONMENT.spotifyClientSecret];

/** What is asked for in a user's name goes on without what only an app may ask. */
const WITHOUT_SECRET = new CapabilityMissingError(
  'expected the secret of the Spotify app, without which it is given no token of its own, got none',
  `set ${ENVIRONMENT.spotifyClientSecret}`,
);

/** The environment, with the app of the last login where it names none. */
async function withStoredApp(environment: NodeJS.ProcessEnv, folder: string): Promise<NodeJS.ProcessEnv> {
  if (APP.some((name) => environment[name])) return environment;
  const { client_id, client_secret } = await appFile(folder).read();
  return {
    ...environment,
    [ENVIRONMENT.spotifyClientId]: client_id,
    [ENVIRONMENT.spotifyClientSecret]: client_secret,
  };
}

/** The stand-in lets every app in. */
const STAND_IN_APP = { client_id: 'stand-in', client_secret: 'stand-in' };

async function openStandIn(
  local: ProviderDeps,
  owner: Owner,
  { catalogue: dataset, mode = 'extended' }: ProviderOptions,
  environment: NodeJS.ProcessEnv,
): Promise<Provider> {
  // A folder of another owner is refused before a large catalogue is read.
  await refuseOthers(local.folder, owner);
  const catalogue = dataset === undefined ? sampleCatalogue() : await readArtistsFolder(dataset);
  local.say(`Using the stand-in for Spotify with ${owner}, as an app of mode ${mode}.`);
  const { artists, isBeginning, isTrial } = local;
  if (artists && isBeginning) {
    await followAll({ artists, clock: local.clock }, catalogue);
    if (!isTrial) await settle(local.folder);
  }
  const store = isTrial ? undefined : standInStore(local.folder);
  const standIn = await startStandIn({ catalogue, mode, store });
  const settings: SpotifySettings = {
    ...spotifySettings({
      [ENVIRONMENT.spotifyMarket]: environment[ENVIRONMENT.spotifyMarket],
      [ENVIRONMENT.spotifyDailyRequests]: environment[ENVIRONMENT.spotifyDailyRequests],
    }),
    accountsUrl: standIn.urls.accounts,
    apiUrl: standIn.urls.api,
    reccobeatsUrl: standIn.urls.reccobeats,
  };
  if (!environment[ENVIRONMENT.spotifyDailyRequests]) settings.dailyRequests = Number.POSITIVE_INFINITY;
  const access = { settings, app: known(STAND_IN_APP), provider: `stand-in:${mode}` };
  return {
    name: 'stand-in',
    connect: connector({ ...local, ...access }),
    user: { ...access, grant: standInGrant(local.folder) },
    close: () => standIn.close(),
  };
}

/**
 * A first try needs no account and no choice: all artists of the catalogue are followed, their metadata known. Throws
 * `OtherProviderError` where the database knows another catalogue's: a server's may be another folder's.
 */
async function followAll(
  { artists, clock }: Required<Pick<ProviderDeps, 'artists' | 'clock'>>,
  catalogue: Catalogue,
): Promise<void> {
  const inCatalogue = new Set(catalogue.artists.map(({ id }) => id));
  const others = (await artists.idsOf('stand-in')).filter((id) => !inCatalogue.has(id));
  if (others.length > 0) throw otherDatabase(`the stand-in's catalogue ${catalogue.name}`);
  const toArtist = (artist: CatalogueArtist): Artist => ({
    id: artist.id,
    name: artist.name,
    url: artist.url,
    image_url: artist.image_url,
    genres: artist.genres,
    followers: artist.followers,
    popularity: artist.popularity,
  });
  await artists.follow(catalogue.artists.map(toArtist), 'stand-in', new Date(clock.now()).toISOString());
}
