import { consentStanding, type UserGrant } from '../../adapters/spotify/user-grant.ts';
import { ConsentNeededError } from '../../core/errors.ts';
import type { HearResult } from '../../core/events.ts';
import { Ledger } from '../../core/ledger.ts';
import type { Clock, Secret } from '../../core/ports.ts';
import type { ConnectUser } from '../login/connect.ts';
import { type LearnDeps, learnHeard } from './learn.ts';
import { type ListenDeps, listen } from './listen.ts';

/** What hearing needs. */
export type HearDeps = Omit<ListenDeps, 'recentPlays'> & LearnDeps & { connectUser: ConnectUser };

/** Listens, then learns what was heard. Two at once learn the same twice, which does no harm. */
export async function hear(deps: HearDeps): Promise<HearResult> {
  const { client, close } = deps.connectUser(new Ledger());
  try {
    const heard = await listen({ ...deps, recentPlays: client }, {});
    return { ...heard, learned: await learnHeard(deps) };
  } finally {
    await close();
  }
}

/**
 * Does `work`, which hears, in the name of the user who has logged in; idle until somebody has. Tells for how many days
 * the consent lasts, whatever comes of the work: 0 where Spotify refuses it.
 */
export async function withConsent(
  { grant, clock, tellDaysLeft }: ConsentDeps,
  work: () => Promise<HearResult>,
): Promise<HearResult> {
  const standing = consentStanding(await grant.refresh(await grant.read()), clock.now());
  if (standing.state === 'none') return IDLE;
  let { daysLeft } = standing;
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConsentNeededError) daysLeft = 0;
    throw error;
  } finally {
    if (daysLeft !== null) tellDaysLeft(daysLeft);
  }
}

/** What `withConsent` needs. */
interface ConsentDeps {
  grant: Secret<UserGrant>;
  clock: Clock;
  tellDaysLeft: (days: number) => void;
}

/** What listening comes to while nobody has logged in. */
export const IDLE: HearResult = {
  ...{ from: null, to: null, received: 0, skipped: 0, added: 0, matched: 0, known: 0, gaps: [] },
  learned: null,
};
