import { DEFAULT_TRACKS } from '../../core/events.ts';
import type { TopTrack, TrackPage, TrackSource } from '../../core/ports.ts';
import { foldName } from '../../core/text.ts';
import type { Sources } from './sources.ts';

/** An artist's tracks, as far as they were asked for. */
export interface ArtistTracks {
  id: string;
  /**
   * The best first; null where there is no such artist. While more is to be asked, recordings that stand in it twice are
   * not left out yet.
   */
  tracks: Omit<TopTrack, 'artist_id' | 'rank'>[] | null;
  /** What is to be asked next; null where these are all that the artist shall have, or has. */
  next: { source: string; cursor: string | null } | null;
}

/**
 * Asks for an artist's tracks page by page until there are `wanted` recordings, and yields them after each page;
 * resumes from `begun` where that is given. The first source that the app may ask gives its best. Where that has no more, the
 * artist's albums are walked if more than ten are wanted, or if the source found none and may miss an artist.
 */
export async function* walkTracks(
  { tracks: best, moreTracks, gate }: Pick<Sources, 'tracks' | 'moreTracks' | 'gate'>,
  artist: { id: string; name: string },
  wanted: number,
  begun?: ArtistTracks,
): AsyncGenerator<ArtistTracks> {
  const sources = [...best, moreTracks];
  let soFar = begun ?? { id: artist.id, tracks: [], next: startOf(sources[0]) };
  while (soFar.next) {
    soFar = await ask(soFar.tracks ?? [], soFar.next);
    yield soFar;
  }

  async function ask(
    before: NonNullable<ArtistTracks['tracks']>,
    { source: name, cursor }: NonNullable<ArtistTracks['next']>,
  ): Promise<ArtistTracks> {
    const { id } = artist;
    const source = sources.find((each) => each.name === name);
    if (!source) return { id, tracks: before, next: null };
    const attempt = await gate.attempt(name, () => source.page(artist, wanted, cursor));
    if (attempt.allowed && attempt.value === null) return { id, tracks: null, next: null };
    const page = attempt.allowed ? attempt.value : null;
    const found = (page?.tracks ?? []).filter((track) => !before.some((other) => other.id === track.id));
    const all = [...before, ...found.map((track) => ({ ...track, source: name }))];
    // Of Spotify's own list of the best, two that share no more than a title may be two recordings.
    const byTitle = wanted > DEFAULT_TRACKS || source.mayMiss || source === moreTracks;
    const tracks = recordings(all, byTitle).slice(0, wanted);
    const next = tracks.length < wanted ? following(source, page, tracks.length) : null;
    return { id, tracks: next ? all : tracks, next };
  }

  /** What is to be asked after a page of a source; the page is null where the app may not ask for it. */
  function following(source: TrackSource, page: TrackPage | null, found: number): ArtistTracks['next'] {
    if (!page) return startOf(sources[sources.indexOf(source) + 1]);
    if (page.next !== null) return { source: source.name, cursor: page.next };
    const asksAlbums = wanted > DEFAULT_TRACKS || (source.mayMiss && found === 0);
    return asksAlbums && source !== moreTracks ? startOf(moreTracks) : null;
  }
}

const startOf = (source: { name: string } | undefined): ArtistTracks['next'] =>
  source ? { source: source.name, cursor: null } : null;

/**
 * The first track of each recording: of one ISRC or, where one of two tracks has none, of one name if `byTitle`. What is
 * left out counts in the comparison too, so that it does not come back by its name.
 */
export function recordings<T extends Pick<TopTrack, 'id' | 'isrc' | 'name'>>(
  tracks: readonly T[],
  byTitle = true,
): T[] {
  const seen = new Set<string>();
  return tracks.filter(({ id, isrc, name }) => {
    const title = (byTitle && foldName(name ?? '')) || id;
    const [code, bare] = [`isrc ${isrc}`, `without isrc ${title}`];
    const isNew = !(isrc ? [code, bare] : [title]).some((key) => seen.has(key));
    for (const key of [isrc ? code : bare, title]) seen.add(key);
    return isNew;
  });
}
