import { join } from 'node:path';
import {
  CoverageError,
  InvalidInputError,
  NoDataError,
  NotDoneError,
  type SoundalikeError,
  UnknownArtistError,
  UsageError,
} from '../core/errors.ts';
import {
  CollectRequest,
  type CollectResult,
  ImportRequest,
  parseInput,
  SimilarityRequest,
  type SimilarityResult,
  SimilarRequest,
} from '../core/events.ts';
import { ENVIRONMENT } from '../core/names.ts';
import { addArtists, listArtists, removeArtists } from '../lambdas/catalog/follow.ts';
import { collect } from '../lambdas/collector/collect.ts';
import { findSimilar } from '../lambdas/explorer/find-similar.ts';
import { importDataset } from '../lambdas/importer/import.ts';
import { compare } from '../lambdas/similarity/compare.ts';
import { type Local, openLocal } from './local.ts';
import * as words from './print.ts';
import { progressBar } from './progress.ts';
import { openProvider, type Provider, type ProviderOptions } from './provider.ts';
import { runResult } from './run.ts';

/** Requests at once to a service; more brings 429s, not speed. */
const CONCURRENCY = 4;

/** Options of every command. */
export interface CommonOptions {
  data: string;
  database?: string;
  date?: string;
  json?: boolean;
}

/** Options of the steps of the pipeline. */
export interface StepOptions extends CommonOptions, ProviderOptions {
  artists?: string[];
  budget?: number;
  features?: string[];
  neighbours?: 'all' | number;
  minCoverage?: number;
  dryRun?: boolean;
}

/** What a command came to: its result, and the error that makes the exit status 1 although there is a result. */
interface Outcome<T> {
  result: T;
  error?: SoundalikeError;
}

/** Opens this machine, does the work, prints what came of it and sets the exit status. */
async function perform<T>(
  { data, database, date, json }: CommonOptions,
  toWords: words.Words<T>,
  work: (local: Local) => Promise<Outcome<T>>,
): Promise<void> {
  requestOf(CollectRequest, { date }); // a command that has no use for the day does not take a wrong one either
  const local = await openLocal(data, { database, tls: process.env[ENVIRONMENT.databaseTls] });
  try {
    const { result, error } = await work(local);
    const warnings = (result as { warnings?: string[] }).warnings ?? [];
    for (const warning of warnings) local.say(`Note: ${warning}.`);
    if (error) report(error);
    const document = error ? { ...result, error: errorFields(error) } : result;
    const text = json ? JSON.stringify(document, null, 2) : toWords(result).join('\n');
    process.stdout.write(`${text}\n`);
  } finally {
    await local.close();
  }
}

/** What `--json` tells of an error. */
export const errorFields = ({ code, message, hint }: SoundalikeError) => ({ code, message, hint });

/** Tells on stderr what went wrong and what to do, and sets the exit status. */
export function report(error: SoundalikeError): void {
  process.stderr.write(`soundalike: ${error.message}; ${error.hint}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function withProvider<T>(
  local: Local,
  options: ProviderOptions,
  work: (provider: Provider) => Promise<T>,
): Promise<T> {
  const provider = await openProvider(local, options, process.env);
  try {
    return await work(provider);
  } finally {
    await provider.close();
  }
}

/** Options become a request, and a wrong option bad usage. */
function requestOf<T>(schema: Parameters<typeof parseInput<T>>[0], request: unknown): T {
  try {
    return parseInput(schema, request, 'options');
  } catch (error) {
    if (error instanceof InvalidInputError) throw new UsageError(error.message, error.hint, { cause: error });
    throw error;
  }
}

const collectRequest = ({ date, artists, budget, dryRun }: StepOptions): CollectRequest =>
  requestOf(CollectRequest, { date, artists, budget, dryRun });

const similarityRequest = ({
  date,
  features,
  neighbours,
  minCoverage,
  dryRun,
}: StepOptions): SimilarityRequest =>
  requestOf(SimilarityRequest, { date, features, neighbours, minCoverage, dryRun });

async function collectOnce(
  local: Local,
  options: StepOptions,
  request: CollectRequest,
): Promise<CollectResult> {
  const { progress, stop } = progressBar();
  try {
    return await withProvider(local, options, ({ connect }) =>
      collect({ ...local, connect, progress, concurrency: CONCURRENCY }, request),
    );
  } finally {
    stop();
  }
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
  { published, warnings }: SimilarityResult,
  isDryRun = false,
): CoverageError | undefined {
  if (published || isDryRun) return undefined;
  return new CoverageError(
    warnings.at(-1) ?? 'not published',
    'the last good run stays; see dropped for who is missing and why, or lower --min-coverage',
  );
}

/** `soundalike run`: collect, then compare. */
export async function run(options: StepOptions): Promise<void> {
  const [toCollect, toCompare] = [collectRequest(options), similarityRequest(options)];
  const toWords = (result: CollectResult | ReturnType<typeof runResult>) =>
    'done' in result ? words.collectWords(result) : words.runWords(result);
  await perform<CollectResult | ReturnType<typeof runResult>>(options, toWords, async (local) => {
    const collected = await collectOnce(local, options, toCollect);
    if (!collected.done) return { result: collected, error: notDone(collected, options.dryRun) };
    const compared = await compare(local, { ...toCompare, date: collected.date });
    return { result: runResult(collected, compared), error: notPublished(compared) };
  });
}

/** `soundalike collect`. */
export async function collectDay(options: StepOptions): Promise<void> {
  const request = collectRequest(options);
  await perform(options, words.collectWords, async (local) => {
    const result = await collectOnce(local, options, request);
    return { result, error: notDone(result, options.dryRun) };
  });
}

/** `soundalike similarity`. */
export async function compareDay(options: StepOptions): Promise<void> {
  const request = similarityRequest(options);
  await perform(options, words.similarityWords, async (local) => {
    const result = await compare(local, request);
    return { result, error: notPublished(result, options.dryRun) };
  });
}

/** `soundalike artists add`. */
export async function artistsAdd(queries: string[], options: CommonOptions & ProviderOptions): Promise<void> {
  await perform(options, words.addWords, async (local) => {
    const result = await withProvider(local, options, ({ name, connect }) =>
      addArtists({ ...local, provider: name, connect }, queries),
    );
    const { ambiguous, notFound } = result;
    if (ambiguous.length + notFound.length === 0) return { result };
    const unclear = [...ambiguous.map(({ query }) => query), ...notFound]
      .map((query) => `"${query}"`)
      .join(', ');
    const error = new UnknownArtistError(
      `expected one artist for each name, got none or several for ${unclear}`,
      'add by id or link',
    );
    return { result, error };
  });
}

/** `soundalike artists list`. */
export async function artistsList(options: CommonOptions): Promise<void> {
  await perform(options, words.listWords, async ({ artists }) => ({ result: await listArtists(artists) }));
}

/** `soundalike artists remove`. */
export async function artistsRemove(ids: string[], options: CommonOptions): Promise<void> {
  await perform(options, words.removeWords, async ({ artists }) => {
    const result = await removeArtists(artists, ids);
    const unknown = ids.filter((id) => !result.removed.includes(id));
    if (unknown.length === 0) return { result };
    const error = new UnknownArtistError(
      `expected known ids, got ${unknown.join(', ')}`,
      'see soundalike artists list',
    );
    return { result, error };
  });
}

/** `soundalike import`. */
export async function importPaths(paths: string[], options: StepOptions): Promise<void> {
  const request = requestOf(ImportRequest, { paths, date: options.date });
  await perform(options, words.importWords, async (local) => {
    const { progress, stop } = progressBar();
    const workspaceFolder = join(local.folder, 'import');
    const result = await importDataset({ ...local, workspaceFolder, progress }, request).finally(stop);
    return { result };
  });
}

/** `soundalike similar`. */
export async function similar(
  artist: string,
  { limit, ...options }: CommonOptions & { limit: number },
): Promise<void> {
  const request = requestOf(SimilarRequest, { artist, limit });
  await perform(options, words.similarWords, async (local) => {
    const result = await findSimilar(local, request);
    if (options.date === undefined || options.date === result.date) return { result };
    throw new NoDataError(
      `expected ${options.date} to be published, but it is ${result.date}`,
      `leave out --date, or publish that day: soundalike similarity --date ${options.date}`,
    );
  });
}
