import { hash } from 'node:crypto';
import * as z from 'zod';
import { DatasetError } from '../../core/errors.ts';
import { SLACK_MS } from '../../core/listening/account.ts';
import { songOf, UNKNOWN } from '../../core/listening/song.ts';
import type { Play } from '../../core/ports.ts';

/** What a file of a privacy export tells. */
export interface HistoryPlays {
  layout: 'spotify-extended' | 'spotify-short';
  /** How far off its times may be, in milliseconds. */
  slackMs: number;
  /** How many records could be read. */
  rows: number;
  /** The plays of music that count, each with the beginning that this kind of export tells. */
  plays: Play[];
  dropped: { short: number; notMusic: number };
  /** `line` counts the records from 1. */
  rejected: { line: number; reason: string }[];
  /** When the first and the last play of anything began; null where there is none. */
  span: { from: string; to: string } | null;
}

/** Spotify does not count what is heard for less, in milliseconds. */
const LEAST_MS = 30_000;
/** No play is older than Spotify. */
const BEGINNING = Date.UTC(2006, 0);
const DAY_MS = 86_400_000;

const name = z.string().nullish();
const milliseconds = z.int().nonnegative();
const Extended = z.object({
  ts: z.iso.datetime('expected a time as yyyy-mm-ddThh:mm:ssZ'),
  ms_played: milliseconds,
  master_metadata_track_name: name,
  master_metadata_album_artist_name: name,
  spotify_track_uri: name,
});
const Short = z.object({
  endTime: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d$/, 'expected yyyy-mm-dd hh:mm'),
  artistName: z.string(),
  trackName: z.string(),
  msPlayed: milliseconds,
});

/** All else (addresses, devices, countries) is dropped while the text is parsed. */
const NEEDED = new Set([...Object.keys(Extended.shape), ...Object.keys(Short.shape)]);

/**
 * The plays of a file of a privacy export, of either form. `source` is what its rows are to have; plays that began more
 * than a day after `now` are rejected. No message quotes what the file holds.
 *
 * Throws `DatasetError` where it is no list of plays.
 */
export function readHistoryPlays(text: string, source: string, now: number): HistoryPlays {
  const records = recordsOf(text);
  const isShort =
    records.some((record) => has(record, 'endTime')) && !records.some((record) => has(record, 'ts'));
  if (!isShort && records.length > 0 && !records.some((record) => has(record, 'ts'))) {
    throw notPlays('a list of something else');
  }
  const found: HistoryPlays = {
    layout: isShort ? 'spotify-short' : 'spotify-extended',
    slackMs: isShort ? SLACK_MS.short : SLACK_MS.extended,
    rows: 0,
    plays: [],
    dropped: { short: 0, notMusic: 0 },
    rejected: [],
    span: null,
  };
  for (const [i, record] of records.entries()) {
    const read = plausible(isShort ? readShort(record, source) : readExtended(record, source), now);
    if ('reason' in read) {
      found.rejected.push({ line: i + 1, reason: read.reason });
      continue;
    }
    const at = new Date(read.start).toISOString();
    found.rows++;
    found.span = {
      from: found.span && found.span.from < at ? found.span.from : at,
      to: found.span && found.span.to > at ? found.span.to : at,
    };
    if (read.track === null) found.dropped.notMusic++;
    else if (read.played < LEAST_MS) found.dropped.short++;
    else found.plays.push(read.track(at));
  }
  return found;
}

/** What a record tells; `track` is null where it is no music of Spotify's. */
type Read = { reason: string } | { start: number; played: number; track: null | ((at: string) => Play) };

function recordsOf(text: string): unknown[] {
  if (text.trim() === '') throw notPlays('an empty file');
  let value: unknown;
  try {
    value = JSON.parse(text, (key, inner) =>
      key === '' || /^\d+$/.test(key) || NEEDED.has(key) ? inner : undefined,
    );
  } catch {
    // The parser's message quotes the text.
    throw notPlays('what is no JSON, or breaks off');
  }
  if (!Array.isArray(value)) throw notPlays('something else');
  return value;
}

const notPlays = (got: string): DatasetError =>
  new DatasetError(
    `expected a JSON list of plays (ts, ms_played, … or endTime, msPlayed, …), got ${got}`,
    'unpack the archive again, or ask Spotify for the export once more',
  );

const has = (record: unknown, field: string): boolean =>
  typeof record === 'object' && record !== null && field in record;

function readExtended(record: unknown, source: string): Read {
  const parsed = Extended.safeParse(record);
  if (!parsed.success) return { reason: issueOf(parsed.error) };
  const { ts, ms_played: played, spotify_track_uri: uri } = parsed.data;
  const start = Date.parse(ts) - played;
  if (!uri?.startsWith('spotify:track:')) return { start, played, track: null };
  const track_id = uri.slice('spotify:track:'.length);
  if (!/^[0-9A-Za-z_-]{1,64}$/.test(track_id)) {
    return { reason: 'field spotify_track_uri: expected spotify:track: and an id' };
  }
  const title = parsed.data.master_metadata_track_name ?? null;
  const artist = parsed.data.master_metadata_album_artist_name ?? null;
  const track = (at: string) => ({ ...rowOf(at, title, artist, source), track_id, export_at: at });
  return { start, played, track };
}

function readShort(record: unknown, source: string): Read {
  const parsed = Short.safeParse(record);
  if (!parsed.success) return { reason: issueOf(parsed.error) };
  const { endTime, artistName, trackName, msPlayed: played } = parsed.data;
  const start = Date.parse(`${endTime.replace(' ', 'T')}:00Z`) - played;
  const track = (at: string) => {
    const row = rowOf(at, trackName, artistName, source);
    return {
      ...row,
      track_id: `${UNKNOWN}${hash('sha256', `${row.song}`, 'base64url').slice(0, 22)}`,
      short_at: at,
    };
  };
  return { start, played, track };
}

const rowOf = (at: string, title: string | null, artist: string | null, source: string) => ({
  played_at: at,
  name: title,
  artist_id: null,
  artist_name: artist,
  duration_ms: null,
  isrc: null,
  source,
  spotify_at: null,
  export_at: null,
  short_at: null,
  song: songOf(artist, title),
});

/** Names the field and what it should be, and not what it is. */
const issueOf = ({ issues: [issue] }: z.ZodError): string =>
  issue?.path.length
    ? `field ${issue.path.join('.')}: ${issue.message}`
    : 'expected an object with the fields of a play';

/** Refuses what cannot have been played when it says: one such record would stretch the history to there. */
const plausible = (read: Read, now: number): Read =>
  'reason' in read || (read.start >= BEGINNING && read.start <= now + DAY_MS)
    ? read
    : { reason: 'expected a time between 2006 and now' };
