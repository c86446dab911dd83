import { BudgetSpentError, InvalidInputError } from '../../core/errors.ts';
import type { Tuned } from '../../core/events.ts';
import { type LongWork, yieldToEventLoop } from '../../core/long-work.ts';
import { FOLDS, type Holdout, holdOut } from '../../core/recommend/holdout.ts';
import { scoresOf } from '../../core/recommend/quality.ts';
import { vectorScorer } from '../../core/recommend/vector-scorer.ts';
import { type Playlists, playlistsWhere } from '../../core/vectors/playlists.ts';
import { shuffled, xoshiro128 } from '../../core/vectors/random.ts';
import { costOf, drawSettings, Race } from '../../core/vectors/search.ts';
import type { GivenSettings, Word2VecSettings } from '../../core/vectors/settings.ts';
import { songVectors } from '../../core/vectors/song-vectors.ts';
import { trainVectors } from './train-vectors.ts';

/** Of more playlists so many are searched on: many settings on some tell more than few on all. */
const MOST_PLAYLISTS = 10_000;
/** More settings are not drawn, however short each takes. */
const MOST_DRAWN = 2000;
/** What would take a larger share of the time, if it went to its end, is not tried. */
const LARGEST_SHARE = 1 / 5;

/** How settings are sought. */
export interface Search {
  /** What one begins with. */
  base: Word2VecSettings;
  /** Settings that are kept. */
  given: GivenSettings;
  seconds: number;
}

/**
 * Seeks settings by which vectors find more, for so many seconds, or until the deadline (docs/method.md). The playlists
 * on which the model's quality is told are not looked at: those that are held out of the others by five folds are.
 */
export async function tune(
  work: LongWork,
  playlists: Playlists,
  { base, given, seconds }: Search,
): Promise<{ settings: Word2VecSettings; tuned: Tuned }> {
  const { clock, progress, deadline = Number.POSITIVE_INFINITY } = work;
  const began = clock.now();
  const until = Math.min(began + seconds * 1000, deadline);
  const elapsed = () => (clock.now() - began) / 1000;
  const search: LongWork = {
    clock,
    progress: () => progress('searching for settings', Math.min(elapsed(), seconds), seconds),
    deadline: until,
  };
  const folds = foldsOf(holdOut(playlists, base.seed).training, base.seed);
  const random = xoshiro128(base.seed);
  const race = new Race();
  let [settings, tried, reached] = [base, 0, 0];
  let before = 0;
  try {
    // What one begins with runs to the end, whatever it reaches.
    before = (await run(search, folds, base, (stage, value) => race.goesOn(stage, value) || true)) ?? 0;
    [tried, reached] = [1, before];
    const dearest = (costOf(base) * LARGEST_SHARE * (until - began)) / (clock.now() - began);
    for (let drawn = 0; drawn < MOST_DRAWN; drawn++) {
      const candidate = drawSettings(given, base, random);
      if (costOf(candidate) > dearest) continue;
      const value = await run(search, folds, candidate, (stage, value) => race.goesOn(stage, value));
      tried += 1;
      if (value !== undefined && value > reached) [settings, reached] = [candidate, value];
    }
  } catch (error) {
    if (!(error instanceof BudgetSpentError)) throw error;
  }
  return { settings, tuned: { tried, seconds: elapsed(), measure: MEASURE, reached, before } };
}

/** What settings are chosen by: one figure of each of the two questions. */
const MEASURE = 'mean of hitRate10 and ndcg500';

/** Four fifths to learn from and a fifth to ask of, in five ways; of a sample, where the playlists are many. */
function foldsOf(playlists: Playlists, seed: number): Holdout[] {
  const places = Array.from(playlists.starts, (_, p) => p);
  const sample = new Set(shuffled(places, xoshiro128(seed)).slice(0, MOST_PLAYLISTS));
  const sampled = playlistsWhere(playlists, (p) => sample.has(p));
  return Array.from({ length: FOLDS }, (_, fold) => holdOut(sampled, seed, fold));
}

/** Lets settings run fold by fold, as long as they go on; what they reached of all folds, undefined where they did not. */
async function run(
  work: LongWork,
  folds: readonly Holdout[],
  settings: Word2VecSettings,
  goesOn: (stage: number, reached: number) => boolean,
): Promise<number | undefined> {
  const values: number[] = [];
  for (const [stage, fold] of folds.entries()) {
    values.push(...(await valuesOf(work, fold, settings)));
    const reached = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    if (stage === folds.length - 1) return reached;
    if (!goesOn(stage, reached)) return undefined;
  }
  return undefined;
}

/** What vectors with these settings reach with each playlist of a fold. */
async function valuesOf(
  work: LongWork,
  { training, heldOut }: Holdout,
  settings: Word2VecSettings,
): Promise<number[]> {
  await yieldToEventLoop(work);
  const vectors = await trainVectors(work, training, settings, '');
  if (!vectors) return heldOut.map(() => 0);
  try {
    const scorer = vectorScorer(songVectors(vectors));
    const values: number[] = [];
    for (const playlist of heldOut) {
      await yieldToEventLoop(work);
      const { hitRate10, ndcg500 } = scoresOf(scorer, playlist);
      values.push((hitRate10 + ndcg500) / 2);
    }
    return values;
  } catch (error) {
    // A learning rate that is too large: numbers that are not finite.
    if (!(error instanceof InvalidInputError)) throw error;
    return heldOut.map(() => 0);
  }
}
