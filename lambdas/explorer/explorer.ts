import { EmptyRequest, parseInput } from '../../core/events.ts';
import { exploredCatalogue } from './catalogue.ts';
import { CurrentRun } from './current-run.ts';
import { drift } from './drift.ts';
import { findSimilar } from './find-similar.ts';
import { exploredListening } from './listening.ts';
import { exploredPath } from './path.ts';
import { exploredRuns } from './runs.ts';
import { sideBySide } from './side-by-side.ts';
import type { ExploreSources } from './sources.ts';
import { tracksOf } from './tracks-of.ts';

/** What the explorer's page may ask, by path; the parameters come as texts. */
export type Answers = Readonly<Record<string, (query: Record<string, string>) => Promise<object>>>;

/** Opens the explorer; it holds the run that is published, and begins to read it before anybody asks. */
export function openExplorer(sources: ExploreSources): Answers {
  const current = new CurrentRun(sources);
  const { artists } = sources;
  // Whoever asks first is told what went wrong, since it is tried again then.
  current.find().catch(() => {});
  const withNothing = (what: string, answer: () => Promise<object>) => async (query: object) => {
    parseInput(EmptyRequest, query, what);
    return await answer();
  };
  return {
    '/api/catalogue': withNothing('catalogue', () => exploredCatalogue(current)),
    '/api/similar': ({ limit, ...query }) =>
      findSimilar(sources, {
        ...query,
        limit: /^\d+$/.test(limit ?? '') ? Number(limit) : limit,
      }),
    '/api/tracks': (query) => tracksOf(sources, current, query),
    '/api/pair': (query) => sideBySide(artists, current, query),
    '/api/path': (query) => exploredPath(artists, current, query),
    '/api/drift': (query) => drift(sources, query),
    '/api/listening': withNothing('listening', () => exploredListening(sources)),
    '/api/runs': withNothing('runs', () => exploredRuns(sources)),
  };
}
