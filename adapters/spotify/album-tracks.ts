import type * as z from 'zod';
import type { FoundTrack, TrackSource } from '../../core/ports.ts';
import { goesOn, tracksOf } from './objects.ts';
import { albumsSchema, albumTracksSchema } from './schemas.ts';

/** The most that a page of GET /artists/{id}/albums has in development mode; extended mode would give 50. */
const ALBUMS_PAGE = 10;
/** The most that a page of GET /albums/{id}/tracks has. */
const TRACKS_PAGE = 50;
/** The most pages that are asked for of one artist: 300 tracks on a single each take 330. */
const MOST_PAGES = 500;
const NAME = 'spotify:albums';

/** Gets an answer; null where there is no such thing. */
type Get = <T>(
  path: string,
  query: Record<string, string | number>,
  schema: z.ZodType<T>,
  capability: string,
) => Promise<T | null>;

/** How far a walk has come; its cursor is this as JSON. */
interface Place {
  /** Those still to be read of the page of albums that was asked for last. */
  albums: string[];
  /** From which track the first of them is read on. */
  track: number;
  /** Where the next page of albums begins; null after the last. */
  page: number | null;
  /** How many pages were asked for before. */
  asked: number;
}

/** A page's tracks and the place after it. */
interface Walked {
  tracks: FoundTrack[];
  next: Omit<Place, 'asked'>;
}

/**
 * An artist's tracks as they stand on their own albums and singles, those alone where the artist is credited. A page is
 * one of the albums, without tracks, or one of an album's tracks; the 500th is the last, whatever the service names next.
 */
export function albumTracks(get: Get, market: string): TrackSource {
  return {
    name: NAME,
    mayMiss: false,
    page: async ({ id }, _, cursor) => {
      const place: Place = cursor === null ? START : JSON.parse(cursor);
      const [album, ...others] = place.albums;
      const walked =
        album === undefined ? await albums(id, place.page ?? 0) : await tracks(id, album, others, place);
      return { tracks: walked.tracks, next: cursorOf({ ...walked.next, asked: place.asked + 1 }) };
    },
  };

  async function albums(artist: string, page: number): Promise<Walked> {
    const path = `/artists/${encodeURIComponent(artist)}/albums`;
    const query = { include_groups: 'album,single', limit: ALBUMS_PAGE, market, offset: page };
    const answer = (await get(path, query, albumsSchema, NAME)) ?? { items: [], next: null };
    const ids = answer.items.flatMap((album) => album?.id ?? []);
    const next = goesOn(answer, ALBUMS_PAGE) ? page + ALBUMS_PAGE : null;
    return { tracks: [], next: { albums: ids, track: 0, page: next } };
  }

  async function tracks(
    artist: string,
    album: string,
    others: string[],
    { track, page }: Place,
  ): Promise<Walked> {
    const path = `/albums/${encodeURIComponent(album)}/tracks`;
    const query = { limit: TRACKS_PAGE, market, offset: track };
    const answer = (await get(path, query, albumTracksSchema, NAME)) ?? { items: [], next: null };
    const next = goesOn(answer, TRACKS_PAGE)
      ? { albums: [album, ...others], track: track + TRACKS_PAGE, page }
      : { albums: others, track: 0, page };
    return { tracks: tracksOf(artist, answer.items), next };
  }
}

const START: Place = { albums: [], track: 0, page: 0, asked: 0 };

const cursorOf = (place: Place): string | null =>
  (place.albums.length === 0 && place.page === null) || place.asked >= MOST_PAGES
    ? null
    : JSON.stringify(place);
