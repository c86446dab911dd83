import { DayNotReadyError } from '../../core/errors.ts';
import type { NearGraph } from '../../core/graph/near-graph.ts';
import type { Columns, Lake, LakeBatches } from '../../core/ports.ts';
import type { PublishedRun } from '../../core/run/published.ts';
import type { Row } from '../../core/tables.ts';
import type { LoadedRun, RunArtist } from './current-run.ts';
import { MEANS } from './means.ts';

/** Neighbours that are held of all artists together, about, and of each at least; those farther are left out. */
const MOST_HELD = 10_000_000;
const LEAST_HELD = 50;

/** Reads a published run of the lake. */
export async function readLake(
  lake: Pick<Lake, 'read'> & LakeBatches,
  { date }: PublishedRun,
): Promise<Pick<LoadedRun, 'features' | 'artists' | 'places' | 'graph'>> {
  const [rows = [], artists = [], map = []] = await Promise.all([
    lake.read('artist_features', date),
    lake.read('artists', date),
    lake.read('artist_map', date),
  ]);
  const features = MEANS.filter((feature) => rows.some((row) => row[feature] !== null));
  const named = new Map(artists.map((artist) => [artist.id, artist]));
  const placed = new Map(map.map((place) => [place.artist_id, place]));
  const places = new Map(rows.map(({ artist_id }, place) => [artist_id, place]));
  return {
    features,
    artists: rows.map((row) => artistOf(row, features, named.get(row.artist_id), placed.get(row.artist_id))),
    places,
    graph: await graphOf(lake, date, places),
  };
}

function artistOf(
  row: Row<'artist_features'>,
  features: readonly (typeof MEANS)[number][],
  artist: Row<'artists'> | undefined,
  place: Row<'artist_map'> | undefined,
): RunArtist {
  return {
    id: row.artist_id,
    name: artist?.name ?? row.artist_id,
    url: artist?.url ?? null,
    image: artist?.image_url ?? null,
    genres: artist?.genres ?? [],
    popularity: artist?.popularity ?? null,
    tracks: row.tracks ?? 0,
    means: features.map((feature) => row[feature]),
    x: place?.x ?? null,
    y: place?.y ?? null,
    style: place?.style ?? null,
  };
}

const COLUMNS = ['artist_id', 'y_artist', 'distance', 'rank'] as const;

/** Rows of `related_artists` by places. */
interface Edges {
  from: Int32Array;
  to: Int32Array;
  rank: Int32Array;
  distance: Float64Array;
}

/** The neighbours of a day; its rows come by artist, and those of an artist in any order. */
async function graphOf(
  lake: LakeBatches,
  dt: string,
  places: ReadonlyMap<string, number>,
): Promise<NearGraph> {
  const held = Math.max(LEAST_HELD, Math.floor(MOST_HELD / Math.max(1, places.size)));
  const starts = new Int32Array(places.size + 1);
  const pieces: Edges[] = [];
  for await (const batch of lake.batches('related_artists', dt, COLUMNS)) {
    const edges = edgesOf(batch, places, dt);
    for (let i = 0; i < edges.from.length; i++) {
      const next = (edges.from[i] as number) + 1;
      if ((edges.rank[i] as number) <= held) starts[next] = (starts[next] as number) + 1;
    }
    pieces.push(edges);
  }
  for (let i = 0; i < places.size; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const neighbours = new Int32Array(starts[places.size] as number);
  const distances = new Float64Array(neighbours.length);
  for (const { from, to, rank, distance } of pieces) {
    for (let i = 0; i < from.length; i++) {
      if ((rank[i] as number) > held) continue;
      const at = (starts[from[i] as number] as number) + (rank[i] as number) - 1;
      neighbours[at] = to[i] as number;
      distances[at] = distance[i] as number;
    }
  }
  return { starts, neighbours, distances };
}

function edgesOf(
  { artist_id, y_artist, rank, distance }: Columns<'related_artists', (typeof COLUMNS)[number]>,
  places: ReadonlyMap<string, number>,
  dt: string,
): Edges {
  const from = new Int32Array(artist_id.length);
  const to = new Int32Array(artist_id.length);
  let [last, place] = ['', 0];
  for (let i = 0; i < artist_id.length; i++) {
    const id = artist_id[i] as string;
    if (id !== last) [last, place] = [id, placeOf(id)];
    from[i] = place;
    to[i] = placeOf(y_artist[i] as string);
  }
  return {
    from,
    to,
    rank: Int32Array.from(rank as number[]),
    distance: Float64Array.from(distance as number[]),
  };

  function placeOf(id: string): number {
    const found = places.get(id);
    if (found !== undefined) return found;
    throw new DayNotReadyError(`${dt} was replaced while it was read`, 'ask again');
  }
}
