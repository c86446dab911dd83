import { existsSync, readFileSync } from 'node:fs';
import { unknown } from '../adapters/spotify/app.ts';
import { spotifySettings } from '../adapters/spotify/settings.ts';
import { grantFile } from '../adapters/spotify/user-grant.ts';
import { systemClock } from '../adapters/system.ts';
import type { CollectionLimits } from '../core/budget.ts';
import {
  CoverageError,
  CredentialsError,
  NoDataError,
  NotDoneError,
  ScoreError,
  ServiceUnavailableError,
  UnhealthyError,
  UnknownArtistError,
  UsageError,
} from '../core/errors.ts';
import {
  type AddResult,
  CatalogRequest,
  CollectRequest,
  type CollectResult,
  DEFAULT_TRACKS,
  type ListResult,
  type RemoveResult,
  type Ruler,
  SimilarityRequest,
  type SimilarityResult,
  SimilarRequest,
  type SimilarResult,
} from '../core/events.ts';
import type { ApiState } from '../core/ports.ts';
import { repair } from '../core/run/replace.ts';
import { addArtists, listArtists, removeArtists } from '../lambdas/catalog/follow.ts';
import { heardArtists } from '../lambdas/catalog/heard-artists.ts';
import { collect } from '../lambdas/collector/collect.ts';
import { type Connect, connector } from '../lambdas/collector/sources.ts';
import { type ExamineResult, examine } from '../lambdas/doctor/examine.ts';
import { findSimilar } from '../lambdas/explorer/find-similar.ts';
import { compare } from '../lambdas/similarity/compare.ts';
import type { Local, Machine } from './local.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import * as words from './print.ts';
import { progressBar, withProgress } from './progress.ts';
import {
  brings,
  openProvider,
  type Provider,
  type ProviderOptions,
  tries,
  withProvider,
} from './provider.ts';
import { runResult } from './run.ts';
import type { Stack } from './stack.ts';

/** Requests at once to a service; more brings 429s, not speed. */
const CONCURRENCY = 4;

/** Options of the steps of the pipeline. */
export interface StepOptions extends CommonOptions, ProviderOptions {
  artists?: string[];
  tracks?: number;
  budget?: number;
  method?: string;
  features?: string[];
  neighbours?: 'all' | number;
  minCoverage?: number;
  ruler?: string;
  require?: string[];
  dryRun?: boolean;
}

const collectRequest = ({ date, artists, tracks, budget, dryRun }: StepOptions): CollectRequest =>
  requestOf(CollectRequest, { date, artists, tracks, budget, dryRun });

const similarityRequest = (options: StepOptions): SimilarityRequest => {
  const { date, method, features, neighbours, minCoverage, dryRun, require } = options;
  const ruler = options.ruler === undefined ? undefined : rulerOf(options.ruler);
  return requestOf(SimilarityRequest, {
    ...{ date, method, features, neighbours, minCoverage, dryRun, require, ruler },
  });
};

/** What a file with a run's result has of a ruler; else it is the run's id. */
export function rulerOf(runOrFile: string): unknown {
  if (!existsSync(runOrFile)) return runOrFile;
  try {
    const { ranges, space } = JSON.parse(readFileSync(runOrFile, 'utf8')) as Ruler;
    return { ranges, space };
  } catch (cause) {
    throw new UsageError(
      `expected a run's result as JSON in ${runOrFile}, got: ${(cause as Error).message}`,
      'write one with soundalike similarity --json, or name a run',
      { cause },
    );
  }
}

async function collectFrom(
  { connect }: Provider,
  local: Local,
  request: CollectRequest,
): Promise<CollectResult> {
  const { progress, stop } = progressBar();
  return await collect({ ...local, connect, progress, concurrency: CONCURRENCY }, request).finally(stop);
}

function notDone(
  { date, done, resumeAfter, stopped }: CollectResult,
  isDryRun = false,
): NotDoneError | undefined {
  if (done || isDryRun) return undefined;
  return new NotDoneError(
    `the collection of ${date} is not done: ${stopped}`,
    `it goes on where it stopped: run the same command with --date ${date}${resumeAfter ? ` after ${resumeAfter}` : ''}`,
  );
}

function notPublished(
  { published, warnings, blocked }: Pick<SimilarityResult, 'published' | 'warnings' | 'blocked'>,
  isDryRun = false,
): CoverageError | ScoreError | undefined {
  if (published || isDryRun) return undefined;
  // A stack that was deployed before there were any tells none.
  if (blocked?.length > 0) {
    return new ScoreError(
      `not published: ${blocked.join('; ')}`,
      'the last good run stays; see what has changed with soundalike score, or leave out --require',
    );
  }
  return new CoverageError(
    warnings.at(-1) ?? 'not published',
    'the last good run stays; see dropped for who is missing and why, or lower --min-coverage',
  );
}

/** What `run` comes to: its result, or the collection's where nothing could be compared yet. */
type RunOutcome = CollectResult | ReturnType<typeof runResult>;

/** `soundalike run`: collect, then compare; on this machine also listen and recommend, where somebody has logged in. */
export async function run(options: StepOptions): Promise<void> {
  const [toCollect, toCompare] = [collectRequest(options), similarityRequest(options)];
  await perform<RunOutcome>(options, {
    folder: options.dryRun ? tries(options) : brings(options),
    local: (local) =>
      withProvider(local, options, async (provider) => {
        const collected = await collectFrom(provider, local, toCollect);
        if (!collected.done) return collected;
        const { date } = collected;
        const compared = await withProgress((progress) =>
          compare({ ...local, progress }, { ...toCompare, date }),
        );
        if (options.dryRun) return runResult(collected, compared);
        const { recommendAfter } = await import('./run-recommend.ts');
        return runResult(collected, compared, await recommendAfter(local, provider));
      }),
    stack: async (stack) => {
      if (options.dryRun) return stack.invoke('collector', toCollect, { repeats: true });
      const { date: _, ...similarity } = toCompare; // the workflow compares the day that it has collected
      const { collected, compared } = await stack.run({ collect: toCollect, similarity });
      return compared ? runResult(collected, compared) : collected;
    },
    words: (result, stack) => ('done' in result ? words.collectWords(result) : words.runWords(result, stack)),
    lack: (result) => ('done' in result ? notDone(result, options.dryRun) : notPublished(result)),
  });
}

/** `soundalike collect`. */
export async function collectDay(options: StepOptions): Promise<void> {
  const request = collectRequest(options);
  await perform(options, {
    folder: options.dryRun ? tries(options) : brings(options),
    local: (local) => withProvider(local, options, (provider) => collectFrom(provider, local, request)),
    words: words.collectWords,
    lack: (result) => notDone(result, options.dryRun),
  });
}

/** `soundalike similarity`. */
export async function compareDay(options: StepOptions): Promise<void> {
  const request = similarityRequest(options);
  await perform(options, {
    local: (local) => withProgress((progress) => compare({ ...local, progress }, request)),
    stack: (stack) => stack.invoke<SimilarityResult>('similarity', request, { repeats: options.dryRun }),
    words: words.similarityWords,
    lack: (result) => notPublished(result, options.dryRun),
  });
}

/** What bounds a collection here, which asks for the usual number of tracks unless told. */
const limitsOf = ({ settings }: Provider['user']): CollectionLimits => ({
  tracks: DEFAULT_TRACKS,
  dailyRequests: settings.dailyRequests,
});

/** Options of `artists add`. */
interface AddOptions extends CommonOptions, ProviderOptions {
  fromListening?: boolean;
  fromLibrary?: string;
  days: number;
}

/** `soundalike artists add`. */
export async function artistsAdd(queries: string[], options: AddOptions): Promise<void> {
  const { days, fromListening, fromLibrary } = options;
  const { followedInLibrary } = await import('../adapters/dataset/library.ts');
  const library = fromLibrary === undefined ? [] : await followedInLibrary(fromLibrary);
  const named = [...queries, ...library];
  const add = named.length > 0 ? named : undefined;
  if (!add && !fromListening) {
    throw new UsageError(
      'expected artists, got none',
      'name some, or give --from-listening, or --from-library with a file that has some',
    );
  }
  const request = requestOf(CatalogRequest, { add, fromListening: fromListening ? days : undefined });
  await perform(options, {
    folder: brings(options),
    local: async (local) => {
      await repair(local, []);
      const heard = fromListening ? await heardArtists(local, days) : [];
      return await withProvider(local, options, ({ name, connect, user }) =>
        addArtists({ ...local, provider: name, connect, limits: limitsOf(user) }, [...named, ...heard]),
      );
    },
    stack: (stack) => stack.invoke<AddResult>('catalog', request),
    words: words.addWords,
    lack: ({ ambiguous, notFound, unavailable = [] }) => {
      const [failed] = unavailable;
      if (ambiguous.length + notFound.length === 0) {
        return (
          failed && new ServiceUnavailableError(`"${failed.query}": ${failed.detail}`, 'try again later')
        );
      }
      const unclear = [...ambiguous.map(({ query }) => query), ...notFound]
        .map((query) => `"${query}"`)
        .join(', ');
      return new UnknownArtistError(
        `expected one artist for each name, got none or several for ${unclear}`,
        'add by id or link',
      );
    },
  });
}

/** `soundalike artists list`. */
export async function artistsList(options: CommonOptions): Promise<void> {
  await perform<ListResult>(options, {
    local: ({ artists }) => listArtists(artists),
    stack: listAll,
    words: words.listWords,
  });
}

/** An answer of a function carries 6 MB at most, so a long list comes in several. */
async function listAll(stack: Stack): Promise<ListResult> {
  const artists: ListResult['artists'] = [];
  let after: string | undefined;
  do {
    const page = await stack.invoke<ListResult>('catalog', { list: true, after }, { repeats: true });
    artists.push(...page.artists);
    after = page.next;
  } while (after !== undefined);
  return { artists };
}

/** `soundalike artists remove`. */
export async function artistsRemove(ids: string[], options: CommonOptions): Promise<void> {
  await perform(options, {
    local: async (local) => {
      await repair(local, []);
      return await removeArtists(local.artists, ids);
    },
    stack: (stack) => stack.invoke<RemoveResult>('catalog', requestOf(CatalogRequest, { remove: ids })),
    words: words.removeWords,
    lack: ({ removed }) => {
      const unknown = ids.filter((id) => !removed.includes(id));
      if (unknown.length === 0) return undefined;
      return new UnknownArtistError(
        `expected known ids, got ${unknown.join(', ')}`,
        'see soundalike artists list',
      );
    },
  });
}

/** `soundalike similar`. */
export async function similar(
  artist: string,
  { limit, ...options }: CommonOptions & { limit: number },
): Promise<void> {
  const request = requestOf(SimilarRequest, { artist, limit });
  const ofDay = (result: SimilarResult): SimilarResult => {
    if (options.date === undefined || options.date === result.date) return result;
    throw new NoDataError(
      `expected ${options.date} to be published, but it is ${result.date}`,
      `leave out --date, or publish that day: soundalike similarity --date ${options.date}`,
    );
  };
  await perform(options, {
    local: async (local) => ofDay(await findSimilar(local, request)),
    stack: async (stack) => ofDay(await stack.invoke<SimilarResult>('explorer', request, { repeats: true })),
    words: words.similarWords,
  });
}

/** `soundalike doctor`. */
export async function doctor(options: CommonOptions & ProviderOptions): Promise<void> {
  await perform<ExamineResult>(options, {
    folder: tries(options),
    machine: (machine) => examineHere(machine, options),
    stack: examineStack,
    words: words.doctorWords,
    lack: ({ checks }) => {
      const failed = checks.filter(({ ok }) => !ok).map(({ name }) => name);
      if (failed.length === 0) return undefined;
      return new UnhealthyError(
        `expected every check to be fine, but ${failed.length} of ${checks.length} failed: ${failed.join(', ')}`,
        'do what the remedies say, the first one first',
      );
    },
  });
}

/** The function's checks, and those of the alarms, which the caller's own credentials make. */
async function examineStack(stack: Stack): Promise<ExamineResult> {
  const { examineAlarms, HISTORY_DAYS } = await import('../lambdas/doctor/alarms.ts');
  const since = systemClock.now() - HISTORY_DAYS * 86_400_000;
  const [result, alarms] = await Promise.all([
    stack.invoke<ExamineResult>('doctor', {}, { repeats: true }),
    examineAlarms(async () => (await stack.alarms()).way(since)),
  ]);
  const checks = [...result.checks, ...alarms];
  return { ...result, ok: checks.every(({ ok }) => ok), checks };
}

async function examineHere(machine: Machine, options: ProviderOptions): Promise<ExamineResult> {
  let provider: Provider | undefined;
  const connect = async (apiState: ApiState): Promise<Connect> => {
    const artists = await machine.openDatabase().then(
      (database) => database.artists,
      () => undefined,
    );
    const deps = { ...machine, artists, apiState };
    try {
      provider = await openProvider(deps, options, process.env);
      return provider.connect;
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      // ReccoBeats can be asked all the same.
      return connector({
        ...deps,
        settings: spotifySettings(process.env),
        app: unknown(error),
        provider: 'spotify',
      });
    }
  };
  try {
    const grant = async () => (provider?.user.grant ?? grantFile(machine.folder)).read();
    const limits = () => provider && limitsOf(provider.user);
    return await examine({ ...machine, connect, grant, limits });
  } finally {
    await provider?.close();
  }
}
