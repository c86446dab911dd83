import { LeaseLostError } from '../../core/errors.ts';
import { FEATURES } from '../../core/features.ts';
import type { Published, PublishedNeighbours, Run, Runs, ServedTotals } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import nearestSql from '../../sql/database/nearest.sql' with { type: 'text' };
import publishedSql from '../../sql/database/published.sql' with { type: 'text' };
import insertPublishedSql from '../../sql/database/published_insert.sql' with { type: 'text' };
import artistsAfterSql from '../../sql/database/served_artists_after.sql' with { type: 'text' };
import totalsSql from '../../sql/database/served_totals.sql' with { type: 'text' };
import type { Engine, Parameter } from './engine.ts';

/** The published run. */
export async function published(engine: Engine): Promise<Published | undefined> {
  const [row] = await engine.all(publishedSql);
  return row && publishedOf(row);
}

const publishedOf = (row: Record<string, unknown>): Published => ({
  run_id: String(row.run_id),
  dt: String(row.dt),
  method: String(row.method),
  parameters: String(row.parameters),
});

/** The published neighbours of an artist, in one query, so that all of it is of one run. */
export async function nearest(
  engine: Engine,
  artistId: string,
  limit: number,
): Promise<PublishedNeighbours | undefined> {
  const rows = await engine.all(nearestSql, [artistId, artistId, limit]);
  const [first] = rows;
  if (!first) return undefined;
  return {
    published: publishedOf(first),
    features: first.a_artist_id === null ? null : featuresOf(artistId, 'a', first),
    neighbours: rows
      .filter(({ y_artist }) => y_artist !== null)
      .map((row) => ({
        y_artist: String(row.y_artist),
        name: row.name as string | null,
        url: row.url as string | null,
        distance: Number(row.distance),
        rank: Number(row.rank_no),
        confidence: row.confidence as number | null,
        reasons: row.reasons as string | null,
        features: featuresOf(String(row.y_artist), 'b', row),
      })),
  };
}

/** What is told of an artist, in the order of `artist_features_insert.sql`. */
const DESCRIBED = [...FEATURES, 'duration_ms', 'playlists', 'spread'] as const;

function featuresOf(
  artistId: string,
  prefix: 'a' | 'b',
  row: Record<string, unknown>,
): Row<'artist_features'> {
  const means = DESCRIBED.map((name) => [name, row[`${prefix}_${name}`] as number | null]);
  return {
    artist_id: artistId,
    tracks: Number(row[`${prefix}_tracks`]),
    ...(Object.fromEntries(means) as Omit<Row<'artist_features'>, 'artist_id' | 'tracks'>),
  };
}

/** How many neighbours the published run has, and the sum of their distances, in one query. */
export async function totals(engine: Engine): Promise<ServedTotals | undefined> {
  const [row] = await engine.all(totalsSql);
  if (!row) return undefined;
  const { run_id, neighbours, distances } = row;
  return { run_id: String(run_id), neighbours: Number(neighbours), distances: Number(distances ?? 0) };
}

/** The published run's artists after one, in order. */
export async function artistsAfter(engine: Engine, artistId: string, limit: number): Promise<string[]> {
  const rows = await engine.all(artistsAfterSql, [artistId, limit]);
  return rows.map(({ artist_id }) => String(artist_id));
}

/** Names the run whose rows fill the other tables. */
export async function insertRun(
  engine: Engine,
  { run_id, dt, method, parameters }: Published,
): Promise<void> {
  await engine.run(insertPublishedSql, [run_id, dt, method, parameters]);
}

/** A run's means as parameters of `artist_features_insert.sql`. */
export function* meansOf(rows: Iterable<Row<'artist_features'>>): Generator<Parameter[]> {
  for (const row of rows) yield [row.artist_id, row.tracks, ...DESCRIBED.map((name) => row[name])];
}

/** A run's neighbours as parameters of `related_artist_insert.sql`. */
export function* parametersOf(rows: Iterable<Row<'related_artists'>>): Generator<Parameter[]> {
  for (const { artist_id, y_artist, distance, rank, confidence, reasons } of rows) {
    yield [artist_id, y_artist, distance, rank, confidence, reasons];
  }
}

/** Throws `LeaseLostError` unless the holder has the run still and is replacing its day. */
export async function requireHeld(runs: Runs, { id, epoch }: Pick<Run, 'id' | 'epoch'>): Promise<void> {
  const run = await runs.byId(id);
  if (run?.epoch === epoch && run.status === 'replacing') return;
  throw new LeaseLostError(
    `expected run ${id} to be held by this process, but another has taken it over`,
    'this process published nothing: see which run is published (soundalike doctor)',
  );
}
