import { DEFAULT_TRACKS } from './events.ts';

/** Of a day's requests, the share that is kept for what cannot wait. */
const RESERVED_SHARE = 0.2;
/**
 * Requests a day that what cannot wait may need: 24 times listening takes 48 and as many again where what was heard is
 * measured by Spotify; a list of 30 songs takes about 40.
 */
const LEAST_RESERVE = 100;

/**
 * Requests of a day's budget that a collection leaves for what cannot wait (listening, a push, somebody at the command
 * line): a fifth, at least 100, at most half. None where the budget has no bound.
 */
export function reserveOf(dailyRequests: number): number {
  if (!Number.isFinite(dailyRequests)) return 0;
  const wanted = Math.max(LEAST_RESERVE, Math.ceil(dailyRequests * RESERVED_SHARE));
  return Math.min(wanted, Math.floor(dailyRequests / 2));
}

/** What bounds a collection. */
export interface CollectionLimits {
  /** Tracks of each artist. */
  tracks: number;
  /** Requests that Spotify may see a day; `Infinity` for no bound. */
  dailyRequests: number;
}

/** Requests and days that a collection of all followed artists takes. */
export interface CollectionEstimate {
  artists: number;
  /** Tracks of each artist. */
  tracks: number;
  requests: number;
  /** Requests a day that a collection may make; null where there is no bound. */
  requestsADay: number | null;
  /** Days until it is done, 1 if it is done on the day that it begins. */
  days: number;
}

/**
 * Estimates a collection. An artist's best tracks take one request. Above ten tracks the list of the artist's albums
 * takes another, and an album, which is one request more, has about ten tracks.
 */
export function estimateCollection(
  artists: number,
  { tracks, dailyRequests }: CollectionLimits,
): CollectionEstimate {
  const ofEach = tracks > DEFAULT_TRACKS ? 1 + tracks / DEFAULT_TRACKS : 1;
  const requests = Math.round(artists * ofEach);
  const left = dailyRequests - reserveOf(dailyRequests);
  const days = Number.isFinite(left) ? Math.max(1, Math.ceil(requests / left)) : 1;
  return { artists, tracks, requests, requestsADay: Number.isFinite(left) ? left : null, days };
}

/** An estimate as a sentence without its full stop: "a collection of 500 artists ... : 7 days at 800 a day". */
export function estimateWords({ artists, tracks, requests, requestsADay, days }: CollectionEstimate): string {
  const what = `a collection of ${counted(artists, 'artist')} with up to ${counted(tracks, 'track')} each takes about ${counted(requests, 'request')}`;
  return requestsADay === null ? what : `${what}: ${counted(days, 'day')} at ${requestsADay} a day`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
