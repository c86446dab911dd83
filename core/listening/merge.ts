import type { Play } from '../ports.ts';
import { byId } from '../text.ts';
import { type Precision, pairPlays } from './match.ts';
import { heardInExport, heardInShort, MINUTE_MS, type Report } from './reports.ts';
import { isIdentified, songsOf } from './song.ts';

/** How far recently-played's time may lie outside of a play, in milliseconds. */
const SLACK_MS = 10_000;
/** The extended export's times are cut to the second. */
const TO_SECOND: Precision = { slack: SLACK_MS, toStart: 2000 };
/** The short export's times are the middles of their minutes. */
const TO_MINUTE: Precision = { slack: MINUTE_MS / 2 + SLACK_MS, toStart: MINUTE_MS };

/** One play, by every kind of source that reported it. */
interface Reports {
  spotify?: Report | undefined;
  export?: Report | undefined;
  short?: Report | undefined;
}

/**
 * The plays that these reports are of, each once: each of `reported` is a report of one kind. What was `known` is paired
 * anew with the rest, so that the order in which reports come makes no difference.
 *
 * `idOf` gives the id of a song where one is known.
 */
export function mergePlays(
  known: readonly Play[],
  reported: readonly Play[],
  idOf: (song: string) => string | undefined,
): Play[] {
  const groups = groupBySong([...known, ...reported]);
  return apart(groups.flatMap((group) => pairKinds(group).map((play) => merged(play, idOf))));
}

/** Plays of one song, by id or by artist and title, and of those that share one of these with it. */
function groupBySong(plays: readonly Play[]): Play[][] {
  const parents = new Map<string, string>();
  const find = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
    parents.set(key, root);
    return root;
  };
  for (const play of plays) {
    const keys = songsOf(play).map((song) => `song ${song}`);
    if (play.export_id) keys.push(`track ${play.export_id}`);
    for (const key of keys) parents.set(find(key), find(`track ${play.track_id}`));
  }
  const groups = Map.groupBy(plays, ({ track_id }) => find(`track ${track_id}`));
  return [...groups.values()];
}

function pairKinds(group: readonly Play[]): Reports[] {
  const listened = heardLately(group);
  const exported = heardInExport(group);
  const exportOf = new Map(pairPlays(exported, listened.map(toMoment), TO_SECOND).map(([i, j]) => [j, i]));
  const alone = without(exported, exportOf.values());
  const plays: Reports[] = [
    ...listened.map((spotify, j) => ({ spotify, export: exported[exportOf.get(j) ?? -1] })),
    ...alone.map((report) => ({ export: report })),
  ];
  return [...plays, ...addShort(plays, heardInShort(group))];
}

/**
 * Adds the short export's reports to the plays that they are of; the reports that are left. What the extended export has
 * goes first: there a report says the same, to the minute.
 */
function addShort(plays: Reports[], reports: readonly Report[]): Reports[] {
  const exact = plays.filter((play) => play.export).sort((a, b) => beginning(a) - beginning(b));
  const beginnings = exact.map((play) => ({ at: beginning(play), id: '' }));
  const starts = reports.map(({ start, id }) => ({ start, end: start, id }));
  const exactPairs = pairPlays(starts, beginnings, TO_MINUTE);
  for (const [i, j] of exactPairs) (exact[j] as Reports).short = reports[i];

  const left = without(reports, exactPairs.map(first));
  const others = plays.filter((play) => !play.export);
  const moments = others.map(({ spotify }) => toMoment(spotify as Report));
  const pairs = pairPlays(left, moments, TO_MINUTE);
  for (const [i, j] of pairs) (others[j] as Reports).short = left[i];
  return without(left, pairs.map(first)).map((short) => ({ short }));
}

const first = ([i]: [number, number]): number => i;
const toMoment = ({ start, id }: Report) => ({ at: start, id });
/** The end less what was heard, in both exports alike. */
const beginning = (play: Reports): number => Date.parse(play.export?.play.export_at ?? '');

function without<T>(list: readonly T[], taken: Iterable<number>): T[] {
  const indices = new Set(taken);
  return list.filter((_, i) => !indices.has(i));
}

/** What recently-played reported, in order; the same time of the same track is the same play. */
function heardLately(plays: readonly Play[]): Report[] {
  const reports = new Map<string, Report>();
  for (const play of plays) {
    const { spotify_at, track_id: id } = play;
    const key = `${spotify_at} ${id}`;
    if (spotify_at === null || reports.has(key)) continue;
    const start = Date.parse(spotify_at);
    reports.set(key, { start, end: start, id, play });
  }
  return [...reports.values()].sort((a, b) => a.start - b.start || byId(a.id, b.id));
}

/** One play of its reports, the best first. */
function merged(reports: Reports, idOf: (song: string) => string | undefined): Play {
  const plays = [reports.spotify, reports.export, reports.short].flatMap((report) => report?.play ?? []);
  const [best] = plays;
  if (!best) throw new TypeError('a play without a report');
  const [spotify, exported, short] = [reports.spotify?.play, reports.export?.play, reports.short?.play];
  const named = (field: 'artist_name' | 'name') =>
    plays.find((play) => play[field] !== null)?.[field] ?? null;
  const song = (short ?? exported)?.song ?? null;
  const id = reports.spotify?.id ?? reports.export?.id ?? best.track_id;
  const times = {
    spotify_at: spotify?.spotify_at ?? null,
    offline_at: exported?.offline_at ?? null,
    export_at: exported?.export_at ?? null,
    short_at: short?.short_at ?? null,
  };
  return {
    played_at: Object.values(times).find((time) => time !== null) ?? best.played_at,
    track_id: isIdentified(id) ? id : (idOf(song ?? '') ?? best.track_id),
    name: named('name'),
    // No export has these: where its row does, they are of the play that it was paired with.
    artist_id: spotify?.artist_id ?? null,
    artist_name: named('artist_name'),
    duration_ms: spotify?.duration_ms ?? null,
    isrc: spotify?.isrc ?? null,
    source: best.source,
    ...times,
    export_end: exported?.export_end ?? null,
    export_id: reports.export?.id ?? null,
    short_end: short?.short_end ?? null,
    song,
  };
}

/** Plays of one track that seem to begin at once, which only the short export's minutes can do, a millisecond apart. */
function apart(plays: readonly Play[]): Play[] {
  const taken = new Set<string>();
  const moved = [...plays].sort(inOrder).map((play) => {
    let { played_at } = play;
    while (taken.has(`${played_at} ${play.track_id}`)) {
      played_at = new Date(Date.parse(played_at) + 1).toISOString();
    }
    taken.add(`${played_at} ${play.track_id}`);
    return { ...play, played_at };
  });
  return moved.sort(inOrder);
}

/** By time and track; of those that begin at once, what the better source reports comes first. */
const inOrder = (a: Play, b: Play): number =>
  byId(a.played_at, b.played_at) ||
  byId(a.track_id, b.track_id) ||
  byId(b.spotify_at ?? b.export_at ?? '', a.spotify_at ?? a.export_at ?? '');
