import { LeaseHeldError, NoDataError, ServiceUnavailableError } from '../../../core/errors.ts';
import { Ledger } from '../../../core/ledger.ts';
import {
  importOwnPlaylists,
  type OwnPlaylists,
  type OwnSong,
} from '../../../lambdas/importer/import-own-playlists.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const song = (track_id: string): OwnSong => ({
  track_id,
  name: `봄 ${track_id}`,
  artist_id: 'a',
  artist_name: null,
});

/** Playlists in the order in which Spotify lists them; null is one that is gone when it is asked for. */
const source = (playlists: [string, (OwnSong | null)[] | null][]): OwnPlaylists => ({
  async *ownPlaylists() {
    for (const [id] of playlists) yield { id };
  },
  playlistSongs: async (id) => playlists.find(([other]) => other === id)?.[1] ?? null,
});

const importing = (playlists: [string, (OwnSong | null)[] | null][], pushed: string[] = []) =>
  importOwnPlaylists({
    ...machine,
    source: source(playlists),
    pushed,
    ledger: new Ledger(),
    progress: () => {},
  });
const own = async () =>
  (await machine.lake.read('playlists', 'own'))?.map(
    (row) => `${row.playlist_id} ${row.position} ${row.track_id}`,
  );

test('they become the dataset own, without what is no song, what was pushed and what is gone', async () => {
  const result = await importing(
    [
      ['p2', [song('t2'), null, song('t1'), song('t2')]],
      ['gone', null],
      ['ours', [song('recommended')]],
      ['p1', [song('t9')]],
      ['p2', []],
      ['empty', []],
    ],
    ['ours'],
  );
  expect(result).toMatchObject({
    ...{ date: TODAY, playlists: 2, entries: 4, notSongs: 1, tracks: 0 },
    datasets: [{ name: 'own', playlists: 2, entries: 4 }],
  });
  expect(await own()).toEqual(['p1 0 t9', 'p2 0 t2', 'p2 1 t1', 'p2 2 t2']);
  expect((await machine.lake.read('playlists', 'own'))?.[0]).toMatchObject({ ...song('t9') });
  expect(await machine.runs.byId(result.run)).toMatchObject({ kind: 'import', status: 'done' });
  expect(await machine.runs.ofDay(TODAY)).toEqual([]);
  await importing([['p3', [song('t3')]]]);
  expect(await own()).toEqual(['p3 0 t3']);
});

test('without a song, and where Spotify fails in between, what was there stays', async () => {
  await importing([['p', [song('t')]]]);
  await expect(importing([['p', [null]]])).rejects.toThrow(NoDataError);
  const failing: OwnPlaylists = {
    ...source([['p', [song('u')]]]),
    playlistSongs: () => Promise.reject(new Error('Spotify is down')),
  };
  const deps = { ...machine, source: failing, pushed: [], ledger: new Ledger(), progress: () => {} };
  await expect(importOwnPlaylists(deps)).rejects.toThrow('Spotify is down');
  expect(await own()).toEqual(['p 0 t']);
  expect((await machine.runs.ofDay('playlists')).map(({ status }) => status)).toEqual([
    'done',
    'failed',
    'failed',
  ]);
});

test('a playlist for which Spotify fails alone stays as it was; where it fails for all, everything does', async () => {
  await importing([
    ['p1', [song('t1')]],
    ['p2', [song('t2')]],
  ]);
  const failing = (bad: readonly string[]): OwnPlaylists => {
    const good = source([
      ['p1', [song('u1')]],
      ['p2', [song('u2')]],
      ['p3', [song('u3')]],
    ]);
    const failure = new ServiceUnavailableError(
      'Spotify failed at GET /p (5 tries): the answer was 500',
      'later',
    );
    return {
      ...good,
      playlistSongs: (id) => (bad.includes(id) ? Promise.reject(failure) : good.playlistSongs(id)),
    };
  };
  const deps = { ...machine, pushed: [], ledger: new Ledger(), progress: () => {} };
  const result = await importOwnPlaylists({ ...deps, source: failing(['p2']) });
  expect(result).toMatchObject({ playlists: 3, entries: 3 });
  expect(result.warnings).toEqual([expect.stringMatching(/playlist p2 alone.*the answer was 500/)]);
  expect(await own()).toEqual(['p1 0 u1', 'p2 0 t2', 'p3 0 u3']);
  const all = importOwnPlaylists({ ...deps, source: failing(['p1', 'p2', 'p3']) });
  await expect(all).rejects.toMatchObject({ code: 'outage' });
  expect(await own()).toEqual(['p1 0 u1', 'p2 0 t2', 'p3 0 u3']);
});

test('a playlist whose entry in the list cannot be read stays as it was, and is said', async () => {
  await importing([
    ['p1', [song('t1')]],
    ['p2', [song('t2')]],
  ]);
  const ledger = new Ledger();
  const unreadable: OwnPlaylists = {
    ...source([['p1', [song('u1')]]]),
    async *ownPlaylists() {
      yield { id: 'p1' };
      ledger.countUnread(1);
    },
  };
  const deps = { ...machine, source: unreadable, pushed: [], ledger, progress: () => {} };
  const result = await importOwnPlaylists(deps);
  expect(result).toMatchObject({ playlists: 2, entries: 2 });
  expect(result.warnings).toEqual([
    expect.stringContaining("1 of the items in Spotify's answers could not be read"),
  ]);
  expect(await own()).toEqual(['p1 0 u1', 'p2 0 t2']);
});

test('a collection that waits is left alone; an import that is under way is not', async () => {
  const lease_until = `${TODAY}T23:00:00.000Z`;
  await machine.runs.insert(runRow({ id: 'c', status: 'waiting', lease_until }));
  await importing([['p', [song('t')]]]);
  expect(await machine.runs.byId('c')).toMatchObject({ status: 'waiting' });
  await machine.runs.insert(runRow({ id: 'i', kind: 'import', status: 'running', lease_until }));
  await expect(importing([['p', [song('t')]]])).rejects.toThrow(LeaseHeldError);
});

test('one that has lost its lease writes nothing', async () => {
  const taking: OwnPlaylists = {
    ...source([['p', [song('t')]]]),
    playlistSongs: async () => {
      const [run] = await machine.runs.unfinished(['import']);
      if (run) await machine.runs.take({ ...run, owner: 'another', epoch: run.epoch + 1 }, run.epoch);
      return [song('t')];
    },
  };
  const deps = { ...machine, source: taking, pushed: [], ledger: new Ledger(), progress: () => {} };
  await expect(importOwnPlaylists(deps)).rejects.toMatchObject({ code: 'lease-lost' });
  expect(await own()).toBeUndefined();
});
