import { NoDataError } from '../../core/errors.ts';
import { parseInput, SimilarRequest, type SimilarResult } from '../../core/events.ts';
import { SEVERAL_STYLES } from '../../core/methods/spread.ts';
import type { PublishedNeighbour, RelatedArtists, Runs } from '../../core/ports.ts';
import type { Range } from '../../core/similarity/matrix.ts';
import { type Reason, reasons } from '../../core/similarity/reasons.ts';
import { nothingPublished } from './nothing-published.ts';
import { type KnownArtists, resolveArtist } from './resolve-artist.ts';

/** What answering needs. */
export interface FindSimilarDeps {
  artists: KnownArtists;
  relatedArtists: Pick<RelatedArtists, 'nearest'>;
  /** Of the database; where nobody reaches it, the lake has to do. */
  runs?: Pick<Runs, 'unfinished'>;
}

/**
 * Who sounds like an artist, and why, in the published run.
 *
 * Throws `UnknownArtistError` where the artist is not known or several have the name, `NoDataError` where nothing is
 * published or the run did not compare the artist, `DayNotReadyError` where the first run is just being published.
 */
export async function findSimilar(deps: FindSimilarDeps, input: unknown): Promise<SimilarResult> {
  const { artist: query, limit } = parseInput(SimilarRequest, input, 'similar');
  const { id, name, url } = await resolveArtist(deps.artists, query);
  const found = await deps.relatedArtists.nearest(id, limit);
  if (!found) throw await nothingPublished(deps);
  const { published, features: own, neighbours } = found;
  const { features, ranges } = JSON.parse(published.parameters) as Parameters;
  if (neighbours.length === 0) {
    throw new NoDataError(
      `expected neighbours of ${name ?? id} in run ${published.run_id} of ${published.dt}, got none`,
      features.every((feature) => typeof { ...own }[feature] === 'number')
        ? 'it was compared with nobody: follow more artists and run again'
        : `it had no tracks with ${features.join(', ')} that day, or was not followed yet: run again, or see dropped in the result of soundalike run`,
    );
  }
  return {
    artist: { id, name: name ?? id, url },
    date: published.dt,
    run: published.run_id,
    method: published.method,
    neighbours: neighbours.map((near) => ({
      id: near.y_artist,
      name: near.name ?? near.y_artist,
      url: near.url,
      distance: near.distance,
      rank: near.rank,
      reasons:
        published.method === 'mean'
          ? reasons(features, ranges, { ...own }, near.features)
          : storedReasons(features, near, { ...own }),
      confidence: near.confidence,
    })),
    warnings: warningsOf(own?.spread ?? 0),
  };
}

/** Of what a run tells by what it compared. */
interface Parameters {
  features: string[];
  ranges: Record<string, Range>;
}

/** The shares that the run has kept, with the values of the two artists; none for a neighbour that is too far. */
function storedReasons(
  features: readonly string[],
  { reasons, features: near }: PublishedNeighbour,
  own: Record<string, unknown>,
): Reason[] {
  const shares = JSON.parse(reasons ?? '[]') as number[];
  const values: Record<string, unknown> = { ...near };
  // The blend's last share is that of playlists.
  return shares
    .map((share, i) => ({ feature: features[i] ?? 'playlists', share }))
    .map(({ feature, share }) => ({ feature, share, a: Number(own[feature]), b: Number(values[feature]) }))
    .sort((x, y) => x.share - y.share);
}

const warningsOf = (spread: number): string[] =>
  spread < SEVERAL_STYLES
    ? []
    : [
        `its tracks fall into several styles (they lie ${spread.toFixed(1)} times as far apart as usual): one list of neighbours does not do for all of them`,
      ];
