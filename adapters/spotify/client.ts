import type * as z from 'zod';
import { inBatches } from '../../core/batches.ts';
import type { CapabilityGate } from '../../core/capability.ts';
import type {
  Artist,
  ArtistLookup,
  FeatureSource,
  FoundFeatures,
  Refused,
  SongLookup,
  TrackPage,
  TrackSource,
} from '../../core/ports.ts';
import { isItemFailure } from '../../core/source-health.ts';
import type { ApiClient, ApiRequest, JsonAnswer } from '../http.ts';
import { albumTracks } from './album-tracks.ts';
import { authorised } from './authorised.ts';
import { goesOn, toArtist, toTracks, tracksOf } from './objects.ts';
import { isUnknown, refusal } from './refusals.ts';
import {
  artistSchema,
  artistSearchSchema,
  artistsSchema,
  featuresSchema,
  oneTrackSchema,
  topTracksSchema,
  trackSearchSchema,
} from './schemas.ts';
import type { ClientCredentials } from './token.ts';

/** The most artists that GET /artists takes. */
const ARTISTS_BATCH = 50;
/** The most ids that GET /audio-features takes. */
const FEATURES_BATCH = 100;
/** The most results a page of GET /search has in development mode; extended mode would give 50. */
const SEARCH_PAGE = 10;
/** So many pages more than would do if all they had were the artist's. */
const SPARE_PAGES = 4;
const TOP_TRACKS = 10;
/** After this number of failed artists in a row Spotify counts as down, and none is left out. */
const FAILURES_IN_A_ROW = 3;
/** Spotify has answered 404 or 400 to queries of more than 100 characters (spotipy#845); the rest of the query fits. */
const LONGEST_NAME = 80;
const ARTISTS_CAPABILITY = 'spotify:artists';
const SONG_CAPABILITY = 'spotify:tracks';

/** What a `SpotifyClient` needs. */
export interface SpotifyClientOptions {
  /** Speaks to https://api.spotify.com/v1. */
  api: ApiClient;
  tokens: ClientCredentials;
  /** Remembers that batches of artists may not be asked for. */
  gate: CapabilityGate;
  /** ISO 3166-1 alpha-2 country; without one, and without a user, Spotify counts all content as unavailable. */
  market: string;
}

/**
 * Spotify's Web API, as far as it needs no user. Beside what `ApiClient` throws: `CredentialsError` where a fresh token
 * is refused, `CapabilityMissingError` where this app may not make such a call, `AccessRefusedError` where it may make
 * none, `UnexpectedAnswerError`.
 */
export class SpotifyClient implements ArtistLookup, SongLookup {
  readonly #options: SpotifyClientOptions;

  /** The artist's most popular tracks; for apps in extended mode. */
  readonly topTracks: TrackSource = {
    name: 'spotify:top-tracks',
    mayMiss: false,
    page: (artist) => this.#topTracks(artist.id),
  };

  /** The artist's tracks as a search by its name ranks them; for every app. */
  readonly search: TrackSource = {
    name: 'spotify:search',
    mayMiss: true,
    page: (artist, wanted, cursor) => this.#searchTracks(artist, wanted, Number(cursor)),
  };

  /** The tracks of the artist's albums and singles, without popularity and ISRC; for every app. */
  readonly albums: TrackSource;

  /** For apps that had extended mode before 2024-11-27. */
  readonly audioFeatures: FeatureSource = {
    name: 'spotify:audio-features',
    batchSize: FEATURES_BATCH,
    expendable: false,
    features: (ids, tries) => this.#features(ids, tries),
  };

  constructor(options: SpotifyClientOptions) {
    this.#options = options;
    this.albums = albumTracks((...request) => this.#get(...request), options.market);
  }

  async artist(id: string): Promise<Artist | null> {
    const raw = await this.#get(`/artists/${encodeURIComponent(id)}`, {}, artistSchema);
    return raw && toArtist(raw);
  }

  /** In batches of 50 where this app may and none of them fails, else one by one. */
  async artists(ids: readonly string[]): Promise<Artist[]> {
    const found: Artist[] = [];
    for (const batch of inBatches(ids, ARTISTS_BATCH)) {
      const attempt = await this.#options.gate.attempt(ARTISTS_CAPABILITY, () => this.#artistsBatch(batch));
      found.push(...((attempt.allowed && attempt.value) || (await this.#oneByOne(batch))));
    }
    return found;
  }

  async searchArtists(name: string): Promise<Artist[]> {
    const { market } = this.#options;
    const query = { q: shorten(name), type: 'artist', limit: SEARCH_PAGE, market };
    const answer = await this.#get('/search', query, artistSearchSchema);
    return (answer?.artists.items ?? []).filter((raw) => raw !== null).map(toArtist);
  }

  /** One request; a song that Spotify shows by another version of it is there too. */
  async song(id: string): Promise<{ isrc: string | null } | null> {
    const { market } = this.#options;
    const path = `/tracks/${encodeURIComponent(id)}`;
    const track = await this.#get(path, { market }, oneTrackSchema, SONG_CAPABILITY);
    return track && track.is_playable !== false ? { isrc: track.external_ids?.isrc ?? null } : null;
  }

  /** Null where Spotify refuses the whole batch, or fails for it: one of the ids may be the cause. */
  async #artistsBatch(ids: readonly string[]): Promise<Artist[] | null> {
    try {
      const answer = await this.#get('/artists', { ids: ids.join(',') }, artistsSchema, ARTISTS_CAPABILITY);
      return answer?.artists.filter((raw) => raw !== null).map(toArtist) ?? null;
    } catch (error) {
      if (isItemFailure(error)) return null;
      throw error;
    }
  }

  /** Leaves out those for which Spotify fails, unless it fails for all, or for several in a row. */
  async #oneByOne(ids: readonly string[]): Promise<Artist[]> {
    const found: Artist[] = [];
    let inARow = 0;
    for (const id of ids) {
      try {
        const artist = await this.artist(id);
        if (artist) found.push(artist);
        inARow = 0;
      } catch (error) {
        inARow += 1;
        if (!isItemFailure(error) || inARow === Math.min(FAILURES_IN_A_ROW, ids.length)) throw error;
      }
    }
    return found;
  }

  async #topTracks(artistId: string): Promise<TrackPage | null> {
    const { market } = this.#options;
    const path = `/artists/${encodeURIComponent(artistId)}/top-tracks`;
    const answer = await this.#get(path, { market }, topTracksSchema, this.topTracks.name);
    return answer && { tracks: toTracks(answer.tracks).slice(0, TOP_TRACKS), next: null };
  }

  /** The search finds other artists' tracks too: past its spare pages one with none of this artist's is the last. */
  async #searchTracks(
    artist: { id: string; name: string },
    wanted: number,
    offset: number,
  ): Promise<TrackPage> {
    const q = `artist:"${shorten(artist.name.replaceAll('"', ''))}"`;
    const query = { q, type: 'track', limit: SEARCH_PAGE, market: this.#options.market, offset };
    const answer = await this.#get('/search', query, trackSearchSchema);
    const page = answer?.tracks ?? { items: [], next: null };
    const tracks = tracksOf(artist.id, page.items);
    const next = offset + SEARCH_PAGE;
    const most = SEARCH_PAGE * (SPARE_PAGES + Math.ceil(wanted / SEARCH_PAGE));
    const isWorthIt = next < most && (tracks.length > 0 || offset < SEARCH_PAGE * SPARE_PAGES);
    return { tracks, next: isWorthIt && goesOn(page, SEARCH_PAGE) ? String(next) : null };
  }

  /** An id that there is none of is null in a batch: a batch that Spotify does not know as a whole is a failure. */
  async #features(ids: readonly string[], tries?: number): Promise<(FoundFeatures & Refused)[]> {
    const found = new Map<string, FoundFeatures & Refused>();
    for (const batch of inBatches(ids, FEATURES_BATCH)) {
      const request: ApiRequest = {
        method: 'GET',
        path: '/audio-features',
        query: { ids: batch.join(',') },
        tries,
      };
      const answer = this.#valueOf(
        await this.#send(request, featuresSchema),
        request,
        this.audioFeatures.name,
      );
      const asked = new Set(batch);
      for (const row of answer.audio_features) {
        if (row && asked.has(row.id) && !found.has(row.id)) found.set(row.id, row);
      }
    }
    return [...found.values()];
  }

  /** The answer's value, or null where there is no such thing. `capability` is what a 403 may be about. */
  async #get<T>(path: string, query: ApiRequest['query'], schema: z.ZodType<T>, capability?: string) {
    const request: ApiRequest = { method: 'GET', path, query };
    const answer = await this.#send(request, schema);
    return !answer.ok && isUnknown(answer) ? null : this.#valueOf(answer, request, capability);
  }

  #send<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<JsonAnswer<T>> {
    const { api, tokens } = this.#options;
    return authorised(tokens, (headers, again) => api.json({ ...request, headers, again }, schema));
  }

  #valueOf<T>(answer: JsonAnswer<T>, request: ApiRequest, capability?: string): T {
    if (answer.ok) return answer.value;
    if (answer.status === 403) throw refusal(answer, capability);
    throw this.#options.api.unexpected(request, `status ${answer.status}`, answer.text);
  }
}

/** The first 80 characters of a name; surrogate pairs stay whole. */
const shorten = (name: string): string => [...name].slice(0, LONGEST_NAME).join('');
