import { consentStanding, type UserGrant } from '../../adapters/spotify/user-grant.ts';
import { type Finding, fault, fine } from './finding.ts';

const REMEDY = 'log in: soundalike login (with --stack <name> for a deployed stack)';

/** Where the user's consent stands; nobody has to log in. */
export function consent(grant: UserGrant, now: number): Finding {
  const { state, daysLeft, expiresAt } = consentStanding(grant, now);
  const left = daysLeft === null ? '' : `, ${daysLeft} days left until ${expiresAt?.slice(0, 10)}`;
  switch (state) {
    case 'none':
      return fine('nobody has logged in: listening and playlists are idle');
    case 'good':
      return fine(`${grant.account || 'a user'} has logged in${left}`);
    case 'expiring':
      return fault(`the consent ends soon${left}`, REMEDY);
    case 'needs-consent':
      return fault(
        grant.needs_consent_since === null
          ? `the consent has ended on ${expiresAt?.slice(0, 10)}, six months after the login`
          : `Spotify refuses the login since ${grant.needs_consent_since}`,
        REMEDY,
      );
  }
}
