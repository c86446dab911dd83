import { type CollectResult, NAMED, type RunResult, type SimilarityResult } from '../core/events.ts';

/**
 * What `run` tells: a collection and the comparison of its day. An artist that is in neither is named once, with the
 * collection's reason where it has one, since that knows more. Then what is recommended, where that is done too.
 */
export function runResult(
  collected: CollectResult,
  compared: SimilarityResult,
  { recommended, warnings }: Pick<RunResult, 'recommended' | 'warnings'> = NOTHING_MORE,
): RunResult {
  const reasons = new Map(collected.dropped.map((artist) => [artist.id, artist]));
  return {
    date: compared.date,
    artists: { ...collected.artists, compared: compared.artists },
    tracks: collected.tracks,
    features: collected.features,
    pairs: compared.pairs,
    coverage: compared.coverage,
    dropped: compared.dropped.map((artist) => ({ ...artist, ...reasons.get(artist.id) })).slice(0, NAMED),
    droppedCount: compared.droppedCount,
    requests: collected.requests,
    sources: collected.sources,
    nearest: compared.nearest,
    published: compared.published,
    blocked: compared.blocked,
    scores: compared.scores,
    report: compared.report,
    warnings: [...collected.warnings, ...compared.warnings, ...warnings],
    recommended,
  };
}

const NOTHING_MORE = { recommended: null, warnings: [] };
