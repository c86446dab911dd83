import type { ModelQuality, TrainRequest, Tuned } from '../../core/events.ts';
import type { Word2VecSettings } from '../../core/vectors/settings.ts';
import type { Measured } from './measure.ts';

/** What a training notes between its steps. */
export interface TrainProgress {
  /** The request, by which it is known again. */
  asked: Omit<TrainRequest, 'run' | 'adopt'>;
  /** Fingerprint of the playlists; null where they were not read yet. */
  playlists: number | null;
  /** Null until they are found. */
  settings: Word2VecSettings | null;
  tunedBy: string | null;
  tuned: Tuned | null;
  measured: Measured;
  /** Absent until it is measured. */
  quality?: ModelQuality | null;
  /** Wall time so far. */
  seconds: number;
}

/** That of a training that has not begun. */
export const newProgress = (asked: TrainProgress['asked']): TrainProgress => ({
  ...{ asked, playlists: null, settings: null, tunedBy: null, tuned: null },
  ...{ measured: { ways: {}, scores: [] }, seconds: 0 },
});

/** What a run was asked for; undefined where it is of an older version, or no training of playlists. */
export const askedOf = (text: string): TrainProgress['asked'] | undefined =>
  (JSON.parse(text) as Partial<TrainProgress>).asked;

/** What a run has noted; nothing where it is of an older version. */
export const asProgress = (text: string): TrainProgress =>
  askedOf(text) ? (JSON.parse(text) as TrainProgress) : newProgress({});
