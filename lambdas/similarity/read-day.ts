import { NoDataError } from '../../core/errors.ts';
import type { Dropped, NamedArtist } from '../../core/events.ts';
import { FEATURES, SOUND_FEATURES } from '../../core/features.ts';
import type { GatheredSets } from '../../core/methods/track-sets.ts';
import type { RunKind, Warehouse } from '../../core/ports.ts';
import type { Range } from '../../core/similarity/matrix.ts';
import type { Row } from '../../core/tables.ts';
import artistFeaturesSql from '../../sql/athena/artist_features.sql' with { type: 'text' };
import featureMiddlesSql from '../../sql/athena/feature_middles.sql' with { type: 'text' };
import featureRangesSql from '../../sql/athena/feature_ranges.sql' with { type: 'text' };
import featureSourcesSql from '../../sql/athena/feature_sources.sql' with { type: 'text' };

/** What an artist's means are taken of. */
const AVERAGED = [...FEATURES, 'duration_ms'] as const;
/** Of fewer tracks, one makes most of a range by chance. */
const FEWEST_FOR_LONE = 10;

/** Artists in columns, by id: a million of them take some 300 MB, as rows they would take three times that. */
export interface Artists {
  ids: string[];
  names: string[];
  urls: (string | null)[];
  /** Their distinct tracks, and those of them that have features. */
  found: number[];
  tracks: number[];
  /** Raw means; NaN where none of an artist's tracks has the feature. */
  means: Record<(typeof AVERAGED)[number], number[]>;
}

/** A track that alone lies on its side of the middle of a feature's range. */
export interface LoneTrack {
  id: string;
  value: number;
  middle: number;
}

/** A day as the comparison needs it. */
export interface Day {
  /** The artists that were asked for. */
  artists: Artists;
  /** The day's smallest and largest value of each feature. */
  ranges: Record<string, Range>;
  /** By feature, the track that alone makes most of the range; of features of which one does. */
  lone: Record<string, LoneTrack>;
  /** Where the day's features come from, and how many from each. */
  sources: Record<string, number>;
}

/** Who of a day can be compared, by their places among its artists, and who cannot. */
export interface Comparable {
  compared: number[];
  dropped: Dropped[];
}

/**
 * Reads a day's means and ranges. Asked are the followed artists for a collection, and the artists with a track for an
 * import. Throws `NoDataError` where the day has no artists.
 */
export async function readDay(warehouse: Warehouse, dt: string, kind: RunKind): Promise<Day> {
  const artists = await readArtists(warehouse, dt, kind);
  if (artists.ids.length === 0) {
    throw new NoDataError(
      `expected artists on ${dt}, got none`,
      'collect or import that day first, or choose another with --date',
    );
  }
  const sources = await warehouse.query(featureSourcesSql, [dt]);
  const ranges = await rangesOf(warehouse, dt);
  return {
    artists,
    ranges,
    lone: await loneTracks(warehouse, dt, ranges),
    sources: Object.fromEntries(sources.map(({ source, tracks }) => [source, Number(tracks)])),
  };
}

/** Those that have a mean of every feature. */
export function withMeans({ artists }: Day, features: readonly string[]): Comparable {
  const means = features.map((feature) => artists.means[feature as keyof Artists['means']]);
  return comparable(artists, (at) => {
    const missing = means.findIndex((column) => Number.isNaN(column[at]));
    return missing === -1 ? undefined : `no-features:${features[missing]}`;
  });
}

/** Those that are among the sets of tracks; `features` are those that were asked for. */
export function withTracks(
  { artists }: Day,
  { sets, dropped }: GatheredSets,
  features: readonly string[],
): Comparable {
  const kept = new Set(sets.ids);
  const reasons = new Map(dropped.map(({ id, reason }) => [id, reason]));
  return comparable(artists, (at) => {
    const id = artists.ids[at] as string;
    return kept.has(id) ? undefined : (reasons.get(id) ?? `no-features:${features[0]}`);
  });
}

function comparable({ ids, names, found }: Artists, missing: (at: number) => string | undefined): Comparable {
  const compared: number[] = [];
  const dropped: Dropped[] = [];
  for (const [at, id] of ids.entries()) {
    const reason = missing(at);
    if (reason === undefined) compared.push(at);
    else dropped.push({ id, name: names[at] as string, reason: found[at] === 0 ? 'no-tracks' : reason });
  }
  return { compared, dropped };
}

/** The artist at a place. */
export const artistAt = ({ ids, names, urls }: Artists, at: number): NamedArtist => ({
  id: ids[at] as string,
  name: names[at] as string,
  url: urls[at] ?? null,
});

/** What else is known of some artists, by id: in how many playlists they stand, and how far their tracks lie apart. */
export type Details = ReadonlyMap<string, { playlists: number | null; spread: number | null }>;

/** The rows of `artist_features`, by id, made as they are read: every artist that has a track with features. */
export function* artistFeatures(
  { ids, tracks, means }: Artists,
  details: Details = new Map(),
): Generator<Row<'artist_features'>> {
  for (const [at, id] of ids.entries()) {
    if (tracks[at] === 0) continue;
    const values = AVERAGED.map((feature) => {
      const mean = means[feature][at] as number;
      return [feature, Number.isNaN(mean) ? null : mean];
    });
    const { playlists = null, spread = null } = details.get(id) ?? {};
    yield {
      ...{ artist_id: id, tracks: tracks[at] as number, playlists, spread },
      ...(Object.fromEntries(values) as Record<(typeof AVERAGED)[number], number | null>),
    };
  }
}

async function readArtists(warehouse: Warehouse, dt: string, kind: RunKind): Promise<Artists> {
  const means = Object.fromEntries(AVERAGED.map((feature) => [feature, [] as number[]]));
  const artists: Artists = {
    ...{ ids: [], names: [], urls: [], found: [], tracks: [] },
    means: means as Artists['means'],
  };
  for await (const row of warehouse.rows(artistFeaturesSql, [dt, dt, dt])) {
    const found = Number(row.found);
    if (kind === 'import' && found === 0) continue;
    const id = String(row.artist_id);
    artists.ids.push(id);
    artists.names.push(String(row.name ?? id));
    artists.urls.push(row.url as string | null);
    artists.found.push(found);
    artists.tracks.push(Number(row.tracks));
    for (const feature of AVERAGED) artists.means[feature].push(Number(row[feature] ?? Number.NaN));
  }
  return artists;
}

async function rangesOf(warehouse: Warehouse, dt: string): Promise<Record<string, Range>> {
  const [row] = await warehouse.query(featureRangesSql, [dt]);
  return Object.fromEntries(
    FEATURES.map((feature) => [
      feature,
      { min: Number(row?.[`${feature}_min`]), max: Number(row?.[`${feature}_max`]) },
    ]),
  );
}

async function loneTracks(
  warehouse: Warehouse,
  dt: string,
  ranges: Day['ranges'],
): Promise<Record<string, LoneTrack>> {
  const [row = {}] = await warehouse.query(featureMiddlesSql, [dt]);
  const lone = SOUND_FEATURES.flatMap((feature): [string, LoneTrack][] => {
    const middle = Number(row[`${feature}_middle`]);
    const { min, max } = ranges[feature] as Range;
    if (!(min < max) || Number(row[`${feature}_values`]) < FEWEST_FOR_LONE) return [];
    if (Number(row[`${feature}_high`]) === 1) {
      return [[feature, { id: String(row[`${feature}_highest_id`]), value: max, middle }]];
    }
    if (Number(row[`${feature}_low`]) === 1) {
      return [[feature, { id: String(row[`${feature}_lowest_id`]), value: min, middle }]];
    }
    return [];
  });
  return Object.fromEntries(lone);
}
