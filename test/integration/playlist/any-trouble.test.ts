import fc from 'fast-check';
import { pushPlaylist } from '../../../lambdas/playlist/push.ts';
import { sampleCatalogue } from '../../../sample/generate.ts';
import type { FaultRule } from '../../../sample/stand-in/faults.ts';
import { tries } from '../../support/long.ts';
import { pushDeps, withAccount } from '../spotify-user/account.ts';

const SONGS = sampleCatalogue().tracks.map(({ id }) => `spotify:track:${id}`);
const PATHS = [
  '/v1/me/playlists',
  '/v1/users/',
  '/v1/playlists/*/items',
  '/v1/playlists/*/tracks',
  '/v1/playlists/',
  '/api/token',
  '/v1/me',
];

const trouble = fc
  .record({
    match: fc.constantFrom(...PATHS),
    after: fc.nat(4),
    times: fc.integer({ min: 1, max: 6 }),
    how: fc.constantFrom<Partial<FaultRule>>(
      { kind: 'status', status: 503, afterWork: true },
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429, headers: { 'retry-after': '3' } },
      { kind: 'status', status: 429, headers: { 'retry-after': '90' } },
      { kind: 'cut' },
      { kind: 'cut', afterWork: true },
      { kind: 'cut', where: 'body' },
      { kind: 'broken-json' },
      { kind: 'unauthorized' },
      { kind: 'playlist-gone' },
    ),
  })
  .map(({ how, ...when }) => ({ ...when, ...how }) as FaultRule);

/** A push that meets trouble and is killed before it has stored its nth step (0: it is not killed). */
const day = fc.record({
  troubles: fc.array(trouble, { maxLength: 3 }),
  killedAt: fc.nat(4),
  songs: fc.integer({ min: 1, max: 250 }),
  newEachTime: fc.boolean(),
});

const paths = fc.constantFrom('newer' as const, 'older' as const, 'both' as const);

test(
  'whatever happens to pushes, one playlist stands in the end, with the songs of the last',
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(day, { maxLength: 4 }), paths, (days, playlistPaths) =>
        withAccount(
          async (account) => {
            const { standIn, pushes, clock } = account;
            const seen = async () =>
              (await standIn.user.state()).playlists.filter(({ followed }) => followed);
            const before = new Set((await seen()).map(({ id }) => id));
            let done = 0;
            for (const { troubles, killedAt, songs, newEachTime } of days) {
              for (const rule of troubles) standIn.faults.add(rule);
              let steps = 0;
              pushes.before = () => {
                if (++steps === killedAt) throw new Error('killed');
              };
              const uris = SONGS.slice(0, songs);
              await pushPlaylist(pushDeps(account), { uris, newEachTime }).then(
                () => newEachTime && done++,
                () => {},
              );
              clock.advance(3_600_000);
            }
            standIn.faults.clear();
            pushes.before = () => {};
            const ids = new Set<string>();
            for (const newEachTime of [false, true]) {
              const { id } = await pushPlaylist(pushDeps(account), {
                uris: SONGS.slice(7, 220),
                newEachTime,
              });
              ids.add(id);
              const [playlist] = (await seen()).filter((one) => one.id === id);
              expect(playlist?.items.map(({ uri }) => uri)).toEqual(SONGS.slice(7, 220));
            }
            const made = (await seen()).filter(({ id }) => !before.has(id));
            expect(ids.size).toBe(2);
            // The standing one, those that were made anew and finished, and the last.
            expect(made.length).toBeLessThanOrEqual(1 + done + 1);
          },
          { user: { playlistPaths } },
        ),
      ),
      tries(20, 100),
    ),
  600_000,
);
