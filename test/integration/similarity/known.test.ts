import type { TruthName } from '../../../core/ports.ts';
import { listAt } from '../../../core/vectors/playlists.ts';
import { readKnown } from '../../../lambdas/similarity/known.ts';
import { type Machine, openMachine, putDay, TODAY } from '../../support/machine.ts';
import { artistRow, trackRow } from '../../support/rows.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const ARTISTS = ['a', 'b', 'c'];

/** Playlist i has artist a and, where its number is odd, b too. */
async function putPlaylists(count: number): Promise<void> {
  await putDay(machine, {
    artists: ARTISTS.map((id) => artistRow(id, { name: `The ${id}`, genres: [`of ${id}`], popularity: 5 })),
    tracks: ARTISTS.map((id) => trackRow(id, `t-${id}`)),
    features: [],
  });
  const row = (i: number, position: number, artist_id: string | null) => ({
    ...{ playlist_id: String(i).padStart(6, '0'), position, track_id: `t-${artist_id ?? 'b'}` },
    ...{ name: null, artist_id, artist_name: null },
  });
  const rows = Array.from({ length: count }, (_, i) => [row(i, 0, 'a'), ...(i % 2 ? [row(i, 1, null)] : [])]);
  await machine.lake.write('playlists', 'mine', rows.flat());
}

const known = (truths?: Partial<Record<TruthName, string>>) =>
  readKnown(
    { ...machine, truths },
    TODAY,
    ARTISTS.map((id) => ({ id, name: `The ${id}` })),
  );

test('up to ten thousand playlists count, all of them in order', async () => {
  await putPlaylists(10_000);
  const { playlists, genres, popularity } = await known();
  expect(playlists.starts).toHaveLength(10_000);
  const lists = Array.from(playlists.starts, (_, p) => [...listAt(playlists, p)]);
  expect(lists).toEqual(lists.map((_, p) => (p % 2 ? [0, 1] : [0])));
  expect(genres.map((own) => [...own])).toEqual([['of a'], ['of b'], ['of c']]);
  expect(popularity).toEqual([5, 5, 5]);
});

test('of more so many are drawn, the same each time', async () => {
  await putPlaylists(12_000);
  const [first, again] = [await known(), await known()];
  expect(first.playlists.starts).toHaveLength(10_000);
  expect(again.playlists.tokens).toEqual(first.playlists.tokens);
  const withB = Array.from(first.playlists.starts, (_, p) => listAt(first.playlists, p).length).filter(
    (length) => length === 2,
  );
  // Half of them, and not the first ten thousand alone.
  expect(withB.length).toBeGreaterThan(4800);
  expect(withB.length).toBeLessThan(5200);
  expect(Array.from(first.playlists.starts, (_, p) => listAt(first.playlists, p).length)).not.toEqual(
    Array.from({ length: 10_000 }, (_, p) => (p % 2 ? 2 : 1)),
  );
});

test('a list of genres stands in the place of all of those that Spotify tells', async () => {
  await putPlaylists(1);
  const genres = async (csv: string) => (await known({ genres: csv })).genres.map((own) => [...own]);
  expect(await genres('a,rock;pop\nThe b,jazz\n')).toEqual([['rock', 'pop'], ['jazz'], []]);
  expect(await genres('')).toEqual([['of a'], ['of b'], ['of c']]);
});
