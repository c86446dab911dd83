import { SOUND_FEATURES } from '../../core/features.ts';
import type { Steps } from '../../core/long-work.ts';
import { type ArtistMap, mapOf } from '../../core/map/artist-map.ts';
import { centres } from '../../core/methods/whitened.ts';
import type { ComparedArtist } from '../../core/report/compared.ts';
import type { Neighbours } from '../../core/similarity/neighbours.ts';
import type { Row } from '../../core/tables.ts';
import type { LookedInto, Prepared } from './prepare.ts';
import { artistAt } from './read-day.ts';
import { SEED } from './seed.ts';

/** The map of the artists that are compared, of whose nearest fifteen are enough; null where there is nobody. */
export function* drawMap(
  { day, compared, method, bySets }: Prepared,
  nearest: Neighbours,
): Steps<ArtistMap | null> {
  const points = method.matrix ?? (bySets && centres(bySets.space));
  if (!points || compared.length === 0) return null;
  const means = SOUND_FEATURES.map((feature) => ({
    feature,
    values: Float64Array.from(compared, (at) => day.artists.means[feature][at] as number),
  }));
  return yield* mapOf(nearest, points, means, (row) => method.distancesFrom(row), SEED);
}

/** The rows of `artist_map`, by id. */
export const mapRows = (ids: readonly string[], { x, y, style }: ArtistMap): Row<'artist_map'>[] =>
  ids.map((artist_id, row) => ({
    artist_id,
    x: x[row] as number,
    y: y[row] as number,
    style: style[row] as number,
  }));

/** What the report tells of artists beside their places. */
export const comparedArtists = (
  { day, compared }: Prepared,
  known: LookedInto['known'] | undefined,
): ComparedArtist[] =>
  compared.map((at, row) => ({
    ...artistAt(day.artists, at),
    genres: [...(known?.genres[row] ?? [])],
    popularity: known?.popularity[row] ?? null,
  }));
