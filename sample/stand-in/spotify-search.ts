import type { CatalogueAlbum, CatalogueArtist, CatalogueTrack } from '../../core/catalogue.ts';
import { byId } from '../../core/text.ts';
import { byPopularity, type CatalogueIndex, searchText } from './catalogue-index.ts';

const FILTER = /(artist|album|track|isrc):(?:"([^"]*)"|(\S+))/gi;

/** A search's `q`: its filters, folded, and the plain words beside them. */
export interface Query {
  artist?: string;
  album?: string;
  track?: string;
  isrc?: string;
  /** Folded; empty where there are none. */
  words: string;
}

/** Reads `artist:"Name" track:Title words`. */
export function parseQuery(q: string): Query {
  const query: Query = { words: searchText(q.replace(FILTER, ' ')) };
  for (const [, field = '', quoted, bare = ''] of q.matchAll(FILTER)) {
    query[field.toLowerCase() as 'artist' | 'album' | 'track' | 'isrc'] = searchText(quoted ?? bare);
  }
  return query;
}

type Test<T> = (item: T) => boolean;
const always = (): boolean => true;

const namesOf = (track: CatalogueTrack, index: CatalogueIndex): string[] =>
  track.artist_ids.flatMap((id) => {
    const artist = index.artists.get(id);
    return artist ? [index.folded(artist)] : [];
  });

function trackTest({ track, isrc, album, words }: Query, index: CatalogueIndex): Test<CatalogueTrack> {
  const every = words === '' ? [] : words.split(' ');
  return (item) => {
    if (track !== undefined && !index.folded(item).includes(track)) return false;
    if (isrc !== undefined && item.isrc?.toLowerCase() !== isrc) return false;
    const on = index.albums.get(item.album_id ?? '');
    if (album !== undefined && !(on && index.folded(on).includes(album))) return false;
    const text = every.length === 0 ? '' : [index.folded(item), ...namesOf(item, index)].join(' ');
    return every.every((word) => text.includes(word));
  };
}

/**
 * Tracks. With `artist:` those of an artist of exactly that name come first, an artist after the other by id, each in
 * the order of its top tracks; then those of artists whose name contains it, as Spotify's search leaks them.
 */
export function searchTracks(query: Query, index: CatalogueIndex): CatalogueTrack[] {
  const fits = trackTest(query, index);
  const { artist } = query;
  if (artist === undefined) return index.catalogue.tracks.filter(fits).sort(byPopularity);
  const named = index.catalogue.artists.filter((item) => index.folded(item).includes(artist));
  const exact = named.filter((item) => index.folded(item) === artist).sort((a, b) => byId(a.id, b.id));
  const leaks = named.filter((item) => index.folded(item) !== artist);
  const found = new Set(exact.flatMap(({ id }) => index.tracksOfArtist(id)));
  for (const track of leaks.flatMap(({ id }) => index.tracksOfArtist(id)).sort(byPopularity))
    found.add(track);
  return [...found].filter(fits);
}

/** Artists whose name contains what is asked: the exact ones first, then by popularity. */
export function searchArtists(query: Query, index: CatalogueIndex): CatalogueArtist[] {
  const name = query.artist ?? query.words;
  if (name === '' || query.track !== undefined || query.isrc !== undefined) return [];
  const found = index.catalogue.artists.filter((item) => index.folded(item).includes(name));
  const isExact = (item: CatalogueArtist): number => (index.folded(item) === name ? 0 : 1);
  return found.sort((a, b) => isExact(a) - isExact(b) || byPopularity(a, b));
}

/** Albums whose name contains what is asked, by id. */
export function searchAlbums({ album, artist, words }: Query, index: CatalogueIndex): CatalogueAlbum[] {
  const name = album ?? words;
  if (name === '' && artist === undefined) return [];
  const ofArtist: Test<CatalogueAlbum> =
    artist === undefined
      ? always
      : (item) => {
          const by = index.artists.get(item.artist_id);
          return by !== undefined && index.folded(by).includes(artist);
        };
  return index.catalogue.albums
    .filter((item) => index.folded(item).includes(name) && ofArtist(item))
    .sort((a, b) => byId(a.id, b.id));
}
