import { consentStanding } from '../adapters/spotify/user-grant.ts';
import { InternalError, SoundalikeError } from '../core/errors.ts';
import type { RunResult } from '../core/events.ts';
import { hear } from '../lambdas/listening/hear.ts';
import { userConnector } from '../lambdas/login/connect.ts';
import { recommend } from '../lambdas/recommender/recommend.ts';
import type { Local } from './local.ts';
import type { Provider } from './provider.ts';

/** Songs that a run tells; `recommend` tells all. */
const FIRST = 10;

/**
 * Listens and recommends, where somebody has logged in. What fails here is told and fails no run: the artists are
 * compared.
 */
export async function recommendAfter(
  local: Local,
  { name, connect, user }: Provider,
): Promise<Pick<RunResult, 'recommended' | 'warnings'>> {
  try {
    const { state } = consentStanding(await user.grant.read(), local.clock.now());
    if (state === 'none') return { recommended: null, warnings: [] };
    await hear({ ...local, connect, connectUser: userConnector({ ...local, ...user }) });
    const lookup = name === 'spotify' ? { connect } : {};
    const { heard, songs, warnings } = await recommend({ ...local, ...lookup, progress: () => {} }, {});
    const first = songs.slice(0, FIRST).map(({ score: _, ...song }) => song);
    return { recommended: { heard, songs: first }, warnings };
  } catch (error) {
    const { message, hint } = error instanceof SoundalikeError ? error : new InternalError(error);
    return { recommended: null, warnings: [`no songs were recommended: ${message}; ${hint}`] };
  }
}
