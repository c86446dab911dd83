import type {
  ArtistCatalog,
  CatalogArtist,
  Clock,
  Lake,
  LakeBatches,
  Published,
  PublishedNeighbours,
  RelatedArtists,
} from '../../core/ports.ts';
import {
  type PublishedDaysLake,
  type PublishedRun,
  publishedRuns,
  readWhole,
  whyNoneReady,
} from '../../core/run/published.ts';
import type { Row } from '../../core/tables.ts';
import { byId, foldName } from '../../core/text.ts';

/** What is asked of the published run where nobody reaches its database. */
type Answers = Pick<RelatedArtists, 'nearest' | 'published'> &
  Pick<ArtistCatalog, 'byId' | 'byFoldedName' | 'list'>;

/** A published run with what is small of it. */
interface Opened {
  run: PublishedRun;
  artists: Map<string, CatalogArtist>;
  features: Map<string, Row<'artist_features'>>;
}

/** Milliseconds for which a run counts as the one published last. */
const STAYS_MS = 15_000;

const COLUMNS = ['artist_id', 'y_artist', 'distance', 'rank', 'confidence', 'reasons'] as const;

/**
 * The published run as the lake has it, in the place of the database: the run of the newest day that was published.
 * Means and artists are held, neighbours are read when they are asked for. What a day is replaced by meanwhile is mixed with
 * nothing: then every question throws `DayNotReadyError` once, and where no whole run is left until there is one.
 */
export class PublishedLake implements Answers {
  readonly #lake: PublishedDaysLake & Pick<Lake, 'read'> & LakeBatches;
  readonly #clock: Pick<Clock, 'now'>;
  #opened: { until: number; run: Promise<Opened | undefined> } | undefined;

  constructor(lake: PublishedDaysLake & LakeBatches, clock: Pick<Clock, 'now'>) {
    this.#lake = lake;
    this.#clock = clock;
  }

  async published(): Promise<Published | undefined> {
    const opened = await this.#open();
    return opened && publishedOf(opened.run);
  }

  async nearest(artistId: string, limit: number): Promise<PublishedNeighbours | undefined> {
    const opened = await this.#open();
    if (!opened) return undefined;
    const { run, artists, features } = opened;
    const rows = await readWhole(this.#lake, [run], () => this.#rowsOf(run.date, artistId)).catch(
      (error: unknown) => {
        // What is held may be of a day that is replaced by now.
        this.#opened = undefined;
        throw error;
      },
    );
    rows.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
    return {
      published: publishedOf(run),
      features: features.get(artistId) ?? null,
      neighbours: rows.slice(0, limit).map((row) => ({
        ...row,
        distance: row.distance ?? 0,
        rank: row.rank ?? 0,
        name: artists.get(row.y_artist)?.name ?? null,
        url: artists.get(row.y_artist)?.url ?? null,
        features: features.get(row.y_artist) as Row<'artist_features'>,
      })),
    };
  }

  async byId(id: string): Promise<CatalogArtist | undefined> {
    return (await this.#open())?.artists.get(id);
  }

  async byFoldedName(folded: string): Promise<CatalogArtist[]> {
    return (await this.list()).filter(({ name }) => name !== null && foldName(name) === folded);
  }

  async list(): Promise<CatalogArtist[]> {
    return [...((await this.#open())?.artists.values() ?? [])].sort((a, b) => byId(a.id, b.id));
  }

  async #rowsOf(dt: string, artistId: string): Promise<Row<'related_artists'>[]> {
    const rows: Row<'related_artists'>[] = [];
    for await (const batch of this.#lake.batches('related_artists', dt, COLUMNS, { artist_id: artistId })) {
      for (const [i, artist_id] of batch.artist_id.entries()) {
        if (artist_id !== artistId) continue;
        rows.push({
          artist_id,
          y_artist: batch.y_artist[i] as string,
          distance: batch.distance[i] as number,
          rank: batch.rank[i] as number,
          confidence: batch.confidence[i] as number | null,
          reasons: batch.reasons[i] as string | null,
        });
      }
    }
    return rows;
  }

  /** A run that could not be read is asked for anew. */
  async #open(): Promise<Opened | undefined> {
    const now = this.#clock.now();
    if (!this.#opened || this.#opened.until <= now) {
      const run = this.#read(this.#opened?.run);
      this.#opened = { until: now + STAYS_MS, run };
      run.catch(() => {
        if (this.#opened?.run === run) this.#opened = undefined;
      });
    }
    return this.#opened.run;
  }

  async #read(last: Promise<Opened | undefined> | undefined): Promise<Opened | undefined> {
    const before = await last;
    for await (const run of publishedRuns(this.#lake)) {
      if (before?.run.run === run.run) return before;
      const [artists = [], features = []] = await readWhole(this.#lake, [run], () =>
        Promise.all([this.#lake.read('artists', run.date), this.#lake.read('artist_features', run.date)]),
      );
      const known = artists.map((artist) => ({ ...artist, followed: true, refreshed_at: run.finishedAt }));
      return {
        run,
        artists: new Map(known.map((artist) => [artist.id, artist])),
        features: new Map(features.map((row) => [row.artist_id, row])),
      };
    }
    const why = await whyNoneReady(this.#lake);
    if (why) throw why;
    return undefined;
  }
}

const publishedOf = ({ date: dt, run: run_id, method, result }: PublishedRun): Published => ({
  ...{ run_id, dt, method },
  parameters: JSON.stringify(result),
});
