import { NoDataError } from '../../../core/errors.ts';
import type { Play } from '../../../core/ports.ts';
import { heardArtists } from '../../../lambdas/catalog/heard-artists.ts';
import { type Machine, openMachine } from '../../support/machine.ts';

const DAY_MS = 86_400_000;

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** Plays of an artist, a minute apart, the first so many days ago. */
function plays(artist_id: string | null, artist_name: string | null, count: number, daysAgo = 1): Play[] {
  return Array.from({ length: count }, (_, i) => {
    const played_at = new Date(machine.clock.now() - daysAgo * DAY_MS + i * 60_000).toISOString();
    return {
      ...{ played_at, track_id: `${artist_id} ${artist_name}`, name: 'A song', artist_id, artist_name },
      ...{ duration_ms: 1000, isrc: null, source: 'a test', spotify_at: played_at },
      ...{ export_at: null, short_at: null, song: null },
    };
  });
}
const heard = async (days: number, ...all: Play[][]): Promise<string[]> => {
  await machine.history.replace([], all.flat());
  return heardArtists(machine, days);
};

test('the most plays first, then by id; one play is not enough, nor what is older', async () => {
  const found = await heard(
    30,
    plays('b', 'B', 2),
    plays('a', 'A', 2),
    plays('often', 'Often', 3),
    plays('once', 'Once', 1),
    plays('old', 'Old', 9, 31),
    plays('edge', 'Edge', 4, 30),
  );
  expect(found).toEqual(['edge', 'often', 'a', 'b']);
});

test('plays of an export count to the artist of their name, whatever its case and accents', async () => {
  expect(
    await heard(30, plays('sr', 'Sigur Rós', 1), plays(null, 'SIGUR ROS', 1), plays('x', 'X', 2)),
  ).toEqual(['sr', 'x']);
});

test('nobody is guessed: a name of two ids, and one whose id nobody told, stay names', async () => {
  const found = await heard(
    30,
    plays('one', 'Twin', 2),
    plays('two', 'Twin', 3, 2),
    plays(null, 'Twin', 4, 3),
    plays(null, 'Unknown', 2, 4),
    plays(null, null, 9, 5),
  );
  expect(found).toEqual(['Twin', 'two', 'Unknown', 'one']);
});

test('fifty at most', async () => {
  const many = Array.from({ length: 60 }, (_, i) => plays(`artist ${i}`, `Artist ${i}`, i + 1, 20));
  const found = await heard(30, ...many);
  expect([found.length, found[0], found.at(-1)]).toEqual([50, 'artist 59', 'artist 10']);
});

test('nobody heard: what to do is told', async () => {
  await expect(heard(7, plays('once', 'Once', 1))).rejects.toThrow(NoDataError);
});
