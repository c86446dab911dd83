import type { NamedArtist, SimilarityResult } from '../events.ts';
import type { ArtistMap } from '../map/artist-map.ts';

/** What a report tells of a run. */
export interface Compared {
  readonly result: SimilarityResult;
  /** In the order of the map's rows. */
  readonly artists: readonly ComparedArtist[];
  /** Null where there is none. */
  readonly map: ArtistMap | null;
}

/** An artist that was compared. */
export interface ComparedArtist extends NamedArtist {
  genres: readonly string[];
  popularity: number | null;
}
