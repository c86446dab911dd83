import { DEFAULT_FEATURES } from '../../core/features.ts';
import type { Artist, AudioFeatures, Lake, Refused, StagingPlace } from '../../core/ports.ts';
import type { ItemFailure } from '../../core/source-health.ts';
import { fits } from '../../core/tables.ts';
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
  readonly #place: StagingPlace;
  readonly #ids: ReadonlySet<string>;
  #slices = 0;

  private constructor(lake: Lake, place: StagingPlace, snapshot: readonly Artist[]) {
    this.#lake = lake;
    this.#place = place;
    this.snapshot = snapshot;
    this.#ids = new Set(snapshot.map(({ id }) => id));
  }

  /**
   * Takes up a run's slices, for those of its artists that are still followed, or begins with a snapshot. A slice that
   * does not fit the tables is removed, so that what it held is fetched again.
   */
  static async open(lake: Lake, place: StagingPlace, snapshot: () => Promise<Artist[]>): Promise<Harvest> {
    const slices: { name: string; value: unknown }[] = [];
    for (const slice of await lake.slices(place.run)) {
      if (isUsable(slice)) slices.push(slice);
      else await lake.removeSlice(place.run, slice.name);
    }
    const staged = slices.find(({ name }) => name === 'artists')?.value as Artist[] | undefined;
    const now = await snapshot();
    const followed = new Set(now.map(({ id }) => id));
    const left = staged?.filter(({ id }) => followed.has(id)) ?? [];
    const artists = left.length > 0 ? left : now;
    if (artists === now) await lake.putSlice(place.run, 'artists', artists);
    const harvest = new Harvest(lake, place, artists);
    for (const { name, value } of slices) {
      if (name.startsWith('tracks-')) harvest.#keepTracks(value as ArtistTracks[]);
      if (name.startsWith('features-')) harvest.#keepFeatures(value as TrackFeatures);
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

  /** No two holders of a run have a slice of the same name; those of later holders sort last. */
  async #put(kind: string, value: unknown): Promise<void> {
    this.#slices += 1;
    const { run, epoch } = this.#place;
    const number = [epoch, this.#slices].map((n) => String(n).padStart(9, '0')).join('-');
    await this.#lake.putSlice(run, `${kind}-${number}`, value);
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

/** Whether a slice holds what the tables can take. */
function isUsable({ name, value }: { name: string; value: unknown }): boolean {
  if (name === 'artists') return Array.isArray(value) && value.every((row) => fits('artists', row));
  if (name.startsWith('tracks-')) return Array.isArray(value) && value.every(areTracks);
  const { asked, rows, source } = (value ?? {}) as Partial<TrackFeatures>;
  return (
    typeof source === 'string' &&
    Array.isArray(asked) &&
    Array.isArray(rows) &&
    rows.every((row) => fits('audio_features', row))
  );
}

function areTracks(value: unknown): boolean {
  const { id, tracks } = (value ?? {}) as Partial<ArtistTracks>;
  const row = (track: object) => ({ ...track, artist_id: id, rank: 1 });
  return (
    tracks === null || (Array.isArray(tracks) && tracks.every((track) => fits('top_tracks', row(track))))
  );
}
