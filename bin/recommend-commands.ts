import { RecommendRequest, type RecommendResult } from '../core/events.ts';
import { userConnector } from '../lambdas/login/connect.ts';
import { type RecommendDeps, recommend } from '../lambdas/recommender/recommend.ts';
import { consented } from './as-user.ts';
import { ownerOf } from './data-folder.ts';
import type { Local } from './local.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import { recommendWords } from './print.ts';
import { progressBar } from './progress.ts';
import { brings, forcedOwner, isSpotifyReachable, type ProviderOptions, withProvider } from './provider.ts';

/** Options of `recommend`. */
type RecommendOptions = CommonOptions & ProviderOptions & Omit<RecommendRequest, 'date'>;

/** `soundalike recommend`: what to hear next. */
export async function recommendSongs({
  days,
  perSong,
  size,
  maxPerArtist,
  halfLife,
  method,
  model,
  push,
  dryRun,
  ...options
}: RecommendOptions): Promise<void> {
  const settings = { days, perSong, size, maxPerArtist, halfLife, method, model, push, dryRun };
  const request = requestOf<RecommendRequest>(RecommendRequest, { date: options.date, ...settings });
  await perform<RecommendResult>(options, {
    folder: push && !dryRun ? brings(options) : undefined,
    local: (local) => recommendHere(local, options, request),
    stack: (stack) => stack.invoke<RecommendResult>('recommender', request, { repeats: dryRun }),
    words: recommendWords,
  });
}

/** Spotify is asked for gone songs of its user; a stand-in, which knows its own catalogue alone, for nothing but a push. */
async function recommendHere(
  local: Local,
  options: RecommendOptions,
  request: RecommendRequest,
): Promise<RecommendResult> {
  const { progress, stop } = progressBar();
  const go = (more: Pick<RecommendDeps, 'connect' | 'push'> = {}) =>
    recommend({ ...local, progress, ...more }, request).finally(stop);
  if (request.dryRun || !(request.push || (await isOfSpotify(local.folder, options)))) return await go();
  return await withProvider(
    local,
    options,
    async ({ name, connect, user }) => {
      if (request.push) await consented(local, user);
      const push = request.push ? { ...local, connectUser: userConnector({ ...local, ...user }) } : undefined;
      return await go({ connect: name === 'spotify' ? connect : undefined, push });
    },
    'user',
  );
}

/** Whether the folder is the user's, and Spotify can be asked. */
async function isOfSpotify(folder: string, options: ProviderOptions): Promise<boolean> {
  if (forcedOwner(options) !== undefined || (await ownerOf(folder)) !== 'the user') return false;
  return await isSpotifyReachable(folder, process.env);
}
