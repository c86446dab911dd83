import type { ScoreResult, SimilarityRequest, SimilarityResult } from '../../core/events.ts';
import type { MethodName } from '../../core/methods/method.ts';
import type { Database } from '../../core/ports.ts';

/** The day and the method of a published run. */
export interface PublishedMethod {
  date: string;
  method: MethodName;
}

/** Those of the run that is published; undefined where there is none. */
export async function publishedMethod({
  relatedArtists,
}: {
  relatedArtists: Pick<Database['relatedArtists'], 'published'>;
}): Promise<PublishedMethod | undefined> {
  const published = await relatedArtists.published();
  return published && { date: published.dt, method: published.method as MethodName };
}

/**
 * The score cards of some ways to compare a day, by `compare`, which publishes nothing. What a request does not say, the
 * day and the method, is that of the published run.
 */
export async function scoreBy(
  requests: readonly SimilarityRequest[],
  published: PublishedMethod | undefined,
  compare: (request: SimilarityRequest) => Promise<SimilarityResult>,
): Promise<ScoreResult> {
  const results: SimilarityResult[] = [];
  for (const request of requests) {
    const { date = published?.date, method = published?.method } = request;
    results.push(await compare({ ...request, date, method, dryRun: true }));
  }
  const cards = results.map(({ method, scores }) => ({ method, measures: scores }));
  const [first] = results as [SimilarityResult];
  return {
    date: first.date,
    ...(cards[0] as (typeof cards)[0]),
    cards,
    warnings: [...new Set(results.flatMap(({ warnings }) => warnings))],
  };
}
