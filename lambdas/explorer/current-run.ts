import { DayNotReadyError } from '../../core/errors.ts';
import type { SimilarityResult } from '../../core/events.ts';
import type { ExploredArtist, PublishedDay } from '../../core/explore.ts';
import type { NearGraph } from '../../core/graph/near-graph.ts';
import type { Published } from '../../core/ports.ts';
import { lastPublished, publishedOn, readWhole, whyNotReady } from '../../core/run/published.ts';
import { nothingPublished } from './nothing-published.ts';
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

/** A run, and whether it may be held until another is published. */
interface Read {
  run: LoadedRun;
  /** False where the lake's day is being replaced, so that less was read than the lake has of the run. */
  isAll: boolean;
}

/** The run that is published now, read once and held until another is published. */
export class CurrentRun {
  readonly #sources: ExploreSources;
  #loaded: { id: string; read: Promise<Read> } | undefined;

  constructor(sources: ExploreSources) {
    this.#sources = sources;
  }

  /** Undefined where nothing is published. */
  async find(): Promise<LoadedRun | undefined> {
    const published = await this.#sources.relatedArtists.published();
    if (!published) return undefined;
    const id = published.run_id;
    if (this.#loaded?.id !== id) {
      const read = load(this.#sources, published);
      this.#loaded = { id, read };
      const forget = (): void => {
        if (this.#loaded?.read === read) this.#loaded = undefined;
      };
      read.then(({ isAll }) => isAll || forget(), forget);
    }
    return (await this.#loaded.read).run;
  }

  /** Throws `NoDataError` where nothing is published, `DayNotReadyError` where something is about to be. */
  async get(): Promise<LoadedRun> {
    const run = await this.find();
    if (run) return run;
    throw await nothingPublished(this.#sources);
  }
}

/** The lake has all of a run, unless it is another machine's, or its day is being replaced: then the database has to do. */
async function load(sources: ExploreSources, published: Published): Promise<Read> {
  const { lake } = sources;
  const { run_id: run, dt: date, method } = published;
  const { features: compared } = JSON.parse(published.parameters) as Pick<SimilarityResult, 'features'>;
  const { inLake, isAll } = await wholeInLake(lake, date, run);
  const read = inLake ?? { map: null, ...(await readDatabase(sources, run)) };
  const days = (await lastPublished(lake, MOST_DAYS)).map(
    (day): PublishedDay => ({ date: day.date, run: day.run, method: day.method }),
  );
  const loaded: LoadedRun = {
    date,
    run,
    method,
    compared,
    // A run that the lake does not have is all there is of a database.
    days: days.some((day) => day.run === run) ? days : [{ date, run, method }, ...days],
    ...read,
  };
  return { run: loaded, isAll };
}

type InLake = Awaited<ReturnType<typeof readLake>> & Pick<LoadedRun, 'map'>;

/** What the lake has of a run; undefined where it does not have it, or only in part while its day is replaced. */
async function wholeInLake(
  lake: ExploreSources['lake'],
  date: string,
  run: string,
): Promise<{ inLake?: InLake; isAll: boolean }> {
  const inLake = await publishedOn(lake, date);
  if (inLake?.run !== run) return { isAll: (await whyNotReady(lake, date)) === undefined };
  try {
    const read = await readWhole(lake, [inLake], () => readLake(lake, inLake));
    return { inLake: { map: inLake.result.map ?? null, ...read }, isAll: true };
  } catch (error) {
    if (error instanceof DayNotReadyError) return { isAll: false };
    throw error;
  }
}
