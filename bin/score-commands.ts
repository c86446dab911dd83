import { readFileSync } from 'node:fs';
import { checkTruth } from '../adapters/dataset/truths.ts';
import { InvalidInputError, UsageError } from '../core/errors.ts';
import { type ScoreResult, SimilarityRequest, type SimilarityResult } from '../core/events.ts';
import type { TruthName } from '../core/ports.ts';
import { compare } from '../lambdas/similarity/compare.ts';
import { publishedMethod, scoreBy } from '../lambdas/similarity/score.ts';
import { rulerOf } from './commands.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import type { Words } from './print.ts';
import { withProgress } from './progress.ts';

/** Options of `score`. */
interface ScoreOptions extends CommonOptions {
  method?: string;
  compare?: string[];
  features?: string[];
  ruler?: string;
  genres?: string;
  related?: string;
  keep?: boolean;
  recommendations?: boolean;
  seed?: number;
}

/** Options of the score card alone. */
const OF_THE_CARD = ['method', 'compare', 'features', 'ruler', 'genres', 'related', 'keep'] as const;

/** `soundalike score`. */
export async function score(options: ScoreOptions): Promise<void> {
  if (options.recommendations) return await scoreRecommended(options);
  const { keep = false } = options;
  const truths = readTruths(options);
  if (options.stack !== undefined && !keep && Object.keys(truths).length > 0) {
    throw new UsageError(
      'expected --keep beside --genres and --related of a stack, got none',
      'give --keep: a stack scores by what its lake keeps',
    );
  }
  const requests = (options.compare ?? [options.method]).map((method) => {
    const ruler = options.ruler === undefined ? undefined : rulerOf(options.ruler);
    const { date, features } = options;
    return requestOf(SimilarityRequest, { ...{ date, method, features, ruler }, dryRun: true });
  });
  await perform<ScoreResult>(options, {
    local: async (local) => {
      if (keep)
        for (const [name, csv] of Object.entries(truths)) await local.lake.putTruth(name as TruthName, csv);
      const published = await publishedMethod(local);
      return await withProgress((progress) =>
        scoreBy(requests, published, (request) => compare({ ...local, truths, progress }, request)),
      );
    },
    stack: async (stack) => {
      for (const [name, csv] of Object.entries(truths)) await stack.putTruth(name as TruthName, csv);
      const published = await publishedMethod(await stack.explored());
      return await scoreBy(requests, published, (request) =>
        stack.invoke<SimilarityResult>('similarity', request, { repeats: true }),
      );
    },
    words: scoreWords,
  });
}

async function scoreRecommended(options: ScoreOptions): Promise<void> {
  const other = OF_THE_CARD.find((name) => options[name] !== undefined);
  if (other !== undefined) {
    throw new UsageError(
      `expected --recommendations without --${other}, got both`,
      'ask for one of them: neighbours are scored without --recommendations',
    );
  }
  const { scoreRecommendations } = await import('./score-recommendations-command.ts');
  await scoreRecommendations(options);
}

function readTruths({ genres, related }: ScoreOptions): Partial<Record<TruthName, string>> {
  const read = (name: TruthName, file: string | undefined) => {
    if (file === undefined) return {};
    try {
      const csv = readFileSync(file, 'utf8');
      checkTruth(name, csv);
      return { [name]: csv };
    } catch (cause) {
      if (cause instanceof InvalidInputError) throw cause;
      throw new UsageError(
        `expected a CSV file at ${file}, got: ${(cause as Error).message}`,
        `name a file with --${name}`,
        { cause },
      );
    }
  };
  return { ...read('genres', genres), ...read('related', related) };
}

const scoreWords: Words<ScoreResult> = ({ date, cards }) => {
  const measures = cards.flatMap(({ measures }) => measures);
  const names = [...new Map(measures.map((measure) => [titleOf(measure), measure]))];
  const figure = (value: number) => value.toFixed(3);
  return [
    `How well neighbours agree with what is known (${date}); [95 % interval]:`,
    ...(names.length === 0
      ? ['  nothing is known of these artists: give --genres or --related, or import playlists']
      : []),
    ...names.flatMap(([title, first]) => [
      `${title}, of ${first.artists} artists (by chance ${figure(first.random)}, by popularity ${figure(first.popularity)}):`,
      ...cards.flatMap(({ method, measures }) =>
        measures
          .filter((measure) => titleOf(measure) === title)
          .map(
            ({ value, low, high }) =>
              `  ${method.padEnd(10)} ${figure(value)}  [${figure(low)}, ${figure(high)}]`,
          ),
      ),
    ]),
  ];
};

const titleOf = ({ name, k }: { name: string; k: number }): string => `${name} at ${k}`;
