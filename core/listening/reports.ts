import type { Play } from '../ports.ts';
import { byId } from '../text.ts';
import { isIdentified } from './song.ts';

/** A play as one kind of source reports it: from when to when, epoch milliseconds, and the id that it gives the track. */
export interface Report {
  start: number;
  end: number;
  id: string;
  play: Play;
}

/** The short export's times are cut to the minute, in milliseconds. */
export const MINUTE_MS = 60_000;
/** No pause within a play is longer; what its export ends later was sent late, in milliseconds. */
const LONGEST_PAUSE_MS = 12 * 3_600_000;
/** What a play of unknown end lasts at least: Spotify counts none that is shorter, in milliseconds. */
const LEAST_MS = 30_000;
/** How far two reports of one start may lie apart, in milliseconds. */
const SAME_MS = 2000;

/**
 * What the extended export reported of one song, in order, each play once. Records with one `ts` are one play, the longest
 * of them, but for those whose devices give starts that are a play apart: what is heard offline is sent at one time.
 */
export function heardInExport(plays: readonly Play[]): Report[] {
  const records = newest(
    plays.filter(({ export_at }) => export_at !== null),
    ({ export_at }) => `${export_at}`,
    ({ export_end }) => export_end,
  );
  const ends = Map.groupBy(records, ({ export_at, export_end }) => export_end ?? `after ${export_at}`);
  return [...ends.values()].flatMap((same) => withOneEnd(same.map(toReport))).sort(inOrder);
}

/**
 * What the short export reported of one song, in order, each play once. Records that end in one minute and last for more
 * than that are one play, the longest of them; shorter ones may be several.
 */
export function heardInShort(plays: readonly Play[]): Report[] {
  const records = newest(
    plays.filter(({ short_at }) => short_at !== null),
    ({ short_at, song }) => `${short_at} ${song}`,
    ({ short_end }) => short_end,
  );
  const kept = new Map<string, Report>();
  for (const report of records.map(toShortReport)) {
    const { short_at, short_end, song } = report.play;
    const isLong = short_end && report.end - report.start >= MINUTE_MS;
    const key = isLong ? `to ${short_end} ${song}` : `from ${short_at} ${song}`;
    if (report.start < (kept.get(key)?.start ?? Infinity)) kept.set(key, report);
  }
  return [...kept.values()].sort(inOrder);
}

/** Without the rows of an older version, which have no end, whose record was imported again and brought it. */
function newest(
  plays: readonly Play[],
  startOf: (play: Play) => string,
  endOf: (play: Play) => string | null | undefined,
): Play[] {
  const whole = new Set(plays.filter(endOf).map(startOf));
  return plays.filter((play) => endOf(play) || !whole.has(startOf(play)));
}

function withOneEnd(reports: readonly Report[]): Report[] {
  const dated = reports.filter(({ play }) => play.offline_at);
  if (dated.length === 0) return [...reports].sort(byStart).slice(0, 1);
  const kept: Report[] = [];
  for (const report of dated.sort(byStart)) {
    const last = kept.at(-1);
    if (!last || report.start >= last.start + heardOf(last) - SAME_MS) kept.push(report);
  }
  return kept;
}

/** How long a record says that its play was heard, in milliseconds; 0 where it has no end. */
const heardOf = ({ play: { export_at, export_end } }: Report): number =>
  export_at && export_end ? Date.parse(export_end) - Date.parse(export_at) : 0;

/** By start, what was heard for longer first, then what has an id. */
const byStart = (a: Report, b: Report): number =>
  a.start - b.start ||
  heardOf(b) - heardOf(a) ||
  Number(isIdentified(b.id)) - Number(isIdentified(a.id)) ||
  byId(a.id, b.id);

const inOrder = (a: Report, b: Report): number => a.start - b.start || a.end - b.end || byId(a.id, b.id);

function toReport(play: Play): Report {
  const began = Date.parse(play.export_at ?? '');
  const ended = play.export_end ? Date.parse(play.export_end) : began + (play.duration_ms ?? LEAST_MS);
  const start = play.offline_at ? Date.parse(play.offline_at) : began;
  const latest = start + (ended - began) + LONGEST_PAUSE_MS;
  return { start, end: Math.min(ended, latest), id: play.export_id ?? play.track_id, play };
}

/** Times are the middles of their minutes. It has no id: that of the row may be another source's. */
function toShortReport(play: Play): Report {
  const began = Date.parse(play.short_at ?? '');
  const ended = play.short_end ? Date.parse(play.short_end) : began + (play.duration_ms ?? LEAST_MS);
  return { start: began + MINUTE_MS / 2, end: ended + MINUTE_MS / 2, id: '', play };
}
