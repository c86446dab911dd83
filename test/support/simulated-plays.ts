import type { FoundPlay, RecentPlays } from '../../core/ports.ts';
import { mulberry32, type Random } from '../../sample/random.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000] as const;

/** A song, which Spotify has under several ids. */
interface Song {
  ids: [string, ...string[]];
  name: string;
  artist: string;
  duration_ms: number;
}

/** A play that truly was, with what sources report of it. */
export interface SimulatedPlay {
  song: Song;
  start: number;
  /** Pauses included. */
  end: number;
  /** As recently-played reports it. */
  recent: FoundPlay;
  /** As the extended export reports it, now and then twice. */
  extended: Record<string, unknown>[];
  /** As the short export reports it. */
  short: Record<string, unknown>;
}

/**
 * Plays of someone who listens in sessions, with songs on repeat, skips and pauses, and now and then offline, whose
 * session is sent at one time, later. Recently-played gives a time within three seconds of the start or of the end, the
 * export the same song under another id now and then, or under none.
 */
export function simulatedPlays(seed: number, from: number, count: number): SimulatedPlay[] {
  const random = mulberry32(seed);
  const songs = Array.from({ length: 40 }, (_, i) => songOf(i, random));
  const plays: SimulatedPlay[] = [];
  let time = from;
  while (plays.length < count) {
    time += (1 + random.int(12)) * HOUR + random.int(HOUR);
    const session: Heard[] = [];
    const length = Math.min(1 + random.int(30), count - plays.length);
    let song = pick(songs, random);
    for (let i = 0; i < length; i++) {
      if (random.int(3) !== 0) song = pick(songs, random);
      const heard = hear(song, time, random);
      session.push(heard);
      time = heard.end + random.int(2 * SECOND);
    }
    const isOffline = random.int(8) === 0;
    const sent = isOffline ? time + random.int(20 * 24) * HOUR : null;
    plays.push(...session.map((heard) => reported(heard, sent, random)));
  }
  return plays;
}

/** Recently-played, which shows fifty plays at most: what was reported to a time. */
export class SimulatedRecent implements RecentPlays {
  /** The time there, epoch milliseconds. */
  now = 0;
  readonly #plays: FoundPlay[];

  constructor(plays: readonly SimulatedPlay[]) {
    this.#plays = plays
      .map(({ recent }) => recent)
      .sort((a, b) => Date.parse(a.played_at) - Date.parse(b.played_at));
  }

  async recentlyPlayed(after: number | null): Promise<{ plays: FoundPlay[]; isFull: boolean }> {
    const shown = this.#plays
      .filter(({ played_at }) => Date.parse(played_at) <= this.now && Date.parse(played_at) > (after ?? 0))
      .slice(-50);
    return { plays: shown.reverse(), isFull: shown.length === 50 };
  }
}

interface Heard {
  song: Song;
  start: number;
  played: number;
  end: number;
}

const pick = <T>(list: readonly T[], random: Random): T => list[random.int(list.length)] as T;

function songOf(i: number, random: Random): Song {
  return {
    ids: [`song${i}`, `song${i}again`, `song${i}reissued`],
    name: `Söng ${i}`,
    artist: `Artist ${i % 9}`,
    duration_ms: 90 * SECOND + random.int(4 * MINUTE),
  };
}

function hear(song: Song, start: number, random: Random): Heard {
  const isSkipped = random.int(5) === 0;
  const played = isSkipped ? 31 * SECOND + random.int(song.duration_ms - 31 * SECOND) : song.duration_ms;
  const pause = random.int(6) === 0 ? 20 * SECOND + random.int(3 * HOUR) : 0;
  return { song, start, played, end: start + played + pause };
}

function reported(heard: Heard, sent: number | null, random: Random): SimulatedPlay {
  const { song, start, end, played } = heard;
  const isPaused = end - start > played;
  const isAtEnd = random.int(2) === 0;
  const moment = (isAtEnd ? end : start) + random.int(6 * SECOND) - 3 * SECOND;
  const id = random.int(4) === 0 ? pick(song.ids, random) : song.ids[0];
  const ts = sent ?? end;
  const hasStamp = sent !== null || (isPaused && !isAtEnd) || random.int(3) !== 0;
  const stamp = random.int(2) === 0 ? start : Math.floor(start / SECOND);
  const record = extendedRecord(heard, ts, uriOf(song, random), hasStamp ? stamp : pick([0, null], random));
  const shorter = { ...record, ms_played: Math.floor(played / 2) };
  return {
    song,
    start,
    end,
    recent: {
      played_at: iso(moment),
      track: {
        id,
        name: song.name,
        artist_id: song.artist,
        artist_name: song.artist,
        duration_ms: song.duration_ms,
        isrc: null,
      },
    },
    extended: random.int(30) === 0 ? [record, shorter] : [record],
    short: {
      endTime: iso(ts).slice(0, 16).replace('T', ' '),
      artistName: song.artist,
      trackName: song.name,
      msPlayed: played,
    },
  };
}

function uriOf({ ids }: Song, random: Random): string | null {
  if (random.int(25) === 0) return null;
  return `spotify:track:${random.int(4) === 0 ? pick(ids, random) : ids[0]}`;
}

const extendedRecord = ({ song, played }: Heard, ts: number, uri: string | null, stamp: number | null) => ({
  ts: `${iso(ts).slice(0, 19)}Z`,
  ms_played: played,
  master_metadata_track_name: song.name,
  master_metadata_album_artist_name: song.artist,
  spotify_track_uri: uri,
  offline_timestamp: stamp,
});

const iso = (time: number): string => new Date(time).toISOString();
