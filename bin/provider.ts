import { resolve } from 'node:path';
import { readArtistsFolder } from '../adapters/dataset/artists-folder.ts';
import { FolderStore } from '../adapters/lake/folder.ts';
import { appOf, known } from '../adapters/spotify/app.ts';
import { type SpotifySettings, spotifySettings } from '../adapters/spotify/settings.ts';
import type { Catalogue, CatalogueArtist } from '../core/catalogue.ts';
import { OtherProviderError } from '../core/errors.ts';
import { ENVIRONMENT } from '../core/names.ts';
import type { Artist } from '../core/ports.ts';
import { type Connect, connector } from '../lambdas/collector/sources.ts';
import { sampleCatalogue } from '../sample/generate.ts';
import type { Mode } from '../sample/stand-in/modes.ts';
import { startStandIn } from '../sample/stand-in/server.ts';
import type { Local } from './local.ts';

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
  close(): Promise<void>;
}

/** What opening a provider needs. */
export interface ProviderDeps extends Pick<Local, 'folder' | 'apiState' | 'clock' | 'random' | 'say'> {
  /** Where there are none, since there is no database, a stand-in does not mark the folder as its own. */
  artists?: Pick<Local['artists'], 'follow'>;
}

/**
 * Opens Spotify, or the stand-in where it is asked for or where nothing says how to reach Spotify. The data folder is
 * marked with whom it belongs to; throws `OtherProviderError` where that is somebody else.
 */
export async function openProvider(
  local: ProviderDeps,
  options: ProviderOptions,
  environment: NodeJS.ProcessEnv,
): Promise<Provider> {
  const isForced = options.catalogue !== undefined || options.mode !== undefined;
  const isReachable = [
    ENVIRONMENT.spotifyClientId,
    ENVIRONMENT.spotifyClientSecret,
    ENVIRONMENT.spotifyApiUrl,
  ].some((name) => environment[name]);
  if (isForced || !isReachable) return await openStandIn(local, options, environment);
  const settings = spotifySettings(environment);
  const app = appOf(environment);
  await mark(local.folder, 'Spotify', async () => {});
  return {
    name: 'spotify',
    connect: connector({ ...local, settings, app: known(app), provider: `spotify:${app.client_id}` }),
    close: async () => {},
  };
}

/** The stand-in lets every app in. */
const STAND_IN_APP = { client_id: 'stand-in', client_secret: 'stand-in' };

async function openStandIn(
  local: ProviderDeps,
  { catalogue: dataset, mode = 'extended' }: ProviderOptions,
  environment: NodeJS.ProcessEnv,
): Promise<Provider> {
  const whose = dataset === undefined ? 'the sample' : `the catalogue ${resolve(dataset)}`;
  // A folder of another provider is refused before a large catalogue is read.
  await readMark(local.folder, whose);
  const catalogue = dataset === undefined ? sampleCatalogue() : await readArtistsFolder(dataset);
  local.say(`Using the stand-in for Spotify with ${whose}, as an app of mode ${mode}.`);
  const { artists } = local;
  if (artists) await mark(local.folder, whose, () => followAll({ ...local, artists }, catalogue));
  const standIn = await startStandIn({ catalogue, mode });
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
  return {
    name: 'stand-in',
    connect: connector({ ...local, settings, app: known(STAND_IN_APP), provider: `stand-in:${mode}` }),
    close: () => standIn.close(),
  };
}

/** A first try needs no account and no choice: all artists of the catalogue are followed, their metadata known. */
async function followAll({ artists, clock }: Required<ProviderDeps>, catalogue: Catalogue): Promise<void> {
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

/** Marks the folder as `whose`, after `first` where it has no mark yet. */
async function mark(folder: string, whose: string, first: () => Promise<void>): Promise<void> {
  if (await readMark(folder, whose)) return;
  await first();
  await new FolderStore(folder).put(MARK, Buffer.from(`${whose}\n`));
}

const MARK = 'provider';

/** Whether the folder is marked. Throws where its mark is another's. */
async function readMark(folder: string, whose: string): Promise<boolean> {
  const bytes = await new FolderStore(folder).get(MARK);
  const marked = bytes && Buffer.from(bytes).toString();
  if (marked === undefined) return false;
  if (marked.trim() === whose) return true;
  throw new OtherProviderError(
    `expected ${folder} to hold data of ${whose}, but it holds data of ${marked.trim()}`,
    'name another folder with --data: mixing the two would compare what is not alike',
  );
}
