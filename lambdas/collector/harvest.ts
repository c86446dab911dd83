import { DEFAULT_FEATURES } from '../../core/features.ts';
import type { Artist, AudioFeatures, Lake } from '../../core/ports.ts';
import type { ArtistTracks } from './walk-tracks.ts';

/** What a feature source answered for some tracks. */
export interface TrackFeatures {
  source: string;
  asked: string[];
  rows: AudioFeatures[];
}

/**
 * What a run has fetched so far. It lives in the run's slices, so that a run which stopped at any moment goes on with
 * what its last whole slice holds.
 */
export class Harvest {
  /** The followed artists as they were when the run began, by id. */
  readonly snapshot: readonly Artist[];
  /** By artist id; some may not be all yet. */
  readonly tracks = new Map<string, ArtistTracks>();
  /** By track id. */
  readonly features = new Map<string, AudioFeatures>();
  readonly #asked = new Map<string, Set<string>>();
  readonly #lake: Lake;
  readonly #run: string;
  #slices = 0;

  private constructor(lake: Lake, run: string, snapshot: readonly Artist[]) {
    this.#lake = lake;
    this.#run = run;
    this.snapshot = snapshot;
  }

  /** Goes on with a run's slices, or begins with a snapshot. */
  static async open(lake: Lake, run: string, snapshot: () => Promise<Artist[]>): Promise<Harvest> {
    const slices = await lake.slices(run);
    const staged = slices.find(({ name }) => name === 'artists')?.value as Artist[] | undefined;
    const artists = staged ?? (await snapshot());
    if (!staged) await lake.putSlice(run, 'artists', artists);
    const harvest = new Harvest(lake, run, artists);
    for (const { name, value } of slices) {
      if (name.startsWith('tracks-')) harvest.#keepTracks(value as ArtistTracks[]);
      if (name.startsWith('features-')) harvest.#keepFeatures(value as TrackFeatures);
      harvest.#slices += 1;
    }
    return harvest;
  }

  /** Stages what was found for some artists. */
  async addTracks(found: ArtistTracks[]): Promise<void> {
    if (found.length === 0) return;
    await this.#put('tracks', found);
    this.#keepTracks(found);
  }

  /** Stages what a source answered for some tracks. */
  async addFeatures(found: TrackFeatures): Promise<void> {
    await this.#put('features', found);
    this.#keepFeatures(found);
  }

  /** Takes features that need no staging, since the lake has them; they come before what a source knows no better. */
  keepKnown(rows: readonly AudioFeatures[]): void {
    for (const row of rows) if (this.#gaps(row.id) >= gapsOf(row)) this.features.set(row.id, row);
  }

  /** Takes features of tracks that lack more than these. */
  fill(rows: readonly AudioFeatures[]): void {
    for (const row of rows) if (this.#gaps(row.id) > gapsOf(row)) this.features.set(row.id, row);
  }

  /** Whether every feature that is compared by default is known of this track. */
  isKnown(id: string): boolean {
    return this.#gaps(id) === 0;
  }

  /** Whether this source was already asked for this track. */
  wasAsked(source: string, id: string): boolean {
    return this.#asked.get(source)?.has(id) ?? false;
  }

  /** Ids of all tracks that were found, once each, sorted. */
  trackIds(): string[] {
    const ids = [...this.tracks.values()].flatMap(({ tracks }) => tracks?.map(({ id }) => id) ?? []);
    return [...new Set(ids)].sort();
  }

  async #put(kind: string, value: unknown): Promise<void> {
    this.#slices += 1;
    await this.#lake.putSlice(this.#run, `${kind}-${String(this.#slices).padStart(6, '0')}`, value);
  }

  #keepTracks(found: readonly ArtistTracks[]): void {
    for (const artist of found) this.tracks.set(artist.id, artist);
  }

  #keepFeatures({ source, asked, rows }: TrackFeatures): void {
    const ids = this.#asked.get(source) ?? new Set();
    for (const id of asked) ids.add(id);
    this.#asked.set(source, ids);
    this.fill(rows);
  }

  #gaps(id: string): number {
    return gapsOf(this.features.get(id));
  }
}

/** How many default features a row lacks; a track without a row lacks most. */
const gapsOf = (row: AudioFeatures | undefined): number =>
  row ? DEFAULT_FEATURES.filter((feature) => row[feature] === null).length : DEFAULT_FEATURES.length + 1;
