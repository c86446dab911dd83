import { RecommendRequest, type RecommendResult } from '../core/events.ts';
import { userConnector } from '../lambdas/login/connect.ts';
import { type RecommendDeps, recommend } from '../lambdas/recommender/recommend.ts';
import { consented } from './as-user.ts';
import type { Local } from './local.ts';
import { type CommonOptions, perform, requestOf } from './perform.ts';
import { recommendWords } from './print.ts';
import { progressBar } from './progress.ts';
import { isSpotifyReachable, type ProviderOptions, withProvider } from './provider.ts';

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
    local: (local) => recommendHere(local, options, request),
    stack: (stack) => stack.invoke<RecommendResult>('recommender', request, { repeats: dryRun }),
    words: recommendWords,
  });
}

/** Spotify is asked for gone songs; a stand-in, which knows its own catalogue alone, for nothing but a push. */
async function recommendHere(
  local: Local,
  options: RecommendOptions,
  request: RecommendRequest,
): Promise<RecommendResult> {
  const { progress, stop } = progressBar();
  const go = (more: Pick<RecommendDeps, 'connect' | 'push'> = {}) =>
    recommend({ ...local, progress, ...more }, request).finally(stop);
  const isForced = options.catalogue !== undefined || options.mode !== undefined;
  const speaks = request.push || isForced || (await isSpotifyReachable(local.folder, process.env));
  if (request.dryRun || !speaks) return await go();
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
