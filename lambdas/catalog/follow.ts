import { type CollectionLimits, estimateCollection } from '../../core/budget.ts';
import { OutageError } from '../../core/errors.ts';
import type { AddResult, ListResult, NamedArtist, RemoveResult } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { Artist, ArtistCatalog, ArtistLookup, Clock } from '../../core/ports.ts';
import { SourceHealth } from '../../core/source-health.ts';
import { foldName } from '../../core/text.ts';

/** What became of names. */
type Found = Omit<AddResult, 'collection'>;

/** What following needs. */
export interface FollowDeps {
  artists: ArtistCatalog;
  clock: Clock;
  /** Whose artists they are: `spotify`, `stand-in`. */
  provider: string;
  /** By what the next collection is estimated. */
  limits: CollectionLimits;
  /** Opens Spotify. */
  connect: (ledger: Ledger) => { lookup: ArtistLookup; close(): Promise<void> };
}

/** Known artists, by id: all, or at most `limit` after one; where more are left, `next` is the id to go on after. */
export async function listArtists(
  catalog: ArtistCatalog,
  { after = '', limit = Number.POSITIVE_INFINITY }: { after?: string; limit?: number } = {},
): Promise<ListResult> {
  const left = (await catalog.list()).filter(({ id }) => id > after);
  const artists = left.slice(0, limit).map((artist) => ({
    ...named(artist),
    genres: artist.genres ?? [],
    followed: artist.followed,
  }));
  return left.length > limit ? { artists, next: artists.at(-1)?.id } : { artists };
}

/** Forgets artists; those of the ids that were known are named. */
export async function removeArtists(catalog: ArtistCatalog, ids: readonly string[]): Promise<RemoveResult> {
  return { removed: await catalog.remove(ids) };
}

const named = ({ id, name, url }: Artist): NamedArtist => ({ id, name: name ?? id, url });

/**
 * Follows artists by id, link or name. A name that fits none or several, or for which Spotify fails alone, is named in
 * the result, and none is guessed; the others are followed all the same.
 */
export async function addArtists(deps: FollowDeps, queries: readonly string[]): Promise<AddResult> {
  const { lookup, close } = deps.connect(new Ledger());
  const health = new SourceHealth('Spotify');
  const result: Found = { added: [], known: [], ambiguous: [], notFound: [] };
  try {
    for (const query of new Set(queries)) {
      const { failure } = await health.ask(() => addOne(deps, lookup, query, result));
      if (failure) result.unavailable = [...(result.unavailable ?? []), { query, detail: failure.message }];
    }
    health.settle();
  } catch (error) {
    throw error instanceof OutageError ? error.cause : error;
  } finally {
    await close();
  }
  const { length } = await deps.artists.followed();
  return { ...result, collection: estimateCollection(length, deps.limits) };
}

async function addOne(deps: FollowDeps, lookup: ArtistLookup, query: string, result: Found): Promise<void> {
  const { match, candidates } = await find(lookup, query);
  if (match) {
    const known = (await deps.artists.byId(match.id))?.followed;
    await deps.artists.follow([match], deps.provider, new Date(deps.clock.now()).toISOString());
    result[known ? 'known' : 'added'].push(named(match));
  } else if (candidates.length > 0) {
    result.ambiguous.push({
      query,
      candidates: candidates.map(({ id, name }) => ({ id, name: name ?? id })),
    });
  } else {
    result.notFound.push(query);
  }
}

/**
 * The artist with this id or link; else the only one of exactly this name, else the only one of this name whatever its
 * case and accents. Where that leaves none or several, all that could be meant: none is guessed.
 */
async function find(lookup: ArtistLookup, query: string): Promise<{ match?: Artist; candidates: Artist[] }> {
  const id = idIn(query);
  const byId = id ? await lookup.artist(id) : null;
  if (byId) return { match: byId, candidates: [] };
  const found = await lookup.searchArtists(query);
  const exact = found.filter(({ name }) => name?.normalize() === query.normalize());
  const folded = found.filter(({ name }) => foldName(name ?? '') === foldName(query));
  const candidates = [exact, folded, found].find(({ length }) => length > 0) ?? [];
  return { match: candidates !== found && candidates.length === 1 ? candidates[0] : undefined, candidates };
}

/** The id in a Spotify id, URI or link. */
const idIn = (query: string): string | undefined =>
  /^(?:spotify:artist:|https:\/\/open\.spotify\.com\/(?:intl-[a-z]+\/)?artist\/)?([0-9A-Za-z]{22})(?:\?.*)?$/.exec(
    query,
  )?.[1];
