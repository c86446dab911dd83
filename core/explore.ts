import type { GapBounds, MapQuality, NamedArtist, RecommendedSong } from './events.ts';
import type { Drift } from './methods/drift.ts';

/** A published run, as the explorer lets one choose. */
export interface PublishedDay {
  date: string;
  run: string;
  method: string;
}

/** All that the explorer's page draws at first: the artists of the published run. */
export interface ExploredCatalogue extends PublishedDay {
  /** The published days, the last first. */
  days: PublishedDay[];
  /** The features whose means the artists have, in order, with the range of each over the catalogue's artists. */
  features: { name: string; min: number; max: number }[];
  /** Those that the run compared. */
  compared: string[];
  /** How much of the truth the map keeps; null where there is no map. */
  map: MapQuality | null;
  /** Sorted by id. */
  artists: ExploredArtist[];
}

/** An artist on the page. */
export interface ExploredArtist extends NamedArtist {
  image: string | null;
  genres: string[];
  popularity: number | null;
  /** Tracks with audio features. */
  tracks: number;
  /** Raw means in the order of `features`; null where not known. */
  means: (number | null)[];
  /** Place on the map, and the number of its style there; null where there is none. */
  x: number | null;
  y: number | null;
  style: number | null;
  /** Places, in the list of artists, of its five nearest. */
  nearest: number[];
}

/** The tracks behind an artist's means, the best first. */
export interface ExploredTracks {
  artist: NamedArtist;
  tracks: {
    id: string;
    name: string | null;
    url: string | null;
    popularity: number | null;
    rank: number | null;
    /** Where its audio features come from; null where they are not known. */
    source: string | null;
    features: Record<string, number | null>;
  }[];
}

/** Two artists side by side. */
export interface ExploredPair {
  a: NamedArtist;
  b: NamedArtist;
  /** By the published run; null where neither is among the other's neighbours. */
  distance: number | null;
  features: {
    name: string;
    a: number | null;
    b: number | null;
    /** How many artists of the catalogue lie in each of as many equal parts of the range from `min` to `max`. */
    histogram: { min: number; max: number; counts: number[] };
    /** Share of the catalogue's artists that have less. */
    belowA: number | null;
    belowB: number | null;
  }[];
}

/** A way from one artist to another through near ones; empty where there is none. */
export interface ExploredPath {
  steps: (NamedArtist & { /** From the step before; 0 of the first. */ distance: number })[];
  /** The sum of the steps, which is the least there is. */
  total: number;
  /** Each step leads to one of so many nearest of either end of it; 0 where there is no way. */
  near: number;
}

/** What `drift` tells: what became of an artist between two published days. */
export interface DriftResult extends Omit<Drift, 'gained' | 'lost'> {
  artist: NamedArtist;
  method: string;
  from: PublishedDay;
  to: PublishedDay;
  gained: NamedArtist[];
  lost: NamedArtist[];
}

/** What was heard, and what was recommended of it. */
export interface ExploredListening {
  /** The last 200, the last first. */
  plays: {
    playedAt: string;
    id: string;
    name: string | null;
    artist: string | null;
    artistId: string | null;
  }[];
  /** Plays of each day of the last year that has any, in order. */
  days: { date: string; plays: number }[];
  gaps: GapBounds[];
  recommended: {
    date: string;
    songs: Pick<RecommendedSong, 'id' | 'name' | 'artist' | 'score' | 'method' | 'nearness' | 'because'>[];
  } | null;
}

/** A run with its account. */
export interface ExploredRun {
  id: string;
  kind: string;
  date: string;
  status: string;
  startedAt: string;
  finishedAt: string | null;
  /** The result that it returned; null where it has none. */
  result: Record<string, unknown> | null;
  /** What it cost, about, in US dollars by AWS's price list (docs/deploying.md); null on one machine. */
  cost: number | null;
}

/** The runs of the last days, the last first. */
export interface ExploredRuns {
  runs: ExploredRun[];
}
