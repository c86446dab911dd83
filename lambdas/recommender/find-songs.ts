import {
  NAMED,
  type RecommendedSong,
  type RecommendRequest,
  type RecommendResult,
} from '../../core/events.ts';
import type { Clock, History, Progress, SongLookup } from '../../core/ports.ts';
import {
  type ChosenSong,
  chooseSongs,
  merged,
  type Naming,
  type Neighbour,
} from '../../core/recommend/choose.ts';
import { TakenSongs } from '../../core/recommend/doubles.ts';
import type { HeardSong, SongNames } from '../../core/recommend/heard.ts';
import type { Way } from '../../core/recommend/way.ts';
import { type ChosenWays, chooseWays, type LocatedWay } from './choose-ways.ts';
import { StillThere } from './still-there.ts';
import type { WaysDeps } from './ways.ts';

/** What finding songs needs. */
export interface FindDeps extends WaysDeps {
  history: Pick<History, 'tracks' | 'unidentified'>;
  clock: Clock;
  progress: Progress;
}

/** What is to be found. */
export type Wanted = Required<Pick<RecommendRequest, 'perSong' | 'size' | 'maxPerArtist'>> &
  Pick<RecommendRequest, 'method' | 'model'>;

/** What was found, as results tell it. */
export type Found = Pick<
  RecommendResult,
  'unknown' | 'unknownCount' | 'method' | 'model' | 'songs' | 'gone' | 'warnings'
>;

/** What can be pushed: a local file has another id, or none. */
const SPOTIFY_ID = /^[0-9A-Za-z]{22}$/;
/** Those beyond weigh next to nothing, and take as long. */
const MOST_HEARD = 1000;
/** How many songs are asked for at most, for each place of the list: whoever has lost them all needs no more requests. */
const ASKED_A_PLACE = 3;
/** Songs between two rests, in which the run's lease is renewed. */
const BETWEEN_RESTS = 16;

/**
 * Finds songs that fit the heard ones (by id): none that was ever heard, nor another version of one. Where there is a
 * `lookup`, Spotify is asked whether it still has those of the list; where it does not, or they turn out to be doubles,
 * others take their places. Throws as `chooseWays`.
 */
export async function findSongs(
  deps: FindDeps,
  wanted: Wanted,
  all: readonly HeardSong[],
  lookup?: SongLookup,
): Promise<Found> {
  const heard = heaviest(all);
  const { ways, method, model, warnings } = await chooseWays(deps, wanted, heard);
  const known = await everHeard(deps.history, all);
  const namings = await nearestOf(deps, heard, ways, known.ids);
  const there = lookup && new StillThere(lookup, ASKED_A_PLACE * wanted.size);
  const song = songsOf(ways, there);
  const admissible = new Map<string, boolean>();
  const isAdmissible = (id: string): boolean => {
    const told = admissible.get(id) ?? (SPOTIFY_ID.test(id) && !known.songs.has(song(id)));
    admissible.set(id, told);
    return told && !there?.gone.has(id);
  };
  let list = chooseSongs(namings, { ...wanted, isAdmissible, song });
  while (await there?.ask(list.map(({ id }) => id))) {
    for (const { id } of list) admissible.delete(id);
    list = chooseSongs(namings, { ...wanted, isAdmissible, song });
  }
  const unknown = namings.filter(({ neighbours }) => neighbours.length === 0);
  return {
    unknown: unknown.slice(0, NAMED).map((naming) => named(naming.heard)),
    unknownCount: unknown.length,
    ...{ method, model },
    songs: list.map((chosen) => toSong(chosen, song(chosen.id))),
    gone: [...(there?.gone ?? [])].map((id) => ({ id, name: song(id).name ?? id })),
    warnings: [
      ...warnings,
      ...(all.length > heard.length
        ? [`of ${all.length} heard songs the ${heard.length} that weigh the most were looked at`]
        : []),
      ...(there?.stopped
        ? [
            `Spotify told of ${there.asked} songs whether it still has them, not of the others: ${there.stopped}`,
          ]
        : []),
      ...(unknown.length === heard.length ? [nothingKnown(heard.length, ways)] : []),
    ],
  };
}

/** The songs that weigh the most, by id. */
function heaviest(songs: readonly HeardSong[]): readonly HeardSong[] {
  if (songs.length <= MOST_HEARD) return songs;
  const first = new Set([...songs].sort((a, b) => b.weight - a.weight).slice(0, MOST_HEARD));
  return songs.filter((song) => first.has(song));
}

/** What was heard at any time: ids, and songs in any version. */
async function everHeard(history: FindDeps['history'], lately: readonly HeardSong[]) {
  const [ids, songs] = [new Set<string>(), new TakenSongs()];
  for (const song of lately) songs.add(song);
  for (const { track_id, name, artist_name, song } of [
    ...(await history.tracks()),
    ...(await history.unidentified()),
  ]) {
    ids.add(track_id);
    songs.add({ name, artist: artist_name, isrc: null });
    const [artist, title] = song?.split('\n') ?? [];
    if (artist !== undefined && title !== undefined) songs.add({ name: title, artist, isrc: null });
  }
  return { ids, songs };
}

async function nearestOf(
  { clock, progress }: FindDeps,
  heard: readonly HeardSong[],
  ways: readonly LocatedWay[],
  ids: ReadonlySet<string>,
): Promise<Naming[]> {
  const leftOut = ways.map(({ way }) => {
    const rows = [...ids].map((id) => way.rows.get(id)).filter((row) => row !== undefined);
    return new Set(rows);
  });
  const namings: Naming[] = [];
  for (const [i, song] of heard.entries()) {
    if (i % BETWEEN_RESTS === 0) {
      progress('finding songs', i, heard.length);
      await clock.sleep(0);
    }
    const rankings = ways.map(({ way, rows }, w) => neighboursOf(way, rows[i], leftOut[w] as Set<number>));
    const [first = [], ...others] = rankings;
    namings.push({ heard: song, neighbours: others.length > 0 ? merged(rankings) : first });
  }
  progress('finding songs', heard.length, heard.length);
  return namings;
}

/** Those that point the same way at least: the others are no neighbours, however few there are. */
function neighboursOf(way: Way, row: number | undefined, leftOut: ReadonlySet<number>): Neighbour[] {
  if (row === undefined) return [];
  const near = way.nearest(row, leftOut);
  const found: Neighbour[] = [];
  for (const [place, other] of near.rows.entries()) {
    const [nearness, worth] = [near.nearness[place] as number, near.worth[place] as number];
    if (nearness <= 0) break;
    if (other === row) continue;
    found.push({ id: way.ids[other] as string, method: way.method, nearness, worth });
  }
  return found;
}

/** What songs are called by the first of the ways that knows it, and their recording code by whoever does. */
function songsOf(ways: readonly LocatedWay[], there: StillThere | undefined): (id: string) => SongNames {
  return (id) => {
    const told = ways.flatMap(({ way }) => {
      const row = way.rows.get(id);
      return row === undefined ? [] : [way.song(row)];
    });
    const first = (field: keyof SongNames) =>
      told.map((names) => names[field]).find((value) => value !== null);
    return {
      ...{ name: first('name') ?? null, artist: first('artist') ?? null },
      isrc: first('isrc') ?? there?.isrc(id) ?? null,
    };
  };
}

const named = ({ id, name }: HeardSong) => ({ id, name: name ?? id });

const toSong = (
  { id, score, method, nearness, because }: ChosenSong,
  { name, artist }: SongNames,
): RecommendedSong => ({
  ...{ id, name: name ?? id, artist: artist ?? '', uri: `spotify:track:${id}` },
  ...{ score, method, nearness, because: named(because) },
});

const NOTHING = {
  sound:
    'none that sounds near one of them: collect (soundalike run) or import more songs with audio features',
  items: 'none that shares a playlist with one of them: import more playlists (soundalike import <path>)',
  playlists: 'none near one of them in the model: import more playlists, and train again',
} as const satisfies Record<Way['method'], string>;

const nothingKnown = (heard: number, ways: ChosenWays['ways']): string =>
  `beside the ${heard} heard songs the lake has ${ways.map(({ way }) => NOTHING[way.method]).join('; and ')}`;
