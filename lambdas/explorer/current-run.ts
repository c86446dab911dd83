import { NoDataError } from '../../core/errors.ts';
import type { SimilarityResult } from '../../core/events.ts';
import type { ExploredArtist, PublishedDay } from '../../core/explore.ts';
import type { NearGraph } from '../../core/graph/near-graph.ts';
import type { Published } from '../../core/ports.ts';
import { lastPublished, publishedOn } from '../../core/run/published.ts';
import { readDatabase } from './read-database.ts';
import { readLake } from './read-lake.ts';
import type { ExploreSources } from './sources.ts';

/** An artist without what follows from the neighbours. */
export type RunArtist = Omit<ExploredArtist, 'nearest'>;

/** What is held of a published run. */
export interface LoadedRun extends PublishedDay {
  /** The published days to choose from, the last first. */
  days: PublishedDay[];
  /** The features that the run compared. */
  compared: string[];
  map: SimilarityResult['map'];
  /** The features of `means`, in order. */
  features: string[];
  /** By id. */
  artists: RunArtist[];
  /** Places by id. */
  places: ReadonlyMap<string, number>;
  graph: NearGraph;
}

/** Published days to choose from at most. */
const MOST_DAYS = 60;

/** The run that is published now, read once and held until another is published. */
export class CurrentRun {
  readonly #sources: ExploreSources;
  #loaded: { id: string; run: Promise<LoadedRun> } | undefined;

  constructor(sources: ExploreSources) {
    this.#sources = sources;
  }

  /** Undefined where nothing is published. */
  async find(): Promise<LoadedRun | undefined> {
    const published = await this.#sources.relatedArtists.published();
    if (!published) return undefined;
    const id = published.run_id;
    if (this.#loaded?.id !== id) {
      const run = load(this.#sources, published);
      this.#loaded = { id, run };
      run.catch(() => {
        if (this.#loaded?.run === run) this.#loaded = undefined;
      });
    }
    return await this.#loaded.run;
  }

  /** Throws `NoDataError` where nothing is published. */
  async get(): Promise<LoadedRun> {
    const run = await this.find();
    if (run) return run;
    throw new NoDataError('expected a published run, got none', 'collect and compare first: soundalike run');
  }
}

/** The lake has all of a run, unless it is another machine's. */
async function load(sources: ExploreSources, published: Published): Promise<LoadedRun> {
  const { run_id: run, dt: date, method } = published;
  const { features: compared } = JSON.parse(published.parameters) as Pick<SimilarityResult, 'features'>;
  const inLake = await publishedOn(sources.lake, date);
  const isInLake = inLake?.run === run;
  const read = isInLake ? await readLake(sources.lake, inLake) : await readDatabase(sources, run);
  const days = (await lastPublished(sources.lake, MOST_DAYS)).map(
    (day): PublishedDay => ({ date: day.date, run: day.run, method: day.method }),
  );
  return {
    ...{ date, run, method, compared },
    // A run that the lake does not have is all there is of a database.
    days: days.some((day) => day.run === run) ? days : [{ date, run, method }, ...days],
    map: (isInLake && inLake.result.map) || null,
    ...read,
  };
}
