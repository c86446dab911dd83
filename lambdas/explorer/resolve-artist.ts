import { distance as editDistance } from 'fastest-levenshtein';
import { UnknownArtistError } from '../../core/errors.ts';
import type { ArtistCatalog, CatalogArtist } from '../../core/ports.ts';
import { byId, foldName } from '../../core/text.ts';

/** The known artists, by any of their names. */
export type KnownArtists = Pick<ArtistCatalog, 'byId' | 'byFoldedName' | 'list'>;

/** How many names are suggested where there is none. */
const SUGGESTIONS = 3;

/**
 * The artist of that id, else the only one whose name is the query exactly, else by folded name. Throws
 * `UnknownArtistError` where there is none, or several have the name.
 */
export async function resolveArtist(artists: KnownArtists, query: string): Promise<CatalogArtist> {
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
