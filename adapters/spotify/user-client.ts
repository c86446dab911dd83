import type * as z from 'zod';
import type { CapabilityGate } from '../../core/capability.ts';
import { CapabilityMissingError, InvalidInputError } from '../../core/errors.ts';
import type { FoundPlay, RecentPlays } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import { type Answer, type ApiClient, type ApiRequest, excerpt, type JsonAnswer } from '../http.ts';
import type { AccessTokens } from './access-tokens.ts';
import { authorised } from './authorised.ts';
import { toPlay, toPlaylist, toSong } from './objects.ts';
import { refusal } from './refusals.ts';
import {
  itemsSchema,
  playlistSchema,
  playlistsSchema,
  playsSchema,
  profileSchema,
  snapshotSchema,
} from './user-schemas.ts';

/** All that Spotify ever shows of what was heard. */
const HORIZON = 50;
/** The most playlists a page of GET /me/playlists has. */
const PLAYLISTS_PAGE = 50;
/** The most entries of a playlist that a page has. */
const ITEMS_PAGE = 50;
/** A service that has more playlists or entries than this names a next page for ever: Spotify's limit is about 10,000. */
const MOST = 20_000;
/** The most songs that a call takes. */
export const ITEMS_BATCH = 100;

/** What a `SpotifyUserClient` needs. */
export interface SpotifyUserClientOptions {
  /** Speaks to https://api.spotify.com/v1. */
  api: ApiClient;
  tokens: AccessTokens;
  /** Remembers which of the newer paths this app has not. */
  gate: CapabilityGate;
}

/** A playlist among the user's own. */
export interface OwnPlaylist {
  id: string;
  name: string;
  url: string | null;
}

/** A song of a playlist. */
export type PlaylistSong = Pick<Row<'playlists'>, 'track_id' | 'name' | 'artist_id' | 'artist_name'>;

/** What people see of a playlist. */
export interface PlaylistDetails {
  name: string;
  description: string;
  public: boolean;
}

/** The outcome of a change: Spotify's version of the content. */
export interface Changed {
  snapshot: string | null;
}

/**
 * Spotify's Web API in a user's name. Beside what `ApiClient` and the tokens throw: `AccessRefusedError` where the user
 * is not on the app's list or has not granted what is needed, `UnexpectedAnswerError`. Calls that change a playlist
 * return null where there is no such playlist any more.
 */
export class SpotifyUserClient implements RecentPlays {
  readonly #options: SpotifyUserClientOptions;
  #me: Promise<{ id: string; name: string | null }> | undefined;

  constructor(options: SpotifyUserClientOptions) {
    this.#options = options;
  }

  /** Who the user is; asked once. */
  me(): Promise<{ id: string; name: string | null }> {
    this.#me ??= this.#get('/me', {}, profileSchema).then(
      ({ id, display_name: name }) => ({ id, name }),
      (error: unknown) => {
        this.#me = undefined;
        throw error;
      },
    );
    return this.#me;
  }

  async recentlyPlayed(
    after: number | null,
  ): Promise<{ plays: FoundPlay[]; unreadable?: number; isFull: boolean }> {
    const query = { limit: HORIZON, ...(after === null ? {} : { after: Math.max(0, Math.floor(after)) }) };
    const { items } = await this.#get('/me/player/recently-played', query, playsSchema);
    const plays = items.filter((item) => item !== null).map(toPlay);
    const unreadable = items.length - plays.length;
    return { plays, ...(unreadable > 0 ? { unreadable } : {}), isFull: items.length >= HORIZON };
  }

  /** The playlists that are the user's own and among those that he sees, page by page as they are asked for. */
  async *ownPlaylists(): AsyncGenerator<OwnPlaylist> {
    const { id: me } = await this.me();
    const seen = new Set<string>();
    for (let offset = 0; ; offset += PLAYLISTS_PAGE) {
      const query = { limit: PLAYLISTS_PAGE, offset };
      const { items, next } = await this.#get('/me/playlists', query, playlistsSchema);
      const page = items.filter((item) => item !== null);
      const fresh = page.filter(({ id }) => !seen.has(id));
      for (const item of fresh) {
        seen.add(item.id);
        if (item.owner?.id === me) yield toPlaylist(item);
      }
      const isRound = page.length > 0 && fresh.length === 0;
      if (next === null || items.length === 0 || isRound) return;
      this.#refuseEndless('/me/playlists', offset + PLAYLISTS_PAGE);
    }
  }

  /**
   * What stands in a playlist, in order: null for what is no song of Spotify's (a local file, an episode, a song that is
   * gone). Null in the place of all where there is no such playlist any more.
   */
  async playlistSongs(id: string): Promise<(PlaylistSong | null)[] | null> {
    const songs: (PlaylistSong | null)[] = [];
    for (let offset = 0; ; offset += ITEMS_PAGE) {
      const query = { limit: ITEMS_PAGE, offset };
      const page = await this.#byEitherPath(
        'spotify:playlist-items-read',
        'GET',
        itemPaths(id),
        { query },
        itemsSchema,
      );
      if (!page) return null;
      songs.push(...page.items.map(toSong));
      const isLast = page.next === null || offset + ITEMS_PAGE >= (page.total ?? Number.POSITIVE_INFINITY);
      if (isLast || page.items.length === 0) return songs;
      this.#refuseEndless(itemPaths(id)[0], offset + ITEMS_PAGE);
    }
  }

  #refuseEndless(path: string, offset: number): void {
    if (offset < MOST) return;
    throw this.#options.api.unexpected({ method: 'GET', path }, `a page after ${MOST} entries`);
  }

  /** Makes an empty playlist. A failure may mean that it was made all the same. */
  async createPlaylist(details: PlaylistDetails): Promise<OwnPlaylist> {
    const { id } = await this.me();
    const made = await this.#byEitherPath(
      'spotify:me-playlists',
      'POST',
      ['/me/playlists', `/users/${encodeURIComponent(id)}/playlists`],
      requestOf(details),
      playlistSchema,
    );
    if (made) return toPlaylist(made);
    throw new CapabilityMissingError(
      'this Spotify app may not make playlists, by neither path',
      'see what the app may do at https://developer.spotify.com/dashboard',
    );
  }

  /** Renames and describes a playlist; false where it is gone. */
  async changeDetails(id: string, details: PlaylistDetails): Promise<boolean> {
    const path = `/playlists/${encodeURIComponent(id)}`;
    const request: ApiRequest = { ...requestOf(details), method: 'PUT', path };
    const answer = await this.#send(request);
    return answer.status < 300 || this.#orGone(request, answer) !== null;
  }

  /** Takes a playlist off the user's, by the path that the app has: Spotify knows no other way to delete one. */
  async removePlaylist(id: string): Promise<void> {
    const ways: Pick<ApiRequest, 'path' | 'query'>[] = [
      { path: '/me/library', query: { uris: `spotify:playlist:${id}` } },
      { path: `/playlists/${encodeURIComponent(id)}/followers` },
    ];
    for (const way of ways) {
      const { status } = await this.#send({ ...way, method: 'DELETE' });
      if (status < 300) return;
    }
  }

  /** Makes these, at most a hundred, the playlist's only songs. May be repeated. */
  replaceItems(id: string, uris: readonly string[]): Promise<Changed | null> {
    return this.#changeItems('PUT', id, uris);
  }

  /** Adds these, at most a hundred, to the end. A failure may mean that they were added all the same. */
  addItems(id: string, uris: readonly string[]): Promise<Changed | null> {
    return this.#changeItems('POST', id, uris);
  }

  async #changeItems(method: 'PUT' | 'POST', id: string, uris: readonly string[]): Promise<Changed | null> {
    const request = requestOf({ uris });
    const capability = 'spotify:playlist-items';
    const changed = await this.#byEitherPath(capability, method, itemPaths(id), request, snapshotSchema);
    return changed && { snapshot: changed.snapshot_id };
  }

  /**
   * Asks by the path of February 2026, and by the older one where the app has not the newer: it answers 403 or 405, or
   * 404 while the older does not. Null where both answer 404.
   */
  async #byEitherPath<T>(
    capability: string,
    method: 'GET' | 'PUT' | 'POST',
    [newer, older]: readonly [string, string],
    asked: Pick<ApiRequest, 'query' | 'headers' | 'body'>,
    schema: z.ZodType<T>,
  ): Promise<T | null> {
    const ask = async (path: string, what?: string): Promise<T | null> => {
      const request = { ...asked, method, path };
      const answer = await this.#json(request, schema);
      if (answer.ok) return answer.value;
      if (what && answer.status === 405) throw refusal({ ...answer, status: 403, text: '' }, what);
      return this.#orGone(request, answer, what);
    };
    let byOlder: T | null = null;
    const attempt = await this.#options.gate.attempt(capability, async () => {
      const value = await ask(newer, capability);
      if (value === null) byOlder = await ask(older, capability).catch(nullIfMissing);
      if (byOlder !== null) throw refusal({ status: 403, headers: {}, text: '' }, capability);
      return value;
    });
    if (attempt.allowed) return attempt.value;
    return byOlder ?? (await ask(older));
  }

  async #get<T>(path: string, query: ApiRequest['query'], schema: z.ZodType<T>): Promise<T> {
    const request: ApiRequest = { method: 'GET', path, query };
    const answer = await this.#json(request, schema);
    if (answer.ok) return answer.value;
    if (answer.status === 403) throw refusal(answer);
    throw this.#options.api.unexpected(request, `status ${answer.status}`, answer.text);
  }

  /** Null where there is no such playlist (a 400 to a change is about its songs or name); throws for every other answer. */
  #orGone(request: ApiRequest, answer: Answer, capability?: string): null {
    if (answer.status === 404) return null;
    if (answer.status === 403) throw refusal(answer, capability);
    if (answer.status === 400 && request.method !== 'GET') {
      throw new InvalidInputError(
        `Spotify does not take these songs or this name; it said: ${excerpt(answer.text) || 'nothing'}`,
        'leave out the song that it names, or change the name or description',
      );
    }
    throw this.#options.api.unexpected(request, `status ${answer.status}`, answer.text);
  }

  #json<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<JsonAnswer<T>> {
    const { api, tokens } = this.#options;
    return authorised(tokens, (headers, again) =>
      api.json({ ...request, headers: { ...request.headers, ...headers }, again }, schema),
    );
  }

  #send(request: ApiRequest): Promise<Answer> {
    const { api, tokens } = this.#options;
    return authorised(tokens, (headers, again) =>
      api.send({ ...request, headers: { ...request.headers, ...headers }, again }),
    );
  }
}

/** An app that has only the newer paths answers the older with 403, whatever they name. */
const nullIfMissing = (error: unknown): null => {
  if (error instanceof CapabilityMissingError) return null;
  throw error;
};

const requestOf = (body: object): Pick<ApiRequest, 'headers' | 'body'> => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Where a playlist's content is: the path of February 2026, and the older one. */
const itemPaths = (id: string): [string, string] => {
  const path = `/playlists/${encodeURIComponent(id)}`;
  return [`${path}/items`, `${path}/tracks`];
};
