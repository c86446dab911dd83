import { consentStanding, type UserGrant } from '../../adapters/spotify/user-grant.ts';
import { ConsentNeededError } from '../../core/errors.ts';
import type { Clock, Secret } from '../../core/ports.ts';

/** What `withConsent` needs. */
export interface ConsentDeps<T> {
  grant: Secret<UserGrant>;
  clock: Clock;
  tellDaysLeft: (days: number) => void;
  /** What comes of it until somebody has logged in. */
  idle: () => T;
}

/**
 * Does `work` in the name of the user who has logged in; idle until somebody has. Tells for how many days the consent
 * lasts, whatever comes of the work: 0 where Spotify refuses it.
 */
export async function withConsent<T>(
  { grant, clock, tellDaysLeft, idle }: ConsentDeps<T>,
  work: () => Promise<T>,
): Promise<T> {
  const standing = consentStanding(await grant.refresh(await grant.read()), clock.now());
  if (standing.state === 'none') return idle();
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

/** Nobody has logged in, here or in the stack. */
export const nobody = (stack?: string): ConsentNeededError =>
  new ConsentNeededError(
    "expected the user's consent, but nobody has logged in to Spotify yet",
    `log in: npx soundalike login${stack === undefined ? '' : ` --stack ${stack}`}`,
  );
