import type { RecommendationScores } from '../../core/events.ts';
import { type LongWork, yieldToEventLoop } from '../../core/long-work.ts';
import type { Runs } from '../../core/ports.ts';
import { FOLDS, type Holdout, holdOut } from '../../core/recommend/holdout.ts';
import { byPopularity, itemIndex, itemScorer } from '../../core/recommend/items.ts';
import { reciprocalRankScorer } from '../../core/recommend/merge.ts';
import { LONG_LIST } from '../../core/recommend/quality.ts';
import { popularityScorer, randomScorer, type Scorer } from '../../core/recommend/scorer.ts';
import { soundScorer } from '../../core/recommend/sound.ts';
import { vectorScorer } from '../../core/recommend/vector-scorer.ts';
import {
  type ListScores,
  RANKING_MEASURES,
  rankingScores,
  type ScoredMethod,
  scoredWays,
} from '../../core/score/lists.ts';
import type { Playlists } from '../../core/vectors/playlists.ts';
import { xoshiro128 } from '../../core/vectors/random.ts';
import { costOf } from '../../core/vectors/search.ts';
import type { Word2VecSettings } from '../../core/vectors/settings.ts';
import { songVectors } from '../../core/vectors/song-vectors.ts';
import { soundOf } from '../trainer/measure.ts';
import { baseSettings } from '../trainer/settings.ts';
import { trainVectors } from '../trainer/train-vectors.ts';
import type { WaysDeps } from './ways.ts';

/** What scoring by playlists needs. */
export interface ScorePlaylistsDeps extends Pick<LongWork, 'clock' | 'progress'> {
  warehouse: WaysDeps['warehouse'];
  runs: Runs;
}

/** A way that can be asked, and the songs that it knows. */
interface AskedWay {
  scorer: Scorer;
  known: ReadonlyMap<string, unknown>;
}
type AskedWays = Partial<Record<ScoredMethod, AskedWay>>;

/** Playlists after which no more folds are asked of: figures are sure enough, answers take time. */
const ENOUGH = 1000;
/** Work of training (`costOf` times places) that is done: some five minutes on one thread. */
const MOST_TRAINING = 6e11;

/**
 * What each way finds of playlists that are held out (docs/method.md): half of a playlist's songs are hidden, the others
 * given. Each is asked of once, in five folds, or a thousand of them. Vectors are trained anew for each fold, where that
 * is not too much work; a note says so where it is. Null where no playlist has five different songs.
 */
export async function scorePlaylists(
  deps: ScorePlaylistsDeps,
  playlists: Playlists,
  seed: number,
): Promise<{ playlists: RecommendationScores['playlists']; warnings: string[] }> {
  const folds = foldsOf(playlists, seed);
  const all = folds.flatMap(({ heldOut }) => heldOut);
  if (all.length === 0) return { playlists: null, warnings: [TOO_SHORT] };
  const sound = await soundOf(deps, all);
  const bySound = sound && { scorer: soundScorer(sound), known: sound.rows };
  const { base: settings } = await baseSettings(deps.runs, { seed });
  const isTrained = costOf(settings) * playlists.tokens.length * folds.length <= MOST_TRAINING;
  const scores = new Map<ScoredMethod, ListScores[]>();
  for (const { training, heldOut } of folds) {
    const byVectors = isTrained ? await trainedOn(deps, training, settings) : undefined;
    const asked = waysOf(training, bySound, byVectors, seed);
    for (const { rest } of heldOut) {
      await yieldToEventLoop({ clock: deps.clock });
      for (const [method, { scorer, known }] of Object.entries(asked)) {
        const ranked = scorer(rest.given, Math.max(LONG_LIST, rest.hidden.length));
        const reach = rest.hidden.filter((id) => known.has(id)).length / rest.hidden.length;
        const list = scores.get(method as ScoredMethod) ?? [];
        scores.set(method as ScoredMethod, list);
        list.push(rankingScores(ranked, rest.hidden, reach));
        deps.progress('asking of playlists', list.length, all.length);
      }
    }
  }
  return {
    playlists: { heldOut: all.length, ways: scoredWays(scores, RANKING_MEASURES, seed) },
    warnings: [...(isTrained ? [] : [TOO_MUCH]), ...(sound ? [] : [NO_SOUND])],
  };
}

/** As many folds as it takes for enough playlists. */
function foldsOf(playlists: Playlists, seed: number): Holdout[] {
  const folds: Holdout[] = [];
  let asked = 0;
  for (let fold = 0; fold < FOLDS && asked < ENOUGH; fold++) {
    const split = holdOut(playlists, seed, fold);
    folds.push(split);
    asked += split.heldOut.length;
  }
  return folds;
}

/** By vectors, which find nothing where there is nothing to learn. */
async function trainedOn(
  { clock, progress }: ScorePlaylistsDeps,
  training: Playlists,
  settings: Word2VecSettings,
): Promise<AskedWay> {
  const trained = await trainVectors({ clock, progress }, training, settings, 'training to measure');
  if (!trained) return { scorer: () => [], known: new Map() };
  const vectors = songVectors(trained);
  return { scorer: vectorScorer(vectors), known: vectors.rows };
}

/** The ways of a fold. */
function waysOf(
  training: Playlists,
  sound: AskedWay | undefined,
  vectors: AskedWay | undefined,
  seed: number,
): AskedWays {
  const index = itemIndex(training);
  const popular = byPopularity(index);
  const known = new Map(popular.map((id) => [id, id]));
  return {
    ...(sound && { sound }),
    ...(vectors && { playlists: vectors }),
    items: { scorer: itemScorer(index), known },
    ...(sound && vectors && { both: together(sound, vectors) }),
    popularity: { scorer: popularityScorer(popular), known },
    random: { scorer: randomScorer(popular, xoshiro128(seed)), known },
  };
}

const together = (a: AskedWay, b: AskedWay): AskedWay => ({
  scorer: reciprocalRankScorer([a.scorer, b.scorer]),
  known: new Map([...a.known, ...b.known]),
});

const TOO_SHORT =
  'no playlist of the lake has five different songs, so that none can be held out: import more (soundalike import <path>)';
const TOO_MUCH =
  'the playlists are too many to train vectors anew for this: what those find of playlists that they have not seen is in the result of soundalike train --json, under quality';
const NO_SOUND = 'the lake has no audio features of the songs of its playlists: sound was not asked of them';
