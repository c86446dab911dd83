import type { Play } from '../ports.ts';
import { byId } from '../text.ts';
import { pairTimes } from './match.ts';
import { isIdentified, songsOf } from './song.ts';

/** The kinds of sources that tell of plays, the best first, by the field of a play's beginning as they told it. */
const KINDS = ['spotify_at', 'export_at', 'short_at'] as const;
type Kind = (typeof KINDS)[number];

/** Beginnings of the same play are less than this apart, or than the track's length, in milliseconds. */
const TOLERANCE_MS = 30_000;
/** The short export tells minutes: the true beginning is up to so much later than what it says. */
const MINUTE_MS = 60_000;

/** A play as one kind of source told it. */
interface Told {
  at: number;
  play: Play;
}

/** A play as every kind of source told it. */
type Sources = Partial<Record<Kind, Told>>;

/**
 * The plays that these sources tell of, each once: `told` are plays with the beginning of one kind each. Within a kind
 * only the same beginning of the same track is the same play; between kinds, plays are paired one to one. What was
 * known is paired anew with the rest, so that the order in which sources told of plays makes no difference.
 *
 * `idOf` gives the id of a song where one is known.
 */
export function mergePlays(
  known: readonly Play[],
  told: readonly Play[],
  idOf: (song: string) => string | undefined,
): Play[] {
  const groups = groupByTrack([...known, ...told]);
  return apart(groups.flatMap((group) => pairKinds(group).map((play) => merged(play, idOf))));
}

/** Plays of one track, by id or by artist and title, and of those that share one of these with it. */
function groupByTrack(plays: readonly Play[]): Play[][] {
  const parents = new Map<string, string>();
  const find = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
    parents.set(key, root);
    return root;
  };
  for (const play of plays) {
    for (const song of songsOf(play)) parents.set(find(`song ${song}`), find(`track ${play.track_id}`));
  }
  const groups = Map.groupBy(plays, ({ track_id }) => find(`track ${track_id}`));
  return [...groups.values()];
}

function pairKinds(group: readonly Play[]): Sources[] {
  const byTrack = Map.groupBy(group, ({ track_id }) => track_id);
  const whole: Sources[] = [];
  for (const plays of byTrack.values()) {
    const [listened, exported] = [ofKind('spotify_at', plays), ofKind('export_at', plays)];
    const pairs = new Map(pairTimes(listened.map(start), exported.map(start), toleranceOf(plays)));
    const paired = new Set(pairs.values());
    listened.forEach((play, i) => {
      whole.push({ spotify_at: play, export_at: exported[pairs.get(i) ?? -1] });
    });
    whole.push(...exported.filter((_, j) => !paired.has(j)).map((play) => ({ export_at: play })));
  }
  whole.sort((a, b) => timeOf(a) - timeOf(b) || byId(trackOf(a), trackOf(b)));
  const short = ofKind('short_at', group);
  // Where a minute is told, its middle is: what lies within it is then within half a minute of it.
  const pairs = pairTimes(
    whole.map(timeOf),
    short.map(({ at }) => at + MINUTE_MS / 2),
    toleranceOf(group) + MINUTE_MS / 2,
  );
  for (const [i, j] of pairs) (whole[i] as Sources).short_at = short[j];
  const paired = new Set(pairs.map(([, j]) => j));
  return [...whole, ...short.filter((_, j) => !paired.has(j)).map((play) => ({ short_at: play }))];
}

const start = ({ at }: Told): number => at;
/** An export is to the second what the short one is to the minute. */
const timeOf = ({ export_at, spotify_at }: Sources): number => (export_at ?? spotify_at)?.at ?? 0;

const trackOf = ({ export_at, spotify_at }: Sources): string =>
  (export_at ?? spotify_at)?.play.track_id ?? '';

/** What sources of a kind told, in order, the same once. */
function ofKind(kind: Kind, plays: readonly Play[]): Told[] {
  const told = new Map<string, Told>();
  for (const play of plays) {
    const at = play[kind];
    const key = `${at} ${kind === 'short_at' ? play.song : play.track_id}`;
    if (at !== null && !told.has(key)) told.set(key, { at: Date.parse(at), play });
  }
  return [...told.values()].sort((a, b) => a.at - b.at);
}

const toleranceOf = (plays: readonly Play[]): number =>
  plays.reduce((most, { duration_ms }) => Math.max(most, duration_ms ?? 0), TOLERANCE_MS);

/** One play of what its sources told, the best first. */
function merged(told: Sources, idOf: (song: string) => string | undefined): Play {
  const [best, ...others] = KINDS.flatMap((kind) => told[kind]?.play ?? []);
  if (!best) throw new TypeError('a play that nobody told of');
  const played_at = KINDS.map((kind) => told[kind]?.play[kind]).find(Boolean) ?? best.played_at;
  const named = (field: 'artist_name' | 'name') =>
    [best, ...others].find((play) => play[field] !== null)?.[field] ?? null;
  // No export tells these: where its row has them, they are of the play that it was paired with.
  const spotify = told.spotify_at?.play;
  const song = (told.short_at ?? told.export_at)?.play.song ?? null;
  const isKnown = isIdentified(best.track_id);
  return {
    played_at,
    track_id: (isKnown ? undefined : idOf(song ?? '')) ?? best.track_id,
    name: named('name'),
    artist_id: spotify?.artist_id ?? null,
    artist_name: named('artist_name'),
    duration_ms: spotify?.duration_ms ?? null,
    isrc: spotify?.isrc ?? null,
    source: best.source,
    spotify_at: told.spotify_at?.play.spotify_at ?? null,
    export_at: told.export_at?.play.export_at ?? null,
    short_at: told.short_at?.play.short_at ?? null,
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

/** By time and track; of those that begin at once, what the better source tells of comes first. */
const inOrder = (a: Play, b: Play): number =>
  byId(a.played_at, b.played_at) ||
  byId(a.track_id, b.track_id) ||
  byId(b.spotify_at ?? b.export_at ?? '', a.spotify_at ?? a.export_at ?? '');
