import type { Artist, ArtistCatalog, CatalogArtist } from '../../core/ports.ts';
import { foldName } from '../../core/text.ts';
import byIdSql from '../../sql/database/artist_by_id.sql' with { type: 'text' };
import followSql from '../../sql/database/artist_follow.sql' with { type: 'text' };
import insertGenreSql from '../../sql/database/artist_genre_insert.sql' with { type: 'text' };
import removeGenresSql from '../../sql/database/artist_genres_remove.sql' with { type: 'text' };
import insertSql from '../../sql/database/artist_insert.sql' with { type: 'text' };
import refreshSql from '../../sql/database/artist_refresh.sql' with { type: 'text' };
import removeSql from '../../sql/database/artist_remove.sql' with { type: 'text' };
import allSql from '../../sql/database/artists_all.sql' with { type: 'text' };
import byFoldedNameSql from '../../sql/database/artists_by_folded_name.sql' with { type: 'text' };
import followedSql from '../../sql/database/artists_followed.sql' with { type: 'text' };
import ofProviderSql from '../../sql/database/artists_of_provider.sql' with { type: 'text' };
import type { Engine, Parameter } from './engine.ts';

/** The tables `artists` and `artist_genres`. */
export class ArtistTable implements ArtistCatalog {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async list(): Promise<CatalogArtist[]> {
    return withGenres(await this.#engine.all(allSql));
  }

  async followed(): Promise<CatalogArtist[]> {
    return withGenres(await this.#engine.all(followedSql));
  }

  async byFoldedName(folded: string): Promise<CatalogArtist[]> {
    return withGenres(await this.#engine.all(byFoldedNameSql, [folded]));
  }

  async byId(id: string): Promise<CatalogArtist | undefined> {
    return withGenres(await this.#engine.all(byIdSql, [id]))[0];
  }

  async idsOf(provider: string): Promise<string[]> {
    return (await this.#engine.all(ofProviderSql, [provider])).map(({ id }) => id as string);
  }

  follow(artists: readonly Artist[], provider: string, now: string): Promise<void> {
    return this.#engine.transaction(async (engine) => {
      for (const artist of artists) {
        const isKnown = await refreshed(engine, artist, now);
        if (!isKnown) await engine.run(insertSql, insertion(artist, provider, now));
        await engine.run(followSql, [artist.id]);
        await replaceGenres(engine, artist);
      }
    });
  }

  know(artists: readonly Artist[], provider: string, now: string): Promise<void> {
    return this.#engine.transaction(async (engine) => {
      const known = new Map(withGenres(await engine.all(allSql)).map((artist) => [artist.id, artist]));
      const added = artists.filter(({ id }) => !known.has(id));
      await engine.runMany(
        insertSql,
        added.map((artist) => insertion(artist, provider, now)),
      );
      await engine.runMany(insertGenreSql, added.flatMap(genreInsertions));
      for (const artist of artists) {
        const before = known.get(artist.id);
        if (!before || before.followed || isSame(before, artist)) continue;
        await refreshed(engine, artist, now);
        await replaceGenres(engine, artist);
      }
    });
  }

  refresh(artists: readonly Artist[], now: string): Promise<void> {
    return this.#engine.transaction(async (engine) => {
      for (const artist of artists) {
        if (await refreshed(engine, artist, now)) await replaceGenres(engine, artist);
      }
    });
  }

  remove(ids: readonly string[]): Promise<string[]> {
    return this.#engine.transaction(async (engine) => {
      const removed: string[] = [];
      for (const id of ids) {
        await engine.run(removeGenresSql, [id]);
        if ((await engine.run(removeSql, [id])) > 0) removed.push(id);
      }
      return removed;
    });
  }
}

async function refreshed(engine: Engine, artist: Artist, now: string): Promise<boolean> {
  const { id, name, url, image_url, followers, popularity } = artist;
  const known = name ?? id;
  const changed = await engine.run(refreshSql, [
    known,
    foldName(known),
    url,
    image_url,
    followers,
    popularity,
    now,
    id,
  ]);
  return changed > 0;
}

async function replaceGenres(engine: Engine, artist: Artist): Promise<void> {
  await engine.run(removeGenresSql, [artist.id]);
  await engine.runMany(insertGenreSql, genreInsertions(artist));
}

const genreInsertions = ({ id, genres }: Artist): Parameter[][] =>
  [...new Set(genres ?? [])].map((genre, position) => [id, genre, position]);

const insertion = (artist: Artist, provider: string, now: string): Parameter[] => {
  const { id, name, url, image_url, followers, popularity } = artist;
  return [id, name ?? id, foldName(name ?? id), url, image_url, followers, popularity, provider, now, now];
};

const isSame = (a: Artist, b: Artist): boolean =>
  (['name', 'url', 'image_url', 'followers', 'popularity'] as const).every(
    (field) => a[field] === b[field],
  ) && JSON.stringify(a.genres) === JSON.stringify([...new Set(b.genres)]);

function withGenres(rows: Record<string, unknown>[]): CatalogArtist[] {
  const artists = new Map<string, CatalogArtist & { genres: string[] }>();
  for (const { genre, followed, ...row } of rows) {
    const id = row.id as string;
    const artist = artists.get(id) ?? {
      ...(row as unknown as CatalogArtist),
      followed: Number(followed) === 1,
      genres: [],
    };
    if (typeof genre === 'string') artist.genres.push(genre);
    artists.set(id, artist);
  }
  return [...artists.values()];
}
