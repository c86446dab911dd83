import { NoDataError } from '../../core/errors.ts';
import type { RecommendationMethod } from '../../core/events.ts';
import type { HeardSong } from '../../core/recommend/heard.ts';
import { located, type Way } from '../../core/recommend/way.ts';
import { byItems, bySound, byVectors, type WaysDeps } from './ways.ts';

/** A way, and the rows in it of the heard songs. */
export interface LocatedWay {
  way: Way;
  rows: (number | undefined)[];
}

/** The ways by which songs are found. */
export interface ChosenWays {
  method: RecommendationMethod;
  ways: LocatedWay[];
  /** Model of vectors; null where none is used. */
  model: string | null;
  warnings: string[];
}

/** What is asked of the ways. */
export interface WantedWays {
  method?: RecommendationMethod;
  model?: string;
}

/**
 * The ways of a method. Unless one is asked for: shared playlists where one of the heard songs stands in any, else
 * sound. Of both ways one that has no data is left out, with a warning. Throws `NoDataError` where there is nothing to
 * find songs by.
 */
export async function chooseWays(
  deps: WaysDeps,
  { method, model }: WantedWays,
  heard: readonly HeardSong[],
): Promise<ChosenWays> {
  const at = (way: Way): LocatedWay => ({ way, rows: located(way, heard) });
  const only = (way: LocatedWay, used: string | null = null, warnings: string[] = []): ChosenWays => ({
    ...{ method: way.way.method, ways: [way], model: used, warnings },
  });
  if (method === 'sound') return only(at(await bySound(deps)));
  if (method === 'items') return only(at(await byItems(deps)));
  const vectors = async () => {
    const found = await byVectors(deps, model);
    return { way: at(found.way), model: found.model };
  };
  if (method === 'playlists') {
    const { way, model: used } = await vectors();
    return only(way, used);
  }
  if (method === 'both') {
    const [sound, playlists] = [await orNone(bySound(deps)), await orNone(vectors())];
    if ('none' in playlists) {
      if ('none' in sound || model !== undefined) throw playlists.none;
      return only(at(sound.found), null, [`by sound alone: ${wordsOf(playlists.none)}`]);
    }
    const { way, model: used } = playlists.found;
    if ('none' in sound) return only(way, used, [`by playlists alone: ${wordsOf(sound.none)}`]);
    return { method, ways: [at(sound.found), way], model: used, warnings: [] };
  }
  const items = await orNone(byItems(deps).then(at));
  if ('found' in items && items.found.rows.some((row) => row !== undefined)) return only(items.found);
  const sound = await orNone(bySound(deps));
  if ('found' in sound) return only(at(sound.found));
  if ('found' in items) return only(items.found);
  throw new NoDataError(
    'expected playlists or songs with audio features in the lake, got neither',
    'collect some (soundalike run), or import a dataset or playlists (soundalike import <path>)',
  );
}

const wordsOf = ({ message, hint }: NoDataError): string => `${message}; ${hint}`;

async function orNone<T>(work: Promise<T>): Promise<{ found: T } | { none: NoDataError }> {
  try {
    return { found: await work };
  } catch (error) {
    if (error instanceof NoDataError) return { none: error };
    throw error;
  }
}
