import { NoDataError } from '../../core/errors.ts';
import { parseInput, TrainRequest, type TrainResult } from '../../core/events.ts';
import type { Lake, LakeDays } from '../../core/ports.ts';
import { type LeaseDeps, takeRun } from '../../core/run/lease.ts';
import type { Row } from '../../core/tables.ts';
import { modelName, settingsOf } from '../../core/vectors/settings.ts';
import type { TrackVectors } from '../../core/vectors/track-vectors.ts';
import { measureQuality } from './measure.ts';
import { readPlaylists, type TrackName } from './playlists.ts';
import { type LongWork, trainVectors } from './train-vectors.ts';

/** What training needs. */
export interface TrainDeps extends LeaseDeps, LongWork {
  lake: Pick<Lake, 'read' | 'write'> & LakeDays;
}

/**
 * Trains vectors of tracks on the lake's playlists, measures their settings on playlists that are held out, and writes
 * those of all playlists to the lake as a model that is named by its settings; one of the same name is replaced. The
 * same playlists and settings give the same bytes.
 *
 * Throws `NoDataError` where there are no playlists or none with two tracks that are frequent enough, and
 * `LeaseHeldError` where another training is under way.
 */
export async function train(deps: TrainDeps, input: TrainRequest): Promise<TrainResult> {
  const settings = settingsOf(parseInput(TrainRequest, input, 'train'));
  const { clock, lake } = deps;
  const began = clock.now();
  const run = await takeRun(deps, {
    ...{ kind: 'training', dt: new Date(began).toISOString().slice(0, 10) },
    ...{ alone: ['training'], progress: JSON.stringify(settings), resumes: () => false },
  });
  try {
    const { lists, names } = await readPlaylists(lake);
    const quality = await measureQuality(deps, lists, settings);
    const vectors = await trainVectors(deps, lists, settings, 'training');
    if (!vectors) {
      throw new NoDataError(
        `expected a playlist with two tracks that stand ${settings.minCount} times or more in the playlists, got none among ${lists.length} playlists`,
        'import more playlists, or train with a smaller --min-count',
      );
    }
    const result: TrainResult = {
      ...{ model: modelName(settings), run: run.id },
      ...{ playlists: lists.length, tracks: names.size, vocabulary: vectors.ids.length },
      seconds: (clock.now() - began) / 1000,
      quality,
    };
    // Another may have taken the run over meanwhile.
    await run.advance(JSON.stringify({ replacing: result.model }));
    await lake.write('track_vectors', result.model, rowsOf(vectors, names));
    await run.done(JSON.stringify(result));
    return result;
  } catch (error) {
    await run.fail();
    throw error;
  }
}

const rowsOf = (
  { ids, size, vectors }: TrackVectors,
  names: ReadonlyMap<string, TrackName>,
): Row<'track_vectors'>[] =>
  ids.map((id, row) => ({
    track_id: id,
    name: names.get(id)?.name ?? null,
    artist_name: names.get(id)?.artist_name ?? null,
    vector: vectors.subarray(row * size, (row + 1) * size),
  }));
