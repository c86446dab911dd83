import {
  ITEMS_BATCH,
  type PlaylistDetails,
  type SpotifyUserClient,
} from '../../adapters/spotify/user-client.ts';
import { ServiceUnavailableError } from '../../core/errors.ts';
import { PushRequest, type PushResult, parseInput } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { Clock, PlaylistPushes } from '../../core/ports.ts';
import { fullJitter } from '../../core/retry.ts';
import type { ConnectUser } from '../login/connect.ts';
import { PushedPlaylist } from './pushed-playlist.ts';

/** How often the songs are written anew after a call that may have been done and failed all the same. */
const TRIES = 3;
const DESCRIPTION = 'Made by Soundalike';

/** What a push needs. */
export interface PushDeps {
  connectUser: ConnectUser;
  playlistPushes: PlaylistPushes;
  clock: Clock;
  /** Gives [0, 1). */
  random: () => number;
}

/**
 * Writes songs to a playlist of the user's: the standing one, replaced and renamed, or a new one. A call that adds songs
 * is never repeated, since it may have been done; the whole is written anew from the first hundred, which replace what
 * is there. Throws `InvalidInputError` before any request; after any other error the same push may be made again.
 * Requests are counted in `ledger`.
 */
export async function pushPlaylist(
  deps: PushDeps,
  request: PushRequest,
  ledger = new Ledger(),
): Promise<PushResult> {
  const { uris, newEachTime, ...asked } = parseInput(PushRequest, request, 'the push');
  const details: PlaylistDetails = {
    name: asked.name ?? `AI Generated Playlist - ${dayOf(deps.clock.now())}`,
    description: asked.description ?? DESCRIPTION,
    public: asked.public,
  };
  const { client, close } = deps.connectUser(ledger);
  try {
    const playlist = new PushedPlaylist({ ...deps, client }, newEachTime ? 'new' : 'standing', details);
    for (let tries = 1; tries <= TRIES; tries++) {
      const { id, url } = await playlist.ready();
      const changed = await fill(deps, client, id, uris);
      if (!changed) continue; // deleted meanwhile
      const { snapshot } = changed;
      await playlist.done(snapshot, uris.length);
      return { id, url, snapshot, songs: uris.length, name: details.name };
    }
  } finally {
    await close();
  }
  throw new ServiceUnavailableError(
    `expected the playlist to stay while it is written, but Spotify lost ${TRIES} of them`,
    'run it again later',
  );
}

/** The playlist's version with these songs; null where it is gone. */
async function fill(
  { clock, random }: PushDeps,
  client: SpotifyUserClient,
  id: string,
  uris: readonly string[],
): Promise<{ snapshot: string | null } | null> {
  for (let tries = 1; ; tries++) {
    const first = await client.replaceItems(id, uris.slice(0, ITEMS_BATCH));
    let changed = first;
    try {
      for (let start = ITEMS_BATCH; changed && start < uris.length; start += ITEMS_BATCH) {
        changed = await client.addItems(id, uris.slice(start, start + ITEMS_BATCH));
      }
      return changed;
    } catch (error) {
      if (!(error instanceof ServiceUnavailableError) || tries === TRIES) throw error;
      await clock.sleep(fullJitter(tries, random));
    }
  }
}

/** dd/mm/yyyy, in UTC. */
const dayOf = (now: number): string =>
  new Date(now).toISOString().slice(0, 10).split('-').reverse().join('/');
