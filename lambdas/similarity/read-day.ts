import { NoDataError } from '../../core/errors.ts';
import type { Dropped, NamedArtist } from '../../core/events.ts';
import { FEATURES, type Feature } from '../../core/features.ts';
import type { RunKind, Warehouse } from '../../core/ports.ts';
import type { Range } from '../../core/similarity/matrix.ts';
import type { Row } from '../../core/tables.ts';
import artistFeaturesSql from '../../sql/athena/artist_features.sql' with { type: 'text' };
import featureRangesSql from '../../sql/athena/feature_ranges.sql' with { type: 'text' };
import featureSourcesSql from '../../sql/athena/feature_sources.sql' with { type: 'text' };

/** Artists in columns, by id: a million of them take some 300 MB, as rows they would take three times that. */
interface Artists {
  ids: string[];
  names: string[];
  urls: (string | null)[];
  /** Their distinct tracks, and those of them that have features. */
  found: number[];
  tracks: number[];
  /** Raw means; NaN where none of an artist's tracks has the feature. */
  means: Record<Feature, number[]>;
}

/** A day as the comparison needs it. */
export interface ComparedDay {
  /** The artists that were asked for. */
  artists: Artists;
  /** The places of those that have a mean of every compared feature. */
  compared: number[];
  /** Those that cannot be compared. */
  dropped: Dropped[];
  /** The day's smallest and largest value of each compared feature. */
  ranges: Record<string, Range>;
  /** Where the day's features come from, and how many from each. */
  sources: Record<string, number>;
}

/**
 * Reads a day's means and ranges. Asked are the followed artists for a collection, and the artists with a track for an
 * import. Throws `NoDataError` where the day has no artists.
 */
export async function readComparedDay(
  warehouse: Warehouse,
  dt: string,
  kind: RunKind,
  features: readonly Feature[],
): Promise<ComparedDay> {
  const artists = await readArtists(warehouse, dt, kind);
  const { ids, names, found, means } = artists;
  if (ids.length === 0) {
    throw new NoDataError(
      `expected artists on ${dt}, got none`,
      'collect or import that day first, or choose another with --date',
    );
  }
  const compared: number[] = [];
  const dropped: Dropped[] = [];
  for (const [at, id] of ids.entries()) {
    const missing = features.find((feature) => Number.isNaN(means[feature][at]));
    if (missing === undefined) compared.push(at);
    else {
      const reason = found[at] === 0 ? 'no-tracks' : `no-features:${missing}`;
      dropped.push({ id, name: names[at] as string, reason });
    }
  }
  return {
    ...{ artists, compared, dropped },
    ranges: await rangesOf(warehouse, dt, features),
    sources: Object.fromEntries(
      (await warehouse.query(featureSourcesSql, [dt])).map(({ source, tracks }) => [source, Number(tracks)]),
    ),
  };
}

/** The artist at a place. */
export const artistAt = ({ ids, names, urls }: Artists, at: number): NamedArtist => ({
  id: ids[at] as string,
  name: names[at] as string,
  url: urls[at] ?? null,
});

/** The rows of `artist_features`, by id, made as they are read: every artist that has a track with features. */
export function* artistFeatures({ ids, tracks, means }: Artists): Generator<Row<'artist_features'>> {
  for (const [at, id] of ids.entries()) {
    if (tracks[at] === 0) continue;
    const values = FEATURES.map((feature) => {
      const mean = means[feature][at] as number;
      return [feature, Number.isNaN(mean) ? null : mean];
    });
    yield { artist_id: id, tracks: tracks[at], ...Object.fromEntries(values) } as Row<'artist_features'>;
  }
}

async function readArtists(warehouse: Warehouse, dt: string, kind: RunKind): Promise<Artists> {
  const means = Object.fromEntries(FEATURES.map((feature) => [feature, [] as number[]]));
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
    for (const feature of FEATURES) artists.means[feature].push(Number(row[feature] ?? Number.NaN));
  }
  return artists;
}

async function rangesOf(
  warehouse: Warehouse,
  dt: string,
  features: readonly Feature[],
): Promise<Record<string, Range>> {
  const [row] = await warehouse.query(featureRangesSql, [dt]);
  return Object.fromEntries(
    features.map((feature) => [
      feature,
      { min: Number(row?.[`${feature}_min`]), max: Number(row?.[`${feature}_max`]) },
    ]),
  );
}
