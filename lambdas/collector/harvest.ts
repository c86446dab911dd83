import { DEFAULT_FEATURES } from '../../core/features.ts';
import type { Artist, AudioFeatures, Lake, Refused } from '../../core/ports.ts';
import type { ItemFailure } from '../../core/source-health.ts';
import type { ArtistTracks } from './walk-tracks.ts';

/** A row of the day, and which of its values its source gave in vain. */
export type FoundRow = AudioFeatures & Refused;

/** What a feature source answered for some tracks. */
export interface TrackFeatures {
  source: string;
  asked: string[];
  rows: FoundRow[];
  /** Those of `asked` for which the source failed alone. */
  failed?: string[];
}

/**
 * What a run has fetched so far. It lives in the run's slices, so that a run which stopped at any moment goes on with
 * what its last whole slice holds.
 */
export class Harvest {
  /** The artists that were followed when the run began and still are, by id. */
  readonly snapshot: readonly Artist[];
  /** By artist id; some may not be all yet. */
  readonly tracks = new Map<string, ArtistTracks>();
  /** By track id. */
  readonly features = new Map<string, FoundRow>();
  /** The artists for whom Spotify fails alone, with the failure; the next step of the run asks for them again. */
  readonly unavailable = new Map<string, ItemFailure>();
  /** By source, the tracks for which it failed alone. */
  readonly failed = new Map<string, string[]>();
  /** By source, the values that it gave and that cannot be: `energy of <id>`. */
  readonly refused = new Map<string, string[]>();
  readonly #asked = new Map<string, Set<string>>();
  readonly #lake: Lake;
  readonly #run: string;
  readonly #ids: ReadonlySet<string>;
  #slices = 0;

  private constructor(lake: Lake, run: string, snapshot: readonly Artist[]) {
    this.#lake = lake;
    this.#run = run;
    this.snapshot = snapshot;
    this.#ids = new Set(snapshot.map(({ id }) => id));
  }

  /** Goes on with a run's slices, for those of its artists that are still followed, or begins with a snapshot. */
  static async open(lake: Lake, run: string, snapshot: () => Promise<Artist[]>): Promise<Harvest> {
    const slices = await lake.slices(run);
    const staged = slices.find(({ name }) => name === 'artists')?.value as Artist[] | undefined;
    const now = await snapshot();
    const followed = new Set(now.map(({ id }) => id));
    const left = staged?.filter(({ id }) => followed.has(id)) ?? [];
    const artists = left.length > 0 ? left : now;
    if (artists === now) await lake.putSlice(run, 'artists', artists);
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
  fill(rows: readonly FoundRow[]): void {
    for (const row of rows) if (this.#gaps(row.id) > gapsOf(row)) this.features.set(row.id, row);
  }

  /** Whether this source answered in this run. */
  hasAnswered(source: string): boolean {
    const failed = new Set(this.failed.get(source));
    return [...(this.#asked.get(source) ?? [])].some((id) => !failed.has(id));
  }

  /** Whether every feature that is compared by default is known of this track, and no value of it was refused. */
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
    for (const artist of found) if (this.#ids.has(artist.id)) this.tracks.set(artist.id, artist);
  }

  #keepFeatures({ source, asked, rows, failed = [] }: TrackFeatures): void {
    note(this.failed, source, failed);
    note(
      this.refused,
      source,
      rows.flatMap(({ id, refused = [] }) => refused.map((feature) => `${feature} of ${id}`)),
    );
    const ids = this.#asked.get(source) ?? new Set();
    for (const id of asked) ids.add(id);
    this.#asked.set(source, ids);
    this.fill(rows);
  }

  #gaps(id: string): number {
    return gapsOf(this.features.get(id));
  }
}

/**
 * How many default features a row lacks; a track without a row lacks most. A row of which a value was refused lacks a
 * little more than one of which that value is unknown, so that another source is asked.
 */
function gapsOf(row: FoundRow | undefined): number {
  if (!row) return DEFAULT_FEATURES.length + 1;
  const missing = DEFAULT_FEATURES.filter((feature) => row[feature] === null).length;
  return row.refused ? missing + 0.5 : missing;
}

function note(lists: Map<string, string[]>, source: string, items: readonly string[]): void {
  if (items.length > 0) lists.set(source, [...(lists.get(source) ?? []), ...items]);
}
