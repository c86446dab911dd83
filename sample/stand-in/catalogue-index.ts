import type { Catalogue, CatalogueAlbum, CatalogueArtist, CatalogueTrack } from '../../core/catalogue.ts';
import type { FoundFeatures } from '../../core/ports.ts';
import { byId, foldName } from '../../core/text.ts';

/** Most popular first, ties by id: the order of top tracks and of everything found. */
export const byPopularity = (
  a: { id: string; popularity: number | null },
  b: { id: string; popularity: number | null },
): number => (b.popularity ?? 0) - (a.popularity ?? 0) || byId(a.id, b.id);

/** Text as the search compares it. Quotes are left out, since a query cannot hold them. */
export const searchText = (text: string): string => foldName(text.replaceAll('"', ''));

/** A catalogue ready to be asked. */
export interface CatalogueIndex {
  catalogue: Catalogue;
  artists: ReadonlyMap<string, CatalogueArtist>;
  albums: ReadonlyMap<string, CatalogueAlbum>;
  tracks: ReadonlyMap<string, CatalogueTrack>;
  features: ReadonlyMap<string, FoundFeatures>;
  /** Track ids by ISRC; several recordings may share one. */
  isrcs: ReadonlyMap<string, readonly string[]>;
  /** An artist's tracks, the most popular first; also those where it is not the main artist. */
  tracksOfArtist(id: string): readonly CatalogueTrack[];
  /** An artist's albums, the newest first. */
  albumsOfArtist(id: string): readonly CatalogueAlbum[];
  /** An album's tracks in its order. */
  tracksOfAlbum(id: string): readonly CatalogueTrack[];
  /** An artist's, album's or track's name as the search compares it. */
  folded(named: { name: string }): string;
}

function grouped<T>(items: readonly T[], keysOf: (item: T) => readonly (string | null)[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      if (key === null) continue;
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}

const byRowId = <T extends { id: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

/** Indexes a catalogue; the catalogue must not be changed afterwards. */
export function indexCatalogue(catalogue: Catalogue): CatalogueIndex {
  const popular = catalogue.tracks.toSorted(byPopularity);
  const ofArtist = grouped(popular, (track) => track.artist_ids);
  const ofAlbum = grouped(catalogue.tracks, (track) => [track.album_id]);
  const albums = grouped(catalogue.albums, (album) => [album.artist_id]);
  for (const tracks of ofAlbum.values()) {
    tracks.sort((a, b) => (a.track_number ?? 0) - (b.track_number ?? 0) || byId(a.id, b.id));
  }
  for (const group of albums.values()) {
    group.sort((a, b) => byId(b.release_date, a.release_date) || byId(a.id, b.id));
  }
  const isrcs = grouped(catalogue.tracks, (track) => [track.isrc]);
  const names = new WeakMap<object, string>();
  return {
    catalogue,
    artists: byRowId(catalogue.artists),
    albums: byRowId(catalogue.albums),
    tracks: byRowId(catalogue.tracks),
    features: byRowId(catalogue.features),
    isrcs: new Map([...isrcs].map(([isrc, tracks]) => [isrc, tracks.map(({ id }) => id)])),
    tracksOfArtist: (id) => ofArtist.get(id) ?? [],
    albumsOfArtist: (id) => albums.get(id) ?? [],
    tracksOfAlbum: (id) => ofAlbum.get(id) ?? [],
    folded: (named) => {
      const known = names.get(named);
      if (known !== undefined) return known;
      const text = searchText(named.name);
      names.set(named, text);
      return text;
    },
  };
}
