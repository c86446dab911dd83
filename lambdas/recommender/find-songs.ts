import {
  NAMED,
  type RecommendedSong,
  type RecommendRequest,
  type RecommendResult,
} from '../../core/events.ts';
import type { History, SongLookup } from '../../core/ports.ts';
import { type ChosenSong, chooseSongs } from '../../core/recommend/choose.ts';
import { everHeard, isNew } from '../../core/recommend/ever-heard.ts';
import type { HeardSong, SongNames } from '../../core/recommend/heard.ts';
import type { Way } from '../../core/recommend/way.ts';
import { heaviest, type NearestDeps, nearestOf, songsOf } from './candidates.ts';
import { type ChosenWays, chooseWays } from './choose-ways.ts';
import { StillThere } from './still-there.ts';
import type { WaysDeps } from './ways.ts';

/** What finding songs needs. */
export interface FindDeps extends WaysDeps, NearestDeps {
  history: Pick<History, 'tracks' | 'unidentified'>;
}

/** What is to be found. */
export type Wanted = Required<Pick<RecommendRequest, 'perSong' | 'size' | 'maxPerArtist'>> &
  Pick<RecommendRequest, 'method' | 'model'>;

/** What was found, as results tell it. */
export type Found = Pick<
  RecommendResult,
  'unknown' | 'unknownCount' | 'method' | 'model' | 'songs' | 'gone' | 'warnings'
>;

/** How many songs are asked for at most, for each place of the list: whoever has lost them all needs no more requests. */
const ASKED_A_PLACE = 3;

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
  const known = everHeard(all, [...(await deps.history.tracks()), ...(await deps.history.unidentified())]);
  const namings = await nearestOf(deps, heard, ways, known.ids);
  const there = lookup && new StillThere(lookup, ASKED_A_PLACE * wanted.size);
  const songOf = songsOf(ways.map(({ way }) => way));
  const song = (id: string): SongNames => {
    const names = songOf(id);
    return { ...names, isrc: names.isrc ?? there?.isrc(id) ?? null };
  };
  const admissible = new Map<string, boolean>();
  const isAdmissible = (id: string): boolean => {
    const told = admissible.get(id) ?? isNew(known, id, song(id));
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
            `Spotify answered for ${there.asked} songs whether it still has them, not for the others: ${there.stopped}`,
          ]
        : []),
      ...(unknown.length === heard.length ? [nothingKnown(heard.length, ways)] : []),
    ],
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
