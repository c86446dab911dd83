import * as z from 'zod';
import type { Catalogue } from '../../core/catalogue.ts';
import { DAY_MINUTES, listening } from '../listening.ts';
import { mulberry32 } from '../random.ts';

const SEED = 5_022;
const DAYS = 14;
const MINUTE = 60_000;
/** How many artists of a catalogue without plays the user listens to. */
const ARTISTS_HEARD = 12;

/** A track's URI, or a local file's: `spotify:local:artist:album:title:seconds`. */
const TRACK_URI = /^spotify:(track:[0-9A-Za-z]{22}|local:[^:]*:[^:]*:[^:]+:\d+)$/;

/** A play. */
export const playSchema = z.strictObject({
  played_at: z.iso.datetime(),
  /** Null for a track that Spotify does not name any more. */
  uri: z.string().regex(TRACK_URI, 'expected spotify:track:<id> or spotify:local:<a>:<b>:<c>:<s>').nullable(),
  /** From when on Spotify shows it; from `played_at` unless told. */
  visible_at: z.iso.datetime().optional(),
});

const playlistSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  public: z.boolean(),
  collaborative: z.boolean(),
  /** User id. */
  owner: z.string(),
  /** Whether it is among the user's playlists; one that is not can still be read and changed. */
  followed: z.boolean(),
  /** Grows with each change of the items; the snapshot is made of it. */
  revision: z.int(),
  items: z.array(z.strictObject({ uri: z.string(), added_at: z.string() })),
});

const consentSchema = z.strictObject({
  /** Null: any client may use it. */
  client: z.string().nullable(),
  scopes: z.array(z.string()),
  /** Whether it was given by PKCE, so that the client needs no secret. */
  pkce: z.boolean(),
});

const grantSchema = consentSchema.extend({
  refresh_token: z.string(),
  /** Epoch milliseconds; the six months count from here. */
  consented_at: z.number(),
  revoked: z.boolean(),
});

/** What the user's side of the stand-in remembers: one JSON value, that outlives the process where it is stored. */
export const userStateSchema = z.strictObject({
  version: z.literal(1),
  /** When it was first asked for, in epoch milliseconds; the generated listening goes by it. */
  began: z.number(),
  /** Days of generated listening since then. */
  days: z.int(),
  /** Tokens, codes and playlists made so far; no two are alike. */
  made: z.int(),
  plays: z.array(playSchema),
  playlists: z.array(playlistSchema),
  grants: z.array(grantSchema),
  codes: z.array(
    consentSchema.extend({
      code: z.string(),
      redirect_uri: z.string(),
      challenge: z.string().nullable(),
      expires_at: z.number(),
    }),
  ),
  /** Access tokens; `grant` is an index of `grants`. */
  access: z.array(z.strictObject({ token: z.string(), grant: z.int(), expires_at: z.number() })),
});

export type Play = z.infer<typeof playSchema>;
export type Playlist = z.infer<typeof playlistSchema>;
export type Grant = z.infer<typeof grantSchema>;
export type UserState = z.infer<typeof userStateSchema>;

/** The stand-in's user, who has consented when the stand-in is first asked: any client may use the refresh token. */
export const STAND_IN_USER = {
  id: 'stand-in-user',
  accountId: 'sT4nD1nUs3r',
  name: 'Stand-in User',
  refreshToken: 'AQstand-in-user-is-logged-in',
  scopes: [
    'playlist-modify-private',
    'playlist-modify-public',
    'playlist-read-private',
    'user-read-recently-played',
  ],
} as const;

/** The tracks that the user likes: those of the catalogue's plays, or else those of some of its artists. */
function liked({ plays, tracks, artists }: Catalogue): Catalogue['tracks'] {
  const heard = new Set(plays.map(({ track_id }) => track_id));
  if (heard.size > 0) return tracks.filter(({ id }) => heard.has(id));
  const step = Math.max(1, Math.floor(artists.length / ARTISTS_HEARD));
  const chosen = new Set(artists.filter((_, i) => i % step === 0).map(({ id }) => id));
  return tracks.filter(({ artist_ids: [main = ''] }) => chosen.has(main));
}

function playsBefore(end: number, plays: Catalogue['plays']): Play[] {
  return plays.map(({ minutesAgo, track_id }) => ({
    played_at: new Date(end - minutesAgo * MINUTE).toISOString(),
    uri: `spotify:track:${track_id}`,
  }));
}

/**
 * Adds what the user heard by `now`: two weeks before the first start, the last days of them as the catalogue has it, and a
 * day of listening for every day since. The last day's end may lie ahead; nobody sees those plays before their time.
 */
export function listenOn(state: UserState, catalogue: Catalogue, now: number): void {
  const due = Math.floor((now - state.began) / (DAY_MINUTES * MINUTE)) + 1;
  if (state.days >= due) return;
  const tracks = liked(catalogue);
  if (state.days === 0) {
    const { plays } = catalogue;
    const known = plays[0]?.minutesAgo ?? 0;
    const earlier = listening(tracks, DAYS, mulberry32(SEED)).filter(({ minutesAgo }) => minutesAgo > known);
    state.plays.push(...playsBefore(state.began, [...earlier, ...plays]));
  }
  for (; state.days < due; state.days++) {
    const end = state.began + (state.days + 1) * DAY_MINUTES * MINUTE;
    state.plays.push(...playsBefore(end, listening(tracks, 1, mulberry32(SEED + state.days + 1))));
  }
}

/** The user's playlists at first: two of their own, and one of somebody else that they follow. */
function firstPlaylists({ playlists }: Catalogue, began: number): Playlist[] {
  return playlists.slice(0, 3).map(({ id, name, track_ids }, i) => ({
    id,
    name,
    description: null,
    public: i !== 1,
    collaborative: false,
    owner: i === 2 ? 'somebody-else' : STAND_IN_USER.id,
    followed: true,
    revision: 1,
    items: track_ids.map((track) => ({
      uri: `spotify:track:${track}`,
      added_at: new Date(began).toISOString(),
    })),
  }));
}

/** The state of a user who was never asked for before; without plays. */
export function firstState(catalogue: Catalogue, began: number): UserState {
  return {
    version: 1,
    began,
    days: 0,
    made: 0,
    plays: [],
    playlists: firstPlaylists(catalogue, began),
    grants: [
      {
        refresh_token: STAND_IN_USER.refreshToken,
        client: null,
        scopes: [...STAND_IN_USER.scopes],
        pkce: true,
        consented_at: began,
        revoked: false,
      },
    ],
    codes: [],
    access: [],
  };
}
