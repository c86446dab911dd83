import { OWN } from '../../adapters/dataset/playlists-name.ts';
import { NoDataError } from '../../core/errors.ts';
import type { Lake } from '../../core/ports.ts';
import { byPopularity, itemIndex } from '../../core/recommend/items.ts';
import { soundVectors } from '../../core/recommend/sound.ts';
import { locator, vectorWay, type Way } from '../../core/recommend/way.ts';
import { byId } from '../../core/text.ts';
import { readPlaylists } from '../trainer/playlists.ts';
import type { NamedVectors } from './songs-builder.ts';
import { byVectors, itemsOf, readSound, type WaysDeps } from './ways.ts';

/** What reading the ways needs. */
export interface PastDeps extends WaysDeps {
  lake: WaysDeps['lake'] & Pick<Lake, 'read'>;
}

/** A way, and the rows in it of songs. */
export interface PastWay {
  way: Way;
  locate: ReturnType<typeof locator>;
}

/** The ways as they would have been on an earlier day. */
export interface WaysInThePast {
  /** The ways of a time at which these ids had been heard: a later time has all of an earlier one's. */
  at(heard: ReadonlySet<string>): readonly PastWay[];
  /** Every song that could have been recommended, the most popular first. */
  songs: readonly string[];
  warnings: string[];
}

/** No row of the lake is of a day before it. */
const BEFORE_ALL_DAYS = '0001-01-01';

/**
 * Reads the ways once. Playlists, the model of vectors and the catalogue are as they stand today; of the songs of which
 * the lake has audio features because they were heard, only those count that had been heard by then. Throws
 * `NoDataError` where there is no way at all.
 */
export async function waysInThePast(deps: PastDeps): Promise<WaysInThePast> {
  const { lake } = deps;
  const playlists = await orNone(readPlaylists(lake));
  const vectors = (await orNone(byVectors(deps)))?.way;
  const sound = await orNone(readSound(deps.warehouse));
  const catalogue = await orNone(readSound(deps.warehouse, BEFORE_ALL_DAYS));
  if (!playlists && !vectors && !sound) throw nothing();
  const always = [...(playlists ? [itemsOf(playlists)] : []), ...(vectors ? [vectors] : [])];
  const soundAt = sound && soundInThePast(sound, new Set(catalogue?.vectors.ids));
  const ids = [...new Set([...(catalogue?.vectors.ids ?? []), ...always.flatMap((way) => way.ids)])];
  const isOwn = (await lake.days('playlists')).includes(OWN);
  const alwaysPast = always.map(past);
  return {
    at: (heard) => [...(soundAt ? [soundAt(heard)] : []), ...alwaysPast],
    songs: playlists ? popularFirst(ids, byPopularity(itemIndex(playlists))) : await byCatalogue(deps, ids),
    warnings: isOwn && playlists ? [OWN_PLAYLISTS] : [],
  };
}

const past = (way: Way): PastWay => ({ way, locate: locator(way) });

async function orNone<T>(work: Promise<T>): Promise<T | undefined> {
  return await work.catch((error: unknown) => {
    if (error instanceof NoDataError) return undefined;
    throw error;
  });
}

/** Where the same songs count as the last time, the way is the same. */
function soundInThePast(
  { vectors: { ids, size, vectors }, columns }: NamedVectors,
  catalogue: ReadonlySet<string>,
): (heard: ReadonlySet<string>) => PastWay {
  let last: { songs: number; way: PastWay } | undefined;
  return (heard) => {
    const isThere = (id: string) => catalogue.has(id) || heard.has(id);
    const rows = ids.map((_, row) => row).filter((row) => isThere(ids[row] as string));
    if (last?.songs === rows.length) return last.way;
    const there = new Float32Array(rows.length * size);
    for (const [to, from] of rows.entries()) {
      there.set(vectors.subarray(from * size, (from + 1) * size), to * size);
    }
    const space = soundVectors({ ids: rows.map((row) => ids[row] as string), size, vectors: there });
    last = { songs: rows.length, way: past(vectorWay('sound', space, columns)) };
    return last.way;
  };
}

/** Those that are ranked come first. */
function popularFirst(ids: readonly string[], ranked: readonly string[]): string[] {
  const known = new Set(ranked);
  return [...ranked, ...ids.filter((id) => !known.has(id)).sort(byId)];
}

/** By the popularity that the newest day's catalogue tells, where there are no playlists. */
async function byCatalogue({ lake }: PastDeps, ids: readonly string[]): Promise<string[]> {
  const newest = (await lake.days('top_tracks')).at(-1);
  const tracks = newest === undefined ? [] : ((await lake.read('top_tracks', newest)) ?? []);
  const popularity = new Map(tracks.map((track) => [track.id, track.popularity ?? -1]));
  const of = (id: string): number => popularity.get(id) ?? -1;
  return [...ids].sort((a, b) => of(b) - of(a) || byId(a, b));
}

const nothing = (): NoDataError =>
  new NoDataError(
    'expected playlists, a model of vectors or songs with audio features in the lake, got none',
    'collect some (soundalike run), or import a dataset or playlists (soundalike import <path>)',
  );

const OWN_PLAYLISTS =
  "the lake has the user's own playlists, as they are today, which hold songs because they were heard: by items and by playlists the past looks better than it was";
