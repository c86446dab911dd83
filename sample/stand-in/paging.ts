import { Refusal, type StandInRequest, spotifyError } from './http.ts';
import type { PageLimits } from './modes.ts';

/** Spotify's page of a list. */
export interface Page<T> {
  href: string;
  items: T[];
  limit: number;
  next: string | null;
  offset: number;
  previous: string | null;
  total: number;
}

/** Reads a whole number of the query; one that is none, or out of bounds, is refused with 400. */
export function integer(
  query: URLSearchParams,
  name: string,
  preset: number,
  min: number,
  max: number,
): number {
  const text = query.get(name) ?? `${preset}`;
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < min || value > max) {
    throw new Refusal(spotifyError(400, `Invalid ${name}`));
  }
  return value;
}

/** Which part of a list a request asks for; a limit or an offset out of bounds is refused with 400. */
export interface Window {
  limit: number;
  offset: number;
}

/** Reads `limit` and `offset`. */
export function windowOf(request: StandInRequest, limits: PageLimits, maxOffset = 100_000): Window {
  return {
    limit: integer(request.query, 'limit', limits.default, 1, limits.max),
    offset: integer(request.query, 'offset', 0, 0, maxOffset),
  };
}

/** A page of `items`, with links to its neighbours at `url`, whose other parameters are kept. */
export function pageOf<T, U>(
  items: readonly T[],
  { limit, offset }: Window,
  url: string,
  toObject: (item: T) => U,
): Page<U> {
  const link = (from: number): string => {
    const target = new URL(url);
    target.searchParams.set('offset', `${from}`);
    target.searchParams.set('limit', `${limit}`);
    return target.href;
  };
  return {
    href: link(offset),
    items: items.slice(offset, offset + limit).map(toObject),
    limit,
    next: offset + limit < items.length ? link(offset + limit) : null,
    offset,
    previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
    total: items.length,
  };
}
