import { consentStanding, expiryOf, UserGrant } from '../../../adapters/spotify/user-grant.ts';

const at = (time: string): number => Date.parse(time);
const grant = (value: Partial<UserGrant>): UserGrant => UserGrant.parse(value);
const GOOD = { refresh_token: 'r', authorized_at: '2026-05-22T12:00:00.000Z' };

test.each([
  ['2026-05-22T12:00:00.000Z', '2026-11-22T12:00:00.000Z'],
  ['2026-08-31T23:00:00.000Z', '2027-02-28T23:00:00.000Z'],
  ['2027-08-31T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
])('a consent of %s ends on %s', (authorizedAt, end) => expect(expiryOf(authorizedAt)).toBe(end));

test.each([
  ['2026-05-22T12:00:00Z', 'good', 184],
  ['2026-11-07T11:59:59Z', 'good', 15],
  ['2026-11-07T12:00:01Z', 'expiring', 14],
  ['2026-11-22T11:59:59Z', 'expiring', 0],
  ['2026-11-22T12:00:00Z', 'needs-consent', 0],
])('at %s it is %s, with %i days left', (now, state, daysLeft) =>
  expect(consentStanding(grant(GOOD), at(now))).toEqual({
    state,
    daysLeft,
    expiresAt: '2026-11-22T12:00:00.000Z',
  }),
);

test.each<[string, Partial<UserGrant>, string, number | null]>([
  ['made by the stack', { refresh_token: '', scopes: '', authorized_at: '' }, 'none', null],
  ['refused', { ...GOOD, needs_consent_since: '2026-06-01T00:00:00.000Z' }, 'needs-consent', 0],
  ['refused a week ago', { needs_consent_since: '2026-06-01T00:00:00.000Z' }, 'needs-consent', 0],
  ['without its time', { refresh_token: 'r' }, 'good', null],
])('one that is %s', (_, value, state, daysLeft) =>
  expect(consentStanding(grant(value), at('2026-06-08T00:00:00Z'))).toMatchObject({ state, daysLeft }),
);
