import { distance as editDistance } from 'fastest-levenshtein';
import { NoDataError, UnknownArtistError } from '../../core/errors.ts';
import { parseInput, SimilarRequest, type SimilarResult } from '../../core/events.ts';
import type { Feature } from '../../core/features.ts';
import type { ArtistCatalog, CatalogArtist, Database } from '../../core/ports.ts';
import type { Range } from '../../core/similarity/matrix.ts';
import { reasons } from '../../core/similarity/reasons.ts';
import { byId, foldName } from '../../core/text.ts';

/** What answering needs. */
export interface FindSimilarDeps {
  artists: ArtistCatalog;
  relatedArtists: Database['relatedArtists'];
}

/** How many names are suggested where there is none. */
const SUGGESTIONS = 3;

/**
 * Who sounds like an artist, and why, in the published run.
 *
 * Throws `UnknownArtistError` where the artist is not known or several have the name, `NoDataError` where nothing is
 * published or the run did not compare the artist.
 */
export async function findSimilar(deps: FindSimilarDeps, input: unknown): Promise<SimilarResult> {
  const { artist: query, limit } = parseInput(SimilarRequest, input, 'similar');
  const { id, name, url } = await resolve(deps.artists, query);
  const found = await deps.relatedArtists.nearest(id, limit);
  if (!found) {
    throw new NoDataError('expected a published run, got none', 'collect and compare first: soundalike run');
  }
  const { published, features: own, neighbours } = found;
  const { features, ranges } = JSON.parse(published.parameters) as {
    features: Feature[];
    ranges: Record<string, Range>;
  };
  if (neighbours.length === 0) {
    throw new NoDataError(
      `expected neighbours of ${name ?? id} in run ${published.run_id} of ${published.dt}, got none`,
      features.every((feature) => typeof own?.[feature] === 'number')
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
      reasons: reasons(features, ranges, { ...own }, near.features),
    })),
  };
}

/** The artist of that id, else the only one whose name is the query exactly, else by folded name. */
async function resolve(artists: ArtistCatalog, query: string): Promise<CatalogArtist> {
  const known = await artists.byId(query);
  if (known) return known;
  const sameName = await artists.byFoldedName(foldName(query));
  const exact = sameName.filter(({ name }) => name?.normalize() === query.normalize());
  const candidates = exact.length > 0 ? exact : sameName;
  const [only, ...others] = candidates;
  if (only && others.length === 0) return only;
  if (only) {
    throw new UnknownArtistError(
      `expected one artist named "${query}", got ${candidates.length}`,
      `ask by id: ${candidates.map(({ id, name }) => `${id} (${name})`).join(', ')}`,
    );
  }
  const names = nearestNames(query, await artists.list());
  throw new UnknownArtistError(
    `expected a known artist, got "${query}"`,
    names.length > 0
      ? `did you mean ${names.join(', ')}?`
      : 'add it first: soundalike artists add "<name or id>"',
  );
}

function nearestNames(query: string, artists: readonly CatalogArtist[]): string[] {
  const folded = foldName(query);
  const near = artists
    .map(({ id, name }) => {
      const known = foldName(name ?? id);
      const starts = folded.length > 2 && known.includes(folded);
      return {
        name: name ?? id,
        apart: starts ? 0 : editDistance(folded, known) / Math.max(folded.length, known.length),
      };
    })
    .filter(({ apart }) => apart <= 0.5)
    .sort((a, b) => a.apart - b.apart || byId(a.name, b.name));
  return [...new Set(near.map(({ name }) => name))].slice(0, SUGGESTIONS);
}
