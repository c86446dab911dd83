import { NoDataError } from '../../core/errors.ts';
import type { Dropped, NamedArtist } from '../../core/events.ts';
import { FEATURES, type Feature } from '../../core/features.ts';
import type { RunKind, Warehouse } from '../../core/ports.ts';
import type { Range } from '../../core/similarity/matrix.ts';
import type { Row } from '../../core/tables.ts';
import { byId } from '../../core/text.ts';
import artistFeaturesSql from '../../sql/athena/artist_features.sql' with { type: 'text' };
import featureRangesSql from '../../sql/athena/feature_ranges.sql' with { type: 'text' };
import featureSourcesSql from '../../sql/athena/feature_sources.sql' with { type: 'text' };

/** A day as the comparison needs it. */
export interface ComparedDay {
  /** How many artists were asked for. */
  asked: number;
  /** The artists that have a mean of every compared feature, by id. */
  compared: NamedArtist[];
  /** Raw means of every artist that has a track with features, by id. */
  means: Row<'artist_features'>[];
  /** The artists that were asked for and cannot be compared, by id. */
  dropped: Dropped[];
  /** The day's smallest and largest value of each compared feature. */
  ranges: Record<string, Range>;
  /** Where the day's features come from, and how many from each. */
  sources: Record<string, number>;
}

type ArtistRow = NamedArtist & { found: number; means: Row<'artist_features'> };

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
  const all = (await warehouse.query(artistFeaturesSql, [dt, dt, dt])).map(artistRow);
  const asked = (kind === 'import' ? all.filter(({ found }) => found > 0) : all).sort((a, b) =>
    byId(a.id, b.id),
  );
  if (asked.length === 0) {
    throw new NoDataError(
      `expected artists on ${dt}, got none`,
      'collect or import that day first, or choose another with --date',
    );
  }
  const missing = ({ means }: ArtistRow) => features.find((feature) => means[feature] === null);
  const comparable = asked.filter((row) => !missing(row));
  return {
    asked: asked.length,
    compared: comparable.map(({ id, name, url }) => ({ id, name, url })),
    means: asked.filter(({ means }) => (means.tracks ?? 0) > 0).map(({ means }) => means),
    dropped: asked.filter(missing).map((row) => ({
      id: row.id,
      name: row.name,
      reason: row.found === 0 ? 'no-tracks' : `no-features:${missing(row)}`,
    })),
    ranges: await rangesOf(warehouse, dt, features),
    sources: Object.fromEntries(
      (await warehouse.query(featureSourcesSql, [dt])).map(({ source, tracks }) => [source, Number(tracks)]),
    ),
  };
}

function artistRow(row: Record<string, unknown>): ArtistRow {
  const id = String(row.artist_id);
  const means = Object.fromEntries(FEATURES.map((feature) => [feature, row[feature] as number | null]));
  return {
    id,
    name: String(row.name ?? id),
    url: row.url as string | null,
    found: Number(row.found),
    means: { artist_id: id, tracks: Number(row.tracks), ...means } as Row<'artist_features'>,
  };
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
