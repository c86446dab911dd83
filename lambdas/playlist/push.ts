import {
  ITEMS_BATCH,
  type PlaylistDetails,
  type SpotifyUserClient,
} from '../../adapters/spotify/user-client.ts';
import { ServiceUnavailableError } from '../../core/errors.ts';
import { PushRequest, type PushResult, parseInput } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { PlaylistPushes } from '../../core/ports.ts';
import { fullJitter } from '../../core/retry.ts';
import type { HeldRun } from '../../core/run/held-run.ts';
import type { ReplaceDeps } from '../../core/run/replace.ts';
import { withRun } from '../../core/run/with-run.ts';
import type { ConnectUser } from '../login/connect.ts';
import { PushedPlaylist } from './pushed-playlist.ts';

/** How often the songs are written anew after a call that may have been done and failed all the same. */
const TRIES = 3;
const DESCRIPTION = 'Made by Soundalike';

/** What a push needs. */
export interface PushDeps extends ReplaceDeps {
  connectUser: ConnectUser;
  playlistPushes: PlaylistPushes;
  /** Gives [0, 1). */
  random: () => number;
}

/**
 * Writes songs to a playlist of the user's: the standing one, replaced and renamed, or a new one. A call that adds songs
 * is never repeated, since it may have been done; the whole is written anew from the first hundred, which replace what
 * is there. Spotify takes no condition, so the lease is confirmed before each call that changes anything; what a call that
 * comes late changes, the next push replaces.
 *
 * Throws `InvalidInputError` before any request, and `LeaseHeldError` where another push is under way; after any other
 * error the same push may be made again. Requests are counted in `ledger`.
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
  const dt = new Date(deps.clock.now()).toISOString().slice(0, 10);
  const alone = ['push'] as const;
  return await withRun(
    deps,
    { kind: 'push', dt, alone, resumes: () => false, progress: '{}' },
    async (run) => {
      const { client, close } = deps.connectUser(ledger);
      try {
        const slot = newEachTime ? 'new' : 'standing';
        const playlist = new PushedPlaylist({ ...deps, client, run }, slot, details);
        return { result: { ...(await write(deps, run, client, playlist, uris)), name: details.name } };
      } finally {
        await close();
      }
    },
  );
}

async function write(
  deps: PushDeps,
  run: HeldRun,
  client: SpotifyUserClient,
  playlist: PushedPlaylist,
  uris: readonly string[],
): Promise<Omit<PushResult, 'name'>> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const { id, url } = await playlist.ready();
    const changed = await fill(deps, run, client, id, uris);
    if (!changed) continue; // deleted meanwhile
    const { snapshot } = changed;
    await playlist.done(snapshot, uris.length);
    return { id, url, snapshot, songs: uris.length };
  }
  throw new ServiceUnavailableError(
    `expected the playlist to stay while it is written, but Spotify lost ${TRIES} of them`,
    'run it again later',
  );
}

/** The playlist's version with these songs; null where it is gone. */
async function fill(
  { clock, random }: PushDeps,
  run: HeldRun,
  client: SpotifyUserClient,
  id: string,
  uris: readonly string[],
): Promise<{ snapshot: string | null } | null> {
  for (let tries = 1; ; tries++) {
    await run.confirm();
    const first = await client.replaceItems(id, uris.slice(0, ITEMS_BATCH));
    let changed = first;
    try {
      for (let start = ITEMS_BATCH; changed && start < uris.length; start += ITEMS_BATCH) {
        await run.confirm();
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
