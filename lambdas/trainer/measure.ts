import { NoDataError } from '../../core/errors.ts';
import type { ModelQuality } from '../../core/events.ts';
import { type LongWork, yieldToEventLoop } from '../../core/long-work.ts';
import { type HeldOut, holdOut } from '../../core/recommend/holdout.ts';
import { byPopularity, itemIndex, itemScorer } from '../../core/recommend/items.ts';
import { reciprocalRankScorer } from '../../core/recommend/merge.ts';
import { type Quality, qualityOf, type Scores, scoresOf } from '../../core/recommend/quality.ts';
import { popularityScorer, randomScorer, type Scorer } from '../../core/recommend/scorer.ts';
import { soundScorer, soundVectors } from '../../core/recommend/sound.ts';
import { vectorScorer } from '../../core/recommend/vector-scorer.ts';
import type { UnitVectors } from '../../core/vectors/nearest.ts';
import type { Playlists } from '../../core/vectors/playlists.ts';
import { xoshiro128 } from '../../core/vectors/random.ts';
import type { Word2VecSettings } from '../../core/vectors/settings.ts';
import { songVectors } from '../../core/vectors/song-vectors.ts';
import { readSound, type WaysDeps } from '../recommender/ways.ts';
import { type Kept, type TrainingWork, trainVectors } from './train-vectors.ts';

/** What is asked, in this order. */
type Way = 'vectors' | 'items' | 'popularity' | 'random' | 'sound' | 'both';

/** How far a measurement has come, as JSON can hold it: it goes on with this. */
export interface Measured {
  /** The ways that were asked of every playlist. */
  ways: Partial<Record<Way, Quality>>;
  /** What the next way reached with the first playlists. */
  scores: Scores[];
}

/** What measuring needs. */
export interface MeasureWork extends TrainingWork {
  warehouse: WaysDeps['warehouse'];
  /** Keeps how far it has come, after each way. */
  note(): Promise<void>;
}

/**
 * Trains with these settings on four fifths of the playlists and asks the vectors, item neighbours, popularity, chance,
 * sound, and sound and vectors together of the others (docs/method.md); null where the playlists are too few or too short for that. `measured` is
 * gone on with, and tells how far it came where this throws `BudgetSpentError`.
 */
export async function measureQuality(
  work: MeasureWork,
  playlists: Playlists,
  settings: Word2VecSettings,
  measured: Measured,
  kept?: Kept,
): Promise<ModelQuality | null> {
  const { training, heldOut } = holdOut(playlists, settings.seed);
  if (heldOut.length === 0) return null;
  const vectors = await trainVectors(work, training, settings, 'training to measure', kept);
  if (!vectors) return null;
  const index = itemIndex(training);
  const popular = byPopularity(index);
  const ask = async (way: Way, what: string, scorerOf: () => Scorer): Promise<Quality> => {
    const known = measured.ways[way];
    if (known) return known;
    const figures = await asked(work, scorerOf(), heldOut, settings.seed, what, measured.scores);
    measured.ways[way] = figures;
    measured.scores = [];
    await work.note();
    return figures;
  };
  const byVectors = vectorScorer(songVectors(vectors));
  const figures = await ask('vectors', 'measuring vectors', () => byVectors);
  const items = await ask('items', 'measuring items', () => itemScorer(index));
  const popularity = await ask('popularity', 'measuring popularity', () => popularityScorer(popular));
  const random = await ask('random', 'measuring chance', () => {
    const scorer = randomScorer(popular, xoshiro128(settings.seed));
    // Each answer goes on with the generator: those that are known already bring it to where it was.
    for (const playlist of heldOut.slice(0, measured.scores.length)) scoresOf(scorer, playlist);
    return scorer;
  });
  const known = { heldOut: heldOut.length, ...figures, items, popularity, random };
  const sound = await soundOf(work, heldOut);
  if (!sound) return { ...known, sound: null, both: null };
  const bySound = soundScorer(sound);
  return {
    ...known,
    sound: await ask('sound', 'measuring sound', () => bySound),
    both: await ask('both', 'measuring both', () => reciprocalRankScorer([bySound, byVectors])),
  };
}

/** All songs of the lake by sound; undefined where it has the audio features of none of those that are asked of. */
export async function soundOf(
  { warehouse }: Pick<MeasureWork, 'warehouse'>,
  heldOut: readonly HeldOut[],
): Promise<UnitVectors | undefined> {
  const sound = await readSound(warehouse).catch((error) => {
    if (!(error instanceof NoDataError)) throw error;
  });
  if (!sound) return undefined;
  const vectors = soundVectors(sound.vectors);
  const isKnown = (id: string) => vectors.rows.has(id);
  const isAsked = heldOut.some(({ rest }) => rest.given.some(isKnown) || rest.hidden.some(isKnown));
  return isAsked ? vectors : undefined;
}

/** Asks the playlists whose scores are not there yet, and adds them. */
async function asked(
  work: LongWork,
  scorer: Scorer,
  heldOut: readonly HeldOut[],
  seed: number,
  what: string,
  scores: Scores[],
): Promise<Quality> {
  for (const playlist of heldOut.slice(scores.length)) {
    await yieldToEventLoop(work);
    scores.push(scoresOf(scorer, playlist));
    work.progress(what, scores.length, heldOut.length);
  }
  return qualityOf(scores, seed);
}
