import type { Clock, History, Lake, LakeBatches, LakeDays, RelatedArtists, Runs } from '../../core/ports.ts';
import type { KnownArtists } from './resolve-artist.ts';

/** What the explorer reads: the lake, and of the database what is published now. */
export interface ExploreSources {
  lake: Pick<Lake, 'read'> & LakeBatches & LakeDays;
  artists: KnownArtists;
  relatedArtists: Pick<RelatedArtists, 'nearest' | 'published'>;
  clock: Pick<Clock, 'now'>;
  /** Of the database; where nobody reaches it, the lake has to do. */
  runs?: Pick<Runs, 'ofDay' | 'unfinished'>;
  history?: Pick<History, 'account'>;
}
