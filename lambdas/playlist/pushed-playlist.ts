import * as z from 'zod';
import type { OwnPlaylist, PlaylistDetails, SpotifyUserClient } from '../../adapters/spotify/user-client.ts';
import { ServiceUnavailableError } from '../../core/errors.ts';
import type { Clock, PlaylistPush, PlaylistPushes } from '../../core/ports.ts';
import { fullJitter } from '../../core/retry.ts';
import type { HeldRun } from '../../core/run/held-run.ts';

/** How often a playlist is made, after looking for the one that the failed try may have made. */
const TRIES = 3;

/** `making`: it is being made, and is none of these `others` of its name. `filling`: it is there, its songs may not be. */
const Progress = z.union([
  z.object({ step: z.literal('making'), others: z.array(z.string()) }),
  z.object({ step: z.literal('filling') }),
]);
type Progress = z.infer<typeof Progress>;

const SLOTS = ['standing', 'new'] as const;

/** What is stored before the first push. */
const NOTHING = { playlist_id: null, url: null, snapshot: null, songs: 0, pushed_at: null };

/** What is needed to find or make a playlist. */
export interface PushedPlaylistDeps {
  client: SpotifyUserClient;
  playlistPushes: PlaylistPushes;
  /** The push, as a run. */
  run: HeldRun;
  clock: Clock;
  /** Gives [0, 1). */
  random: () => number;
}

/**
 * The playlist of a slot, which is found again or made. Each step is stored before it is taken, so that a push that was
 * killed at any time is gone on with: the playlist that it may have made is found by its name and by not having been
 * there before. A playlist that is made after another push has taken over is removed again.
 */
export class PushedPlaylist {
  readonly #deps: PushedPlaylistDeps;
  readonly #slot: (typeof SLOTS)[number];
  readonly #details: PlaylistDetails;

  constructor(deps: PushedPlaylistDeps, slot: (typeof SLOTS)[number], details: PlaylistDetails) {
    this.#deps = deps;
    this.#slot = slot;
    this.#details = details;
  }

  /** A playlist that the user sees, with the details, to be filled. */
  async ready(): Promise<{ id: string; url: string }> {
    const stored = await this.#deps.playlistPushes.read(this.#slot);
    const known = stored && (await this.#find(stored));
    await this.#deps.run.confirm();
    const isThere = known && (await this.#deps.client.changeDetails(known.id, this.#details));
    const { id, url: told } = isThere ? known : await this.#make();
    const url = told ?? `https://open.spotify.com/playlist/${id}`;
    const last = isThere ? stored : NOTHING;
    await this.#save({ ...last, playlist_id: id, url, progress: { step: 'filling' } });
    return { id, url };
  }

  /** Stores that the songs are in it. */
  async done(snapshot: string | null, songs: number): Promise<void> {
    const stored = await this.#deps.playlistPushes.read(this.#slot);
    const pushed_at = new Date(this.#deps.clock.now()).toISOString();
    await this.#save({ ...NOTHING, ...stored, snapshot, songs, pushed_at, progress: null });
  }

  /** The playlist of an earlier push that this one goes on with. */
  async #find({ playlist_id, name, progress }: PlaylistPush): Promise<OwnPlaylist | undefined> {
    const doing = progress === null ? undefined : Progress.parse(JSON.parse(progress));
    if (doing?.step === 'making') return await this.#madeBefore(name, doing.others);
    if (this.#slot === 'new' && doing === undefined) return undefined;
    for await (const own of this.#deps.client.ownPlaylists()) if (own.id === playlist_id) return own;
    return undefined;
  }

  /** The playlist that a try of this slot has made; that of the other slot may be of the same name and age. */
  async #madeBefore(name: string, others: readonly string[]): Promise<OwnPlaylist | undefined> {
    const slots = await Promise.all(SLOTS.map((slot) => this.#deps.playlistPushes.read(slot)));
    const taken = [...others, ...slots.map((push) => push?.playlist_id)];
    return (await this.#named(name)).findLast(({ id }) => !taken.includes(id));
  }

  async #make(): Promise<OwnPlaylist> {
    const { client, clock, random, run } = this.#deps;
    const { name } = this.#details;
    const others = (await this.#named(name)).map(({ id }) => id);
    await this.#save({ ...NOTHING, progress: { step: 'making', others } });
    for (let tries = 1; ; tries++) {
      try {
        await run.confirm();
        const made = await client.createPlaylist(this.#details);
        await run.confirm().catch(async (error: unknown) => {
          await client.removePlaylist(made.id).catch(() => {});
          throw error;
        });
        return made;
      } catch (error) {
        if (!(error instanceof ServiceUnavailableError) || tries === TRIES) throw error;
        await clock.sleep(fullJitter(tries, random));
        const made = await this.#madeBefore(name, others);
        if (made) return made;
      }
    }
  }

  async #named(name: string): Promise<OwnPlaylist[]> {
    const found: OwnPlaylist[] = [];
    for await (const own of this.#deps.client.ownPlaylists()) if (own.name === name) found.push(own);
    return found;
  }

  async #save({
    progress,
    ...push
  }: Omit<PlaylistPush, 'slot' | 'name' | 'progress'> & { progress: Progress | null }) {
    const text = progress && JSON.stringify(progress);
    const { name } = this.#details;
    await this.#deps.run.write(({ playlistPushes }) =>
      playlistPushes.save({ ...push, slot: this.#slot, name, progress: text }),
    );
  }
}
