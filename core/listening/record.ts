import type { History, Play } from '../ports.ts';
import { addTold, type Told } from './account.ts';
import { mergePlays } from './merge.ts';
import { isIdentified, songsOf } from './song.ts';

/** What became of the reports of a source. */
export interface Recorded {
  /** Plays that the history did not have. */
  added: number;
  /** Plays that another kind of source had reported. */
  matched: number;
  /** Plays that the same kind of source had reported, or that it reports twice. */
  known: number;
}

/** More than any play lasts, pauses included: what is further away is another play, in milliseconds. */
const REACH_MS = 86_400_000;

/**
 * Records reports of plays, each of one kind (`core/listening/merge.ts`), in one transaction with the times of which the
 * source reports every play. `ids` holds ids of songs that are known; those of these plays are added.
 */
export function record(
  history: History,
  plays: readonly Play[],
  { told = [], ids = new Map(), now }: { told?: readonly Told[]; ids?: Map<string, string>; now: number },
): Promise<Recorded> {
  learn(ids, plays);
  return history.exclusively(async (exclusive) => {
    const before = await around(exclusive, plays);
    const after = mergePlays(before, plays, (song) => ids.get(song));
    const far = await identified(exclusive, before, ids);
    const removed = [...changed(before, after), ...far.map(({ play }) => play)];
    const added = [...changed(after, before), ...far.map(({ play, track_id }) => ({ ...play, track_id }))];
    if (removed.length + added.length > 0) await exclusive.replace(removed, added);
    if (told.length > 0) {
      const foundAt = new Date(now).toISOString();
      const account = await exclusive.account();
      await exclusive.setAccount(told.reduce((all, each) => addTold(all, each, foundAt), account));
    }
    const fresh = reportsOf(after) - reportsOf(before);
    const more = after.length - before.length;
    return { added: more, matched: fresh - more, known: plays.length - fresh };
  });
}

/** Adds the songs of tracks whose ids are known; of several ids the least, so that their order makes no difference. */
export function learn(
  ids: Map<string, string>,
  tracks: Iterable<Pick<Play, 'track_id' | 'name' | 'artist_name' | 'song'>>,
): void {
  for (const track of tracks) {
    if (!isIdentified(track.track_id)) continue;
    for (const song of songsOf(track)) {
      const known = ids.get(song);
      if (known === undefined || track.track_id < known) ids.set(song, track.track_id);
    }
  }
}

/** The plays within reach of others, a stretch of time after the other: a part of a merged export may have years. */
async function around(history: History, plays: readonly Play[]): Promise<Play[]> {
  const found: Play[][] = [];
  for (const { from, to } of stretches(plays)) {
    found.push(await history.between(new Date(from).toISOString(), new Date(to).toISOString()));
  }
  return found.flat();
}

function stretches(plays: readonly Play[]): { from: number; to: number }[] {
  const ends = plays.flatMap(({ played_at, export_at, export_end }) => [played_at, export_at, export_end]);
  const times = ends.flatMap((time) => (time ? Date.parse(time) : [])).sort((a, b) => a - b);
  const all: { from: number; to: number }[] = [];
  for (const time of times) {
    const last = all.at(-1);
    if (last && time - REACH_MS <= last.to) last.to = time + REACH_MS;
    else all.push({ from: time - REACH_MS, to: time + REACH_MS });
  }
  return all;
}

/** The plays elsewhere of songs whose ids are known by now, but for those whose place is taken. */
async function identified(
  history: History,
  near: readonly Play[],
  ids: ReadonlyMap<string, string>,
): Promise<{ play: Play; track_id: string }[]> {
  const here = new Set(near.map(keyOf));
  const found = new Map<string, { play: Play; track_id: string }>();
  for (const play of await history.unidentified()) {
    const track_id = ids.get(play.song ?? '');
    if (track_id === undefined || here.has(keyOf(play))) continue;
    const next = new Date(Date.parse(play.played_at) + 1).toISOString();
    const isTaken = (await history.between(play.played_at, next)).some(
      (other) => other.track_id === track_id,
    );
    if (!isTaken) found.set(keyOf({ ...play, track_id }), { play, track_id });
  }
  return [...found.values()];
}

const keyOf = ({ played_at, track_id }: Play): string => `${played_at} ${track_id}`;

/** How many reports these plays have. */
const reportsOf = (plays: readonly Play[]): number =>
  plays.flatMap((play) => [play.spotify_at, play.export_at, play.short_at]).filter(Boolean).length;

/** The plays that are not, or not so, among others. */
function changed(plays: readonly Play[], others: readonly Play[]): Play[] {
  const kept = new Map(others.map((play) => [keyOf(play), play]));
  return plays.filter((play) => {
    const other = kept.get(keyOf(play));
    return !other || (Object.keys(play) as (keyof Play)[]).some((field) => play[field] !== other[field]);
  });
}
