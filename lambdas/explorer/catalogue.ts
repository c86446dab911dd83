import { rangeOf } from '../../core/distribution.ts';
import type { ExploredCatalogue } from '../../core/explore.ts';
import { nearestTo } from '../../core/graph/near-graph.ts';
import type { CurrentRun } from './current-run.ts';

/** Edges of each artist that the map draws. */
const DRAWN = 5;

/** All artists of the published run; none where nothing is published. */
export async function exploredCatalogue(current: CurrentRun): Promise<ExploredCatalogue> {
  const run = await current.find();
  if (!run) return NOTHING;
  const { date, method, days, compared, map, features, artists, graph } = run;
  return {
    ...{ date, run: run.run, method, days, compared, map },
    features: features.map((name, f) => ({
      name,
      ...rangeOf(artists.map(({ means }) => means[f] ?? null).filter((mean) => mean !== null)),
    })),
    artists: artists.map((artist, place) => ({ ...artist, nearest: [...nearestTo(graph, place, DRAWN)] })),
  };
}

const NOTHING: ExploredCatalogue = {
  ...{ date: '', run: '', method: '', days: [], features: [], compared: [], map: null, artists: [] },
};
