import type { FoundPlay, RecentPlays } from '../../core/ports.ts';
import { mulberry32, type Random } from '../../sample/random.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000] as const;

/** A track as Spotify knows it. */
export interface HeardTrack {
  id: string;
  name: string;
  artist: string;
  duration_ms: number;
}

/** What truly was played. */
export interface TruePlay {
  start: number;
  played: number;
  what: HeardTrack | 'local file' | 'podcast';
  /** When Spotify begins to show it. */
  shownFrom: number;
}

/** A listener's true list of plays, in order, and what can be known of it. */
export interface Listener {
  plays: TruePlay[];
  /** Plays of Spotify's tracks that count. */
  music: TruePlay[];
}

/** Whether it counts: Spotify does not show what was heard for less than 30 s. */
const counts = ({ played, what }: TruePlay): boolean => played >= 30 * SECOND && what !== 'podcast';

/**
 * Someone who listens in sessions from `from` on: songs on repeat, skips, local files, podcasts, versions of a song that
 * have one name, plays that show up late, and now and then a day without end.
 */
export function listenerOf(seed: number, from: number, days: number): Listener {
  const random = mulberry32(seed);
  const tracks = Array.from({ length: 60 }, (_, i) => track(i, random));
  const plays: TruePlay[] = [];
  let time = from;
  while (time < from + days * DAY) {
    time += (1 + random.int(9)) * HOUR + random.int(HOUR);
    const length = random.int(6) === 0 ? 120 + random.int(120) : 1 + random.int(40);
    let last = random.pick(tracks as [HeardTrack, ...HeardTrack[]]);
    for (let i = 0; i < length && time < from + days * DAY; i++) {
      if (random.int(4) !== 0) last = random.pick(tracks as [HeardTrack, ...HeardTrack[]]);
      const what = random.int(30) === 0 ? 'local file' : random.int(40) === 0 ? 'podcast' : last;
      const whole = typeof what === 'string' ? 4 * MINUTE : what.duration_ms;
      const played = random.int(5) === 0 ? 3 * SECOND + random.int(whole - 3 * SECOND) : whole;
      const late = random.int(25) === 0 ? random.int(2 * HOUR) : 0;
      plays.push({ start: time, played, what, shownFrom: time + Math.max(30 * SECOND, late) });
      time += played + random.int(2 * SECOND);
    }
  }
  return { plays, music: plays.filter((play) => counts(play) && typeof play.what !== 'string') };
}

function track(i: number, random: Random): HeardTrack {
  const name = `Song ${i - (i % 7 === 1 ? 1 : 0)}`;
  return {
    id: `track${i}`,
    name,
    artist: `Ärtist ${Math.floor(i / 10)}`,
    duration_ms: 61 * SECOND + random.int(5 * MINUTE),
  };
}

/** Spotify as it shows the listener's last fifty plays at a time. */
export class SpotifyOf implements RecentPlays {
  /** The time there, epoch milliseconds. */
  now: number;
  /** Every play that it ever told of. */
  readonly told = new Set<TruePlay>();
  readonly #plays: readonly TruePlay[];

  constructor({ plays }: Listener, now: number) {
    this.#plays = plays.filter(counts);
    this.now = now;
  }

  async recentlyPlayed(after: number | null): Promise<{ plays: FoundPlay[]; isFull: boolean }> {
    const last = this.#plays.filter(({ shownFrom }) => shownFrom <= this.now).slice(-50);
    const shown = last.filter(({ start }) => start > (after ?? 0)).reverse();
    for (const play of shown) this.told.add(play);
    return { plays: shown.map(toFound), isFull: shown.length === 50 };
  }
}

function toFound({ start, what }: TruePlay): FoundPlay {
  const played_at = new Date(start).toISOString();
  if (typeof what === 'string') return { played_at, track: null };
  const { id, name, artist, duration_ms } = what;
  return {
    played_at,
    track: { id, name, artist_id: `artist${artist.at(-1)}`, artist_name: artist, duration_ms, isrc: null },
  };
}

/** The records of the extended export of these plays. */
export const extendedOf = (plays: readonly TruePlay[]): Record<string, unknown>[] =>
  plays.map(({ start, played, what }) => ({
    ts: `${new Date(start + played).toISOString().slice(0, 19)}Z`,
    platform: 'android',
    ms_played: played,
    ip_addr: SECRET,
    master_metadata_track_name: typeof what === 'string' ? null : what.name,
    master_metadata_album_artist_name: typeof what === 'string' ? null : what.artist,
    spotify_track_uri: uriOf(what),
    episode_name: what === 'podcast' ? 'Episode 1' : null,
  }));

function uriOf(what: TruePlay['what']): string | null {
  if (typeof what !== 'string') return `spotify:track:${what.id}`;
  return what === 'local file' ? 'spotify:local:Band:Album:Song:240' : null;
}

/** The records of the short export of these plays; it has no local files, and its podcasts are other files. */
export const shortOf = (plays: readonly TruePlay[]): Record<string, unknown>[] =>
  plays.flatMap(({ start, played, what }) =>
    typeof what === 'string'
      ? []
      : {
          endTime: new Date(start + played).toISOString().slice(0, 16).replace('T', ' '),
          artistName: what.artist,
          trackName: what.name,
          msPlayed: played,
        },
  );

/** What must never be read from an export. */
export const SECRET = '203.0.113.77';
