import type { TrainResult } from '../../core/events.ts';
import { type HeldOut, holdOut } from '../../core/recommend/holdout.ts';
import { byPopularity, itemIndex, itemScorer } from '../../core/recommend/items.ts';
import { type Quality, qualityOf, type Scores, scoresOf } from '../../core/recommend/quality.ts';
import { popularityScorer, randomScorer, type Scorer } from '../../core/recommend/scorer.ts';
import { vectorScorer } from '../../core/recommend/vector-scorer.ts';
import { unitVectors } from '../../core/vectors/nearest.ts';
import { xoshiro128 } from '../../core/vectors/random.ts';
import type { Word2VecSettings } from '../../core/vectors/settings.ts';
import { type LongWork, trainVectors } from './train-vectors.ts';

/**
 * Trains with these settings on four fifths of the playlists and asks the vectors, item neighbours, popularity and
 * chance of the others (docs/method.md); null where the playlists are too few or too short for that.
 */
export async function measureQuality(
  work: LongWork,
  lists: readonly (readonly string[])[],
  settings: Word2VecSettings,
): Promise<TrainResult['quality']> {
  const { training, heldOut } = holdOut(lists, settings.seed);
  if (heldOut.length === 0) return null;
  const vectors = await trainVectors(work, training, settings, 'training to measure');
  if (!vectors) return null;
  const index = itemIndex(training);
  const popular = byPopularity(index);
  const ask = (scorer: Scorer, what: string) => asked(work, scorer, heldOut, settings.seed, what);
  return {
    heldOut: heldOut.length,
    ...(await ask(vectorScorer(unitVectors(vectors)), 'measuring vectors')),
    items: await ask(itemScorer(index), 'measuring items'),
    popularity: await ask(popularityScorer(popular), 'measuring popularity'),
    random: await ask(randomScorer(popular, xoshiro128(settings.seed)), 'measuring chance'),
  };
}

async function asked(
  { clock, progress }: LongWork,
  scorer: Scorer,
  heldOut: readonly HeldOut[],
  seed: number,
  what: string,
): Promise<Quality> {
  const scores: Scores[] = [];
  for (const playlist of heldOut) {
    scores.push(scoresOf(scorer, playlist));
    progress(what, scores.length, heldOut.length);
    await clock.sleep(0);
  }
  return qualityOf(scores, seed);
}
