import { NoDataError } from '../../core/errors.ts';
import { SOUND_FEATURES } from '../../core/features.ts';
import type { LakeBatches, LakeDays, Runs, Warehouse } from '../../core/ports.ts';
import { itemIndex } from '../../core/recommend/items.ts';
import { soundVectors } from '../../core/recommend/sound.ts';
import { itemWay, vectorWay, type Way } from '../../core/recommend/way.ts';
import { songVectors } from '../../core/vectors/song-vectors.ts';
import songsSql from '../../sql/athena/songs_by_sound.sql' with { type: 'text' };
import { type LakePlaylists, readPlaylists } from '../trainer/playlists.ts';
import { type NamedVectors, SongsBuilder } from './songs-builder.ts';

/** What is read to find songs. */
export interface WaysDeps {
  lake: LakeBatches & LakeDays;
  warehouse: Pick<Warehouse, 'rows'>;
  runs: Pick<Runs, 'done'>;
}

/** Features do not change, so that those of every day count. */
const AFTER_ALL_DAYS = '9999-12-31';

/**
 * Every song of the lake that has all of the features, which are its vector as they are; of those that are known by what
 * was heard alone, the ones learnt before a day, where that is told. Throws `NoDataError` where there is none.
 */
export async function readSound(
  warehouse: WaysDeps['warehouse'],
  heardBefore = AFTER_ALL_DAYS,
): Promise<NamedVectors> {
  const songs = new SongsBuilder(SOUND_FEATURES.length);
  const days = [AFTER_ALL_DAYS, heardBefore, AFTER_ALL_DAYS, AFTER_ALL_DAYS, AFTER_ALL_DAYS];
  for await (const row of warehouse.rows(songsSql, days)) {
    const { id, name, artist_name: artist, isrc } = row as Record<string, string | null>;
    const vector = SOUND_FEATURES.map((feature) => row[feature] as number);
    songs.add(id as string, { name: name ?? null, artist: artist ?? null, isrc: isrc ?? null }, vector);
  }
  const read = songs.build();
  if (read.vectors.ids.length > 0) return read;
  throw new NoDataError(
    'expected songs with audio features in the lake, got none',
    'collect some (soundalike run), or import a dataset that has them (soundalike import <path>)',
  );
}

/** By sound. Throws as `readSound`. */
export async function bySound({ warehouse }: WaysDeps): Promise<Way> {
  const { vectors, columns } = await readSound(warehouse);
  return vectorWay('sound', soundVectors(vectors), columns);
}

/**
 * By the vectors of a model: that of this name, else the last one trained. Throws `NoDataError` where there is none, and
 * as `songVectors` does.
 */
export async function byVectors(
  { lake, runs }: WaysDeps,
  wanted?: string,
): Promise<{ way: Way; model: string }> {
  const model = await chosenModel(await lake.days('track_vectors'), runs, wanted);
  const columns = ['track_id', 'name', 'artist_name', 'vector', 'count'] as const;
  const counts: number[] = [];
  let songs: SongsBuilder | undefined;
  let size = 0;
  for await (const batch of lake.batches('track_vectors', model, columns)) {
    for (const [i, vector] of batch.vector.entries()) {
      if (vector === null || vector.length === 0 || (songs && vector.length !== size)) {
        throw notAModel(
          model,
          `a vector of ${size || 'some'} numbers for ${batch.track_id[i]}, got ${vector?.length}`,
        );
      }
      size = vector.length;
      songs ??= new SongsBuilder(size);
      const names = { name: batch.name[i] ?? null, artist: batch.artist_name[i] ?? null, isrc: null };
      songs.add(batch.track_id[i] as string, names, vector);
      const count = batch.count[i] ?? null;
      if (count !== null) counts.push(count);
    }
  }
  if (!songs) throw notAModel(model, 'songs, got none');
  const { vectors, columns: named } = songs.build();
  const isCounted = counts.length === vectors.ids.length;
  const space = songVectors({ ...vectors, ...(isCounted && { counts: Float64Array.from(counts) }) });
  return { way: vectorWay('playlists', space, named), model };
}

const notAModel = (model: string, what: string): NoDataError =>
  new NoDataError(`expected in the model ${model} ${what}`, 'train it again, or name another with --model');

async function chosenModel(
  models: readonly string[],
  runs: WaysDeps['runs'],
  wanted: string | undefined,
): Promise<string> {
  if (wanted !== undefined && models.includes(wanted)) return wanted;
  const [none, ...others] = ['soundalike train', ...models];
  if (wanted !== undefined) {
    throw new NoDataError(
      `expected the model ${wanted}, got none of that name`,
      others.length > 0 ? `name one of ${others.join(', ')}` : `train one: ${none}`,
    );
  }
  const trained = (await runs.done('training')).map(({ summary }) => modelOf(summary));
  const model = trained.find((name) => models.includes(name)) ?? models.at(-1);
  if (model !== undefined) return model;
  throw new NoDataError('expected a model of vectors, got none', `train one: ${none}`);
}

/** The model that a training tells it has made. */
function modelOf(summary: string | null): string {
  const { model } = JSON.parse(summary ?? '{}') as { model?: unknown };
  return typeof model === 'string' ? model : '';
}

/** By shared playlists. Throws `NoDataError` where there are none. */
export const byItems = async ({ lake }: WaysDeps): Promise<Way> => itemsOf(await readPlaylists(lake));

/** By shared playlists of these. */
export const itemsOf = ({ names, artistNames, ...playlists }: LakePlaylists): Way =>
  itemWay(itemIndex(playlists), { ids: playlists.ids, names, artists: artistNames });
