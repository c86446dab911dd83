import { UsageError } from '../core/errors.ts';
import { type RecommendationScores, ScoreRecommendationsRequest } from '../core/events.ts';
import type { ScoredMeasure, ScoredMethod, ScoredWay } from '../core/score/lists.ts';
import { scoreRecommendations as score } from '../lambdas/recommender/score-recommendations.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import type { Words } from './print.ts';
import { progressBar } from './progress.ts';

/** `soundalike score --recommendations`: how good recommendations are. */
export async function scoreRecommendations({
  seed,
  ...options
}: CommonOptions & { seed?: number }): Promise<void> {
  if (options.stack !== undefined) {
    throw new UsageError(
      'expected --recommendations without --stack, got both',
      'leave out --stack: recommendations are scored on this machine, by its data folder',
    );
  }
  const request = requestOf<ScoreRecommendationsRequest>(ScoreRecommendationsRequest, {
    date: options.date,
    seed,
  });
  await perform<RecommendationScores>(options, {
    folder: { kind: 'try' },
    local: async (local) => {
      const { progress, stop } = progressBar();
      return await score({ ...local, progress }, request).finally(stop);
    },
    words: recommendationScoreWords,
  });
}

/** Tables of the figures, each with its 95 % interval. */
const recommendationScoreWords: Words<RecommendationScores> = ({ playlists, listening }) => [
  ...(playlists
    ? [
        `Of half the songs of ${playlists.heldOut} playlists, hidden from them, the ways find:`,
        ...tableOf(playlists.ways),
      ]
    : ['Of playlists nothing can be told.']),
  ...(listening
    ? [
        `Of the songs first heard in the ${listening.followedDays} days after ${listening.asked} days from ${listening.cuts[0]?.date} to ${listening.cuts.at(-1)?.date}, they would have found:`,
        ...tableOf(listening.ways),
      ]
    : ['Of later listening nothing can be told.']),
];

function tableOf(ways: readonly ScoredWay[]): string[] {
  const measures = ways[0]?.measures ?? [];
  const head = ['', ...measures.map(({ name, k }) => (k === null ? name : `${name}@${k}`))];
  const rows = ways.map(({ method, measures: of }) => [METHODS[method], ...of.map(cell)]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    `  ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

const cell = ({ value, low, high }: ScoredMeasure): string =>
  `${figure(value)} [${figure(low)}, ${figure(high)}]`;

/** Clicks are up to 51, all else is a share. */
const figure = (value: number): string => value.toFixed(3);

const METHODS = {
  sound: 'sound',
  playlists: 'vectors',
  items: 'items',
  both: 'sound and vectors',
  popularity: 'popularity',
  random: 'chance',
} as const satisfies Record<ScoredMethod, string>;
