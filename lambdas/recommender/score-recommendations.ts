import { NoDataError } from '../../core/errors.ts';
import { parseInput, type RecommendationScores, ScoreRecommendationsRequest } from '../../core/events.ts';
import { readPlaylists } from '../trainer/playlists.ts';
import { type ScoreListeningDeps, scoreListening } from './score-listening.ts';
import { type ScorePlaylistsDeps, scorePlaylists } from './score-playlists.ts';

/** What scoring recommendations needs. */
export type ScoreRecommendationsDeps = ScoreListeningDeps & ScorePlaylistsDeps;

const DAY_MS = 86_400_000;

/**
 * Tells how good recommendations are, by playlists that are held out and by what the user heard later (docs/method.md),
 * each way beside popularity and chance. Writes nothing. The same lake, history and seed give the same figures.
 */
export async function scoreRecommendations(
  deps: ScoreRecommendationsDeps,
  input: ScoreRecommendationsRequest,
): Promise<RecommendationScores> {
  const { seed, date: day } = parseInput(ScoreRecommendationsRequest, input, 'score');
  const now = deps.clock.now();
  const date = day ?? new Date(now).toISOString().slice(0, 10);
  const heldOut = await byPlaylists(deps, seed);
  const later = await scoreListening(deps, Math.min(Date.parse(date) + DAY_MS, now), seed);
  return {
    ...{ date, seed, playlists: heldOut.playlists, listening: later.listening },
    warnings: [...heldOut.warnings, ...later.warnings],
  };
}

async function byPlaylists(deps: ScoreRecommendationsDeps, seed: number) {
  try {
    return await scorePlaylists(deps, await readPlaylists(deps.lake), seed);
  } catch (error) {
    if (!(error instanceof NoDataError)) throw error;
    return { playlists: null, warnings: [`no playlists were held out: ${error.message}; ${error.hint}`] };
  }
}
