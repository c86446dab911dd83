import { join } from 'node:path';
import * as z from 'zod';
import type { WritableSecret } from '../../core/ports.ts';
import { FileSecret } from '../secrets/file.ts';

const DAY_MS = 86_400_000;
/** Source: https://developer.spotify.com/documentation/web-api, changes of 2026-06-18; refreshing does not extend it. */
const LIFE_MONTHS = 6;
/** From so many days before its end on, a consent asks to be renewed. */
const EXPIRING_DAYS = 14;

const text = z.string().default('');
const time = z.string().nullable().default(null);

/**
 * What the user has granted, as it is stored. The stack makes its secret with the first three fields empty, which means
 * that nobody has logged in yet.
 */
export const UserGrant = z.object({
  /** Kept for a week after Spotify has refused it. */
  refresh_token: text,
  /** Separated by spaces. */
  scopes: text,
  /** When the user consented, ISO 8601 UTC. */
  authorized_at: z.union([z.literal(''), z.iso.datetime()]).default(''),
  /** Spotify's id of the user. */
  account: text,
  /** The app that it was granted to; another cannot use it. */
  client_id: text,
  /** Whether it was granted without the app's secret, so that it must be refreshed without it too. */
  pkce: z.boolean().default(false),
  /** When Spotify first refused the refresh token; null where it is good. */
  needs_consent_since: time,
  /** When Spotify last refused it. */
  refused_at: time,
});
export type UserGrant = z.infer<typeof UserGrant>;

/** Where a user's consent stands. */
export interface ConsentStanding {
  /** `expiring` is good still, for 14 days or less. */
  state: 'none' | 'good' | 'expiring' | 'needs-consent';
  /** Whole days until the refresh token dies, 0 where it is dead; null where that cannot be told. */
  daysLeft: number | null;
  /** ISO 8601 UTC; null where nobody has logged in, or nothing tells when. */
  expiresAt: string | null;
}

/** Says where the consent stands at `now` (epoch milliseconds), without asking Spotify. */
export function consentStanding(grant: UserGrant, now: number): ConsentStanding {
  const { authorized_at, refresh_token, needs_consent_since } = grant;
  const expiresAt = authorized_at && expiryOf(authorized_at);
  if (needs_consent_since !== null || (refresh_token && expiresAt && now >= Date.parse(expiresAt))) {
    return { state: 'needs-consent', daysLeft: 0, expiresAt: expiresAt || null };
  }
  if (!refresh_token) return { state: 'none', daysLeft: null, expiresAt: null };
  if (!expiresAt) return { state: 'good', daysLeft: null, expiresAt: null };
  const daysLeft = Math.floor((Date.parse(expiresAt) - now) / DAY_MS);
  return { state: daysLeft <= EXPIRING_DAYS ? 'expiring' : 'good', daysLeft, expiresAt };
}

/** When a refresh token of this consent dies: six months later, at the end of the month where that is shorter. */
export function expiryOf(authorizedAt: string): string {
  const end = new Date(authorizedAt);
  const day = end.getUTCDate();
  end.setUTCMonth(end.getUTCMonth() + LIFE_MONTHS);
  if (end.getUTCDate() !== day) end.setUTCDate(0);
  return end.toISOString();
}

/** The grant of the data folder: a file that none but its owner may read; empty where there is none. */
export const grantFile = (folder: string): WritableSecret<UserGrant> =>
  new FileSecret(join(folder, 'spotify-user.json'), UserGrant, UserGrant.parse({}));
