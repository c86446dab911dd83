import { inBatches } from '../../core/batches.ts';
import { DayNotReadyError } from '../../core/errors.ts';
import type { CatalogArtist, PublishedNeighbours } from '../../core/ports.ts';
import { byId } from '../../core/text.ts';
import type { LoadedRun } from './current-run.ts';
import { MEANS } from './means.ts';
import type { ExploreSources } from './sources.ts';

/** Neighbours that are asked for of each artist: those farther away are on no way through near ones. */
const ASKED = 50;
/** Questions at once. */
const AT_ONCE = 8;

/** Reads the published run of a database, where the lake does not have it: an artist at a time. */
export async function readDatabase(
  { artists, relatedArtists }: Pick<ExploreSources, 'artists' | 'relatedArtists'>,
  run: string,
): Promise<Pick<LoadedRun, 'features' | 'artists' | 'places' | 'graph'>> {
  const compared: { artist: CatalogArtist; found: PublishedNeighbours }[] = [];
  const known = (await artists.list()).sort((a, b) => byId(a.id, b.id));
  for (const some of inBatches(known, AT_ONCE)) {
    const found = await Promise.all(some.map(({ id }) => relatedArtists.nearest(id, ASKED)));
    for (const [i, artist] of some.entries()) {
      const of = found[i];
      if (of?.published.run_id !== run) {
        throw new DayNotReadyError(`another run than ${run} was published while it was read`, 'ask again');
      }
      if (of.features) compared.push({ artist, found: of });
    }
  }
  const features = MEANS.filter((feature) =>
    compared.some(({ found }) => isKnown(found.features?.[feature])),
  );
  const places = new Map(compared.map(({ artist }, place) => [artist.id, place]));
  const edges = compared.map(({ found }) => found.neighbours.filter(({ y_artist }) => places.has(y_artist)));
  const starts = new Int32Array(edges.length + 1);
  for (const [i, { length }] of edges.entries()) starts[i + 1] = (starts[i] as number) + length;
  const all = edges.flat();
  return {
    features,
    artists: compared.map(({ artist, found }) => ({
      id: artist.id,
      name: artist.name ?? artist.id,
      url: artist.url,
      image: artist.image_url,
      genres: artist.genres ?? [],
      popularity: artist.popularity,
      tracks: found.features?.tracks ?? 0,
      means: features.map((feature) => found.features?.[feature] ?? null),
      ...{ x: null, y: null, style: null },
    })),
    places,
    graph: {
      starts,
      neighbours: Int32Array.from(all, ({ y_artist }) => places.get(y_artist) as number),
      distances: Float64Array.from(all, ({ distance }) => distance),
    },
  };
}

const isKnown = (value: unknown): boolean => typeof value === 'number';
