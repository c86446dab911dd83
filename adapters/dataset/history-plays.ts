import { hash } from 'node:crypto';
import * as z from 'zod';
import type { HistoryDropped } from '../../core/events.ts';
import { SLACK_MS } from '../../core/listening/account.ts';
import { songOf, UNKNOWN } from '../../core/listening/song.ts';
import type { Play } from '../../core/ports.ts';
import { notPlays, OTHER_FILE, readJsonList } from './history-json.ts';

/** What a file of a privacy export has, or a part of it. */
export interface HistoryPlays {
  layout: 'spotify-extended' | 'spotify-short';
  /** How far off its times may be, in milliseconds. */
  slackMs: number;
  /** How many records could be read. */
  rows: number;
  /** The plays of music that count, each with the times that this kind of export has. */
  plays: Play[];
  dropped: HistoryDropped;
  /** `line` counts the file's records from 1. */
  rejected: { line: number; reason: string }[];
  /** When the first and the last play of anything began; null where there is none. */
  span: { from: string; to: string } | null;
}

/** How many records a part has at most: their plays take some megabytes of memory. */
const PART = 10_000;
/** Spotify does not count what is heard for less, in milliseconds. */
const LEAST_MS = 30_000;
/** No play is older than Spotify. */
const BEGINNING = Date.UTC(2006, 0);
const DAY_MS = 86_400_000;
/** Spotify plays for 30 days without a connection; what is heard meanwhile is sent at the next one. */
const OFFLINE_MS = 31 * DAY_MS;
/** How far the clock of a device may be ahead of Spotify's, whose times are cut to the second. */
const CLOCK_MS = 10_000;
/** Epoch seconds reach this in the year 5138, epoch milliseconds did in 1973. */
const LEAST_EPOCH_MS = 1e11;

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)? ?(Z|UTC|[+-]\d\d:?\d\d)?$/;
/** Epoch milliseconds of a time, with a `T` or a space and any zone, which is UTC where it is missing. */
const time = (form: string, noSeconds = '') =>
  z
    .string(`expected a time as ${form}`)
    .transform((text) => {
      const [, day, minute, seconds = noSeconds, zone = 'Z'] = TIME.exec(text.trim()) ?? [];
      return `${day}T${minute}${seconds}${zone.replace('UTC', 'Z').replace(/(\d\d)(\d\d)$/, '$1:$2')}`;
    })
    .pipe(z.iso.datetime({ offset: true, error: `expected a time as ${form}` }))
    .transform((text) => Date.parse(text));

const name = z.string().nullish();
const milliseconds = z.int().nonnegative();
const Extended = z.object({
  ts: time('yyyy-mm-ddThh:mm:ssZ'),
  ms_played: milliseconds,
  master_metadata_track_name: name,
  master_metadata_album_artist_name: name,
  spotify_track_uri: name,
  episode_name: name,
  spotify_episode_uri: name,
  audiobook_title: name,
  audiobook_uri: name,
  offline_timestamp: z.unknown().optional(),
});
const Short = z.object({
  endTime: time('yyyy-mm-dd hh:mm', ':00'),
  artistName: z.string(),
  trackName: z.string(),
  msPlayed: milliseconds,
});

/**
 * The plays of a file of a privacy export, of either form, in parts of some thousand records. The file is read twice, so
 * that one that is damaged anywhere gives no part. `source` is what its rows are to have; plays that began more than a day
 * after `now` are rejected. No message quotes what the file holds.
 *
 * Throws `DatasetError` where it is no list of plays.
 */
export async function* readHistoryPlays(
  read: () => AsyncIterable<Buffer>,
  source: string,
  now: number,
): AsyncGenerator<HistoryPlays> {
  const layout = await layoutOf(readJsonList(read()));
  const readRecord = layout === 'spotify-short' ? readShort : readExtended;
  let part = emptyPart(layout);
  let line = 0;
  for await (const records of readJsonList(read())) {
    for (const record of records) {
      add(part, ++line, plausible(readRecord(record, source), now));
      if (line % PART > 0) continue;
      yield part;
      part = emptyPart(layout);
    }
  }
  if (line === 0 || line % PART > 0) yield part;
}

async function layoutOf(lists: AsyncIterable<unknown[]>): Promise<HistoryPlays['layout']> {
  let [hasRecords, hasExtended, hasShort] = [false, false, false];
  for await (const records of lists) {
    hasRecords ||= records.length > 0;
    hasExtended ||= records.some((record) => has(record, 'ts'));
    hasShort ||= records.some((record) => has(record, 'endTime'));
  }
  if (hasRecords && !hasExtended && !hasShort) throw notPlays('a list of something else', OTHER_FILE);
  return hasShort && !hasExtended ? 'spotify-short' : 'spotify-extended';
}

const has = (record: unknown, field: string): boolean =>
  typeof record === 'object' && record !== null && field in record;

const emptyPart = (layout: HistoryPlays['layout']): HistoryPlays => ({
  layout,
  slackMs: layout === 'spotify-short' ? SLACK_MS.short : SLACK_MS.extended,
  rows: 0,
  plays: [],
  dropped: { short: 0, notMusic: 0, local: 0 },
  rejected: [],
  span: null,
});

/** What a record says: why it cannot be read, or a play, or of what else it is. */
type Read = { reason: string } | { start: number; played: number; of: (() => Play) | keyof HistoryDropped };

function add(part: HistoryPlays, line: number, read: Read): void {
  if ('reason' in read) {
    part.rejected.push({ line, reason: read.reason });
    return;
  }
  const { start, played, of } = read;
  const at = iso(start);
  part.rows++;
  part.span = {
    from: part.span && part.span.from < at ? part.span.from : at,
    to: part.span && part.span.to > at ? part.span.to : at,
  };
  if (typeof of === 'string') part.dropped[of]++;
  else if (played < LEAST_MS) part.dropped.short++;
  else part.plays.push(of());
}

const iso = (time: number): string => new Date(time).toISOString();

type ExtendedRecord = z.output<typeof Extended>;

function readExtended(record: unknown, source: string): Read {
  const parsed = Extended.safeParse(record);
  if (!parsed.success) return { reason: issueOf(parsed.error) };
  const { ts, ms_played: played, offline_timestamp } = parsed.data;
  const began = ts - played;
  const offline = offlineStart(offline_timestamp, began);
  const start = offline ?? began;
  const names = namesOf(
    parsed.data.master_metadata_track_name,
    parsed.data.master_metadata_album_artist_name,
  );
  const track = trackOf(parsed.data, names.song);
  if (typeof track === 'string') return { start, played, of: track };
  if ('reason' in track) return track;
  const play = () => ({
    ...rowOf(iso(start), names, source),
    track_id: track.id,
    export_at: iso(began),
    export_end: iso(ts),
    export_id: track.id,
    offline_at: offline === null ? null : iso(offline),
  });
  return { start, played, of: play };
}

/** Which track a record is of; where it has no URI, the song of its names. */
function trackOf(
  record: ExtendedRecord,
  song: string | null,
): { id: string } | { reason: string } | 'notMusic' | 'local' {
  const uri = record.spotify_track_uri ?? '';
  if (uri.startsWith('spotify:local:')) return 'local';
  if (uri.startsWith('spotify:track:')) {
    const id = uri.slice('spotify:track:'.length);
    const isId = /^[0-9A-Za-z_-]{1,64}$/.test(id);
    return isId ? { id } : { reason: 'field spotify_track_uri: expected spotify:track: and an id' };
  }
  const { episode_name, spotify_episode_uri, audiobook_title, audiobook_uri } = record;
  const isOther = uri || episode_name || spotify_episode_uri || audiobook_title || audiobook_uri;
  return isOther || song === null ? 'notMusic' : { id: unknownId(song) };
}

/**
 * The start by the clock of the device, in epoch seconds or milliseconds; null where there is none that can be: a play
 * does not begin after its end less what was heard, nor longer before it than a device may be without a connection.
 */
function offlineStart(stamp: unknown, began: number): number | null {
  const value = typeof stamp === 'number' || typeof stamp === 'string' ? Number(stamp) : Number.NaN;
  const start = Math.trunc(value < LEAST_EPOCH_MS ? value * 1000 : value);
  return start >= began - OFFLINE_MS && start <= began + CLOCK_MS ? start : null;
}

function readShort(record: unknown, source: string): Read {
  const parsed = Short.safeParse(record);
  if (!parsed.success) return { reason: issueOf(parsed.error) };
  const { endTime, artistName, trackName, msPlayed: played } = parsed.data;
  const start = endTime - played;
  const names = namesOf(trackName, artistName);
  const { song } = names;
  if (song === null) return { start, played, of: 'notMusic' };
  const play = () => ({
    ...rowOf(iso(start), names, source),
    track_id: unknownId(song),
    short_at: iso(start),
    short_end: iso(endTime),
  });
  return { start, played, of: play };
}

const unknownId = (song: string): string => `${UNKNOWN}${hash('sha256', song, 'base64url').slice(0, 22)}`;

/** A name of no letters is none. */
function namesOf(title: string | null | undefined, artist: string | null | undefined) {
  const [name, artist_name] = [title?.trim() ? title : null, artist?.trim() ? artist : null];
  return { name, artist_name, song: songOf(artist_name, name) };
}

const rowOf = (at: string, names: ReturnType<typeof namesOf>, source: string) => ({
  played_at: at,
  artist_id: null,
  duration_ms: null,
  isrc: null,
  source,
  spotify_at: null,
  export_at: null,
  short_at: null,
  ...names,
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
