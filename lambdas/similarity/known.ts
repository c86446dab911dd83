import { genresOf, relatedOf } from '../../adapters/dataset/truths.ts';
import type { Lake, TruthName, Truths, Warehouse } from '../../core/ports.ts';
import { artistPlaylists, relatedTruth, type Truth } from '../../core/score/truth.ts';
import { foldName } from '../../core/text.ts';
import type { Playlists } from '../../core/vectors/playlists.ts';
import { xoshiro128 } from '../../core/vectors/random.ts';
import artistPlaylistsSql from '../../sql/athena/artist_playlists.sql' with { type: 'text' };
import { SEED } from './seed.ts';

/** What is known of the artists that are compared, by row, whatever they sound like. */
export interface Known {
  /** Empty where none is known. */
  genres: ReadonlySet<string>[];
  popularity: (number | null)[];
  /** Playlists of these artists alone. */
  playlists: Playlists;
  related: Truth;
  /** Lines of given files that name no artist, or no single one. */
  warnings: string[];
}

/** What reading it needs. */
export interface KnownDeps {
  lake: Pick<Lake, 'read'> & Pick<Truths, 'truth'>;
  warehouse: Warehouse;
  /** Files, as text, in the place of those that the lake keeps. */
  truths?: Partial<Record<TruthName, string>>;
}

/** Reads what is known of artists: of the day, of the lake's playlists, and of the files that were given. */
export async function readKnown(
  { lake, warehouse, truths = {} }: KnownDeps,
  dt: string,
  artists: readonly { id: string; name: string }[],
): Promise<Known> {
  const ids = artists.map(({ id }) => id);
  const rows = new Map(ids.map((id, row) => [id, row]));
  const genres: Set<string>[] = ids.map(() => new Set());
  const popularity: (number | null)[] = ids.map(() => null);
  for (const artist of (await lake.read('artists', dt)) ?? []) {
    const row = rows.get(artist.id);
    if (row === undefined) continue;
    genres[row] = new Set(artist.genres);
    popularity[row] = artist.popularity;
  }
  const warnings: string[] = [];
  const find = finder(artists);
  const text = async (name: TruthName) => truths[name] ?? (await lake.truth(name)) ?? '';
  const given = genresOf(await text('genres'));
  // Those of a list are spelt in another way than Spotify's, so that the two do not go together.
  if (given.length > 0) for (const row of genres.keys()) genres[row] = new Set();
  const told = given.filter(([artist, own]) => {
    const row = find(artist);
    if (row !== undefined) genres[row] = new Set(own);
    return row !== undefined;
  });
  if (told.length < given.length) warnings.push(notFound('genres', given.length - told.length, given.length));
  const pairs = relatedOf(await text('related'));
  const found = pairs.flatMap(([a, b]): [string, string][] => {
    const [x, y] = [find(a), find(b)];
    return x === undefined || y === undefined ? [] : [[ids[x] as string, ids[y] as string]];
  });
  if (found.length < pairs.length) {
    warnings.push(notFound('related artists', pairs.length - found.length, pairs.length));
  }
  return {
    ...{ genres, popularity, warnings },
    playlists: artistPlaylists(ids, await readLists(warehouse, dt)),
    related: relatedTruth(ids, found),
  };
}

const notFound = (what: string, lines: number, of: number): string =>
  `${lines} of ${of} lines of the list of ${what} name no artist that is compared, or several`;

/** The row of an artist by id, else by name where only one has it. */
function finder(artists: readonly { id: string; name: string }[]): (artist: string) => number | undefined {
  const byIds = new Map(artists.map(({ id }, row) => [id, row]));
  const byName = new Map<string, number | undefined>();
  for (const [row, { name }] of artists.entries()) {
    const folded = foldName(name);
    byName.set(folded, byName.has(folded) ? undefined : row);
  }
  return (artist) => byIds.get(artist) ?? byName.get(foldName(artist));
}

/** Of more playlists so many are drawn: what shares none of ten thousand hardly goes together. */
const MOST_PLAYLISTS = 10_000;

/** The artists of each playlist, the playlists by dataset and id; of too many a seeded sample (Vitter's algorithm R, 1985). */
async function readLists(warehouse: Warehouse, dt: string): Promise<string[][]> {
  const random = xoshiro128(SEED);
  const lists: string[][] = [];
  let [read, last, list]: [number, string, string[]] = [0, '', []];
  for await (const { dataset, playlist_id, artist_id } of warehouse.rows(artistPlaylistsSql, [dt])) {
    const key = `${dataset} ${playlist_id}`;
    if (key !== last) {
      [last, list] = [key, []];
      const at = read < MOST_PLAYLISTS ? read : random.int(read + 1);
      if (at < MOST_PLAYLISTS) lists[at] = list;
      read += 1;
    }
    list.push(String(artist_id));
  }
  return lists;
}
