import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Catalogue } from '../../core/catalogue.ts';
import { firstState, listenOn, type Play, type UserState, userStateSchema } from './user-state.ts';

/** Where the user's state outlives the process. */
export interface UserStore {
  /** What was saved last; undefined where nothing was. */
  load(): unknown;
  save(state: UserState): Promise<void>;
}

/** How the user and the app that asks for consent behave; the tests and `PUT /stand-in/user` change it at any time. */
export const userSettingsSchema = z.strictObject({
  /** What the consent page answers. */
  consent: z.enum(['granted', 'denied']),
  /** Whether the app's owner has allowed the user; one who is not can consent, and is then refused everywhere. */
  allowListed: z.boolean(),
  /** Whether a refresh gives a new refresh token and ends the old one. */
  rotation: z.boolean(),
  /** Whether the user listens by themselves; if not, the history has what the tests put there. */
  listening: z.boolean(),
  /** Which paths to playlists the app has: `/items` and `/me/playlists`, the older ones, or both. */
  playlistPaths: z.enum(['newer', 'older', 'both']),
});

/** The settings as they are given to `startStandIn` and to `PUT /stand-in/user`. */
export type UserSettings = z.infer<typeof userSettingsSchema>;

/** The settings unless told, but for the paths to playlists, which go by the app's mode. */
export const USUAL_USER: Omit<UserSettings, 'playlistPaths'> = {
  consent: 'granted',
  allowListed: true,
  rotation: false,
  listening: true,
};

/** What the user's side of the stand-in is made of. */
export interface UserOptions {
  catalogue: Catalogue;
  settings: UserSettings;
  now: () => number;
  /** In memory unless given. */
  store?: UserStore | undefined;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An id of a playlist that the user makes: it looks random, and is the same in every state. */
export function newPlaylistId(state: UserState): string {
  return hash(`playlist ${++state.made}`).slice(0, 22);
}

/** A refresh token or a code, likewise. */
export const newSecret = (state: UserState): string => `AQ${hash(`secret ${++state.made}`)}`;
/** An access token of the user, likewise. */
export const newAccess = (state: UserState): string => `BQ${hash(`access ${++state.made}`)}`;

/** The one user of the stand-in. The state is made or loaded when it is first asked for. */
export class User {
  /** May be changed at any time. */
  readonly settings: UserSettings;
  readonly now: () => number;
  readonly #catalogue: Catalogue;
  readonly #store: UserStore | undefined;
  readonly #tracks: () => ReadonlySet<string>;
  #state: Promise<UserState> | undefined;
  #saved: Promise<void> = Promise.resolve();

  constructor({ catalogue, settings, now, store }: UserOptions) {
    this.settings = settings;
    this.now = now;
    this.#catalogue = catalogue;
    this.#store = store;
    let tracks: Set<string> | undefined;
    this.#tracks = () => {
      tracks ??= new Set(catalogue.tracks.map(({ id }) => `spotify:track:${id}`));
      return tracks;
    };
  }

  /** The state as it is now; only `change` may change it. */
  async state(): Promise<UserState> {
    this.#state ??= this.#load();
    const state = await this.#state;
    if (this.settings.listening) listenOn(state, this.#catalogue, this.now());
    return state;
  }

  /** Changes the state and saves it before it returns. What throws must not have changed anything. */
  async change<T>(work: (state: UserState) => T): Promise<T> {
    const state = await this.state();
    const result = work(state);
    await this.#save(state);
    return result;
  }

  /** Whether a URI is a local file's or that of a track of the catalogue. */
  knows(uri: string): boolean {
    return uri.startsWith('spotify:local:') || this.#tracks().has(uri);
  }

  /** Lets the user have heard something. Throws `RangeError` for a track that the catalogue does not have. */
  async addPlays(plays: readonly Play[]): Promise<void> {
    const unknown = plays.find(({ uri }) => uri !== null && !this.knows(uri));
    if (unknown) throw new RangeError(`the catalogue has no ${unknown.uri}`);
    await this.change((state) => state.plays.push(...plays));
  }

  /** Removes a playlist as if it had never been; tells whether it was there. */
  deletePlaylist(id: string): Promise<boolean> {
    return this.change((state) => {
      const before = state.playlists.length;
      state.playlists = state.playlists.filter((playlist) => playlist.id !== id);
      return state.playlists.length < before;
    });
  }

  /** Ends every consent that the user gave, and the access tokens with it. */
  revoke(): Promise<void> {
    return this.change((state) => {
      for (const grant of state.grants) grant.revoked = true;
      state.access = [];
    });
  }

  async #load(): Promise<UserState> {
    const loaded = await this.#store?.load();
    if (loaded !== undefined) {
      const parsed = userStateSchema.safeParse(loaded);
      if (parsed.success) return parsed.data;
      throw new Error(`the stored state of its user is unreadable: ${z.prettifyError(parsed.error)}`);
    }
    const state = firstState(this.#catalogue, this.now());
    if (this.settings.listening) listenOn(state, this.#catalogue, this.now());
    await this.#save(state);
    return state;
  }

  /** One save after the other, so that the last state is the one that stays. */
  #save(state: UserState): Promise<void> {
    const snapshot = structuredClone(state);
    const saving = this.#saved.then(() => this.#store?.save(snapshot));
    this.#saved = saving.catch(() => {});
    return saving;
  }
}
