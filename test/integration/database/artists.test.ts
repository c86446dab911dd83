import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import type { Database } from '../../../core/ports.ts';
import { foldName } from '../../../core/text.ts';
import { artistRow } from '../../support/rows.ts';

const MONDAY = '2026-11-23T12:00:00.000Z';
const TUESDAY = '2026-11-24T12:00:00.000Z';

let folder: string;
let database: Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-artists-'));
  database = await openSqlite(join(folder, 'soundalike.db'));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const ids = (artists: readonly { id: string }[]) => artists.map(({ id }) => id);

test('what was followed comes back as it was, names of every script and genres in their order', async () => {
  const artists = [
    artistRow('0', { name: '방탄소년단', genres: ['k-pop', 'a cappella', 'pop'], followers: 80_000_000_000 }),
    artistRow('1', { name: 'Sigur Rós 🌋', url: null, image_url: 'https://images.example/1', popularity: 0 }),
    artistRow('2', { name: "Guns N' Roses", genres: [] }),
  ];
  await database.artists.follow(artists, 'spotify', MONDAY);
  const known = artists.map((artist) => ({ ...artist, followed: true, refreshed_at: MONDAY }));
  expect(await database.artists.list()).toEqual(known);
  expect(await database.artists.followed()).toEqual(known);
  expect(await database.artists.byId('1')).toEqual(known[1]);
});

test('ids that differ by letter case alone are different artists', async () => {
  const lower = artistRow('4tzpq5enkxaaan8dmuoaan', { name: 'Lower', genres: ['low'] });
  const upper = artistRow('4TZPQ5ENKXAAAN8DMUOAAN', { name: 'Upper', genres: ['up'] });
  await database.artists.follow([lower, upper], 'spotify', MONDAY);
  // In bytewise order.
  expect(ids(await database.artists.list())).toEqual([upper.id, lower.id]);
  expect(await database.artists.byId(lower.id)).toMatchObject({ name: 'Lower', genres: ['low'] });
  expect(await database.artists.byId('4Tzpq5enkxaaan8dmuoaan')).toBeUndefined();
  expect(await database.artists.remove([upper.id])).toEqual([upper.id]);
  expect(await database.artists.list()).toMatchObject([{ id: lower.id, genres: ['low'] }]);
});

test('following twice keeps one artist, with the metadata that came last', async () => {
  const old = artistRow('a', { name: 'Old', genres: ['x', 'y'], followers: 1, popularity: 2 });
  const renewed = artistRow('a', { name: 'New', genres: ['y', 'x', 'z'], url: null });
  await database.artists.follow([old, old], 'spotify', MONDAY);
  await database.artists.follow([renewed], 'spotify', TUESDAY);
  expect(await database.artists.list()).toEqual([{ ...renewed, followed: true, refreshed_at: TUESDAY }]);
  expect(ids(await database.artists.byFoldedName('new'))).toEqual(['a']);
  expect(await database.artists.byFoldedName('old')).toEqual([]);
});

test('a genre that comes twice is kept once', async () => {
  await database.artists.follow([artistRow('a', { genres: ['b', 'a', 'b'] })], 'spotify', MONDAY);
  expect((await database.artists.byId('a'))?.genres).toEqual(['b', 'a']);
});

test('an artist without a name is called by its id', async () => {
  await database.artists.follow([artistRow('aB', { name: null, genres: null })], 'spotify', MONDAY);
  expect(await database.artists.byId('aB')).toMatchObject({ name: 'aB', genres: [] });
  expect(ids(await database.artists.byFoldedName('ab'))).toEqual(['aB']);
});

test('a refresh replaces what is known and adds nobody', async () => {
  await database.artists.follow([artistRow('a', { name: 'Before', genres: ['x'] })], 'spotify', MONDAY);
  const refreshed = artistRow('a', { name: 'After', genres: ['y'], followers: 7 });
  await database.artists.refresh([artistRow('stranger', { genres: ['z'] }), refreshed], TUESDAY);
  expect(await database.artists.list()).toEqual([{ ...refreshed, followed: true, refreshed_at: TUESDAY }]);
  // Nor are a stranger's genres there when it is followed later.
  await database.artists.follow([artistRow('stranger')], 'spotify', TUESDAY);
  expect((await database.artists.byId('stranger'))?.genres).toEqual([]);
});

test('a removed artist is gone with its genres, and those that were not known are not named', async () => {
  await database.artists.follow([artistRow('a', { genres: ['x'] }), artistRow('b')], 'spotify', MONDAY);
  expect(await database.artists.remove(['a', 'nobody', 'a'])).toEqual(['a']);
  expect(ids(await database.artists.list())).toEqual(['b']);
  await database.artists.follow([artistRow('a')], 'spotify', TUESDAY);
  expect((await database.artists.byId('a'))?.genres).toEqual([]);
});

test.each([
  ['Beyoncé', 'BEYONCE', true],
  ['Sigur Rós', 'sigur  ros ', true],
  ['방탄소년단', '방탄소년단'.normalize('NFD'), true],
  ['ガガガSP', 'カカカSP', false],
  ['ＳＨＩＮｅｅ', 'shinee', true],
  ["x' OR '1'='1", "x' or '1'='1", true],
  ['100%', '1000', false],
  ['a_c', 'abc', false],
])('%s is found by the folded name of %s: %s', async (name, query, found) => {
  await database.artists.follow([artistRow('a', { name }), artistRow('b')], 'spotify', MONDAY);
  expect(ids(await database.artists.byFoldedName(foldName(query)))).toEqual(found ? ['a'] : []);
});

test('all artists of a name are found, by id', async () => {
  const artists = [artistRow('b', { name: 'Él' }), artistRow('a', { name: 'el' }), artistRow('c')];
  await database.artists.follow(artists, 'spotify', MONDAY);
  expect(ids(await database.artists.byFoldedName('el'))).toEqual(['a', 'b']);
});

test('artists are followed all or none', async () => {
  const broken = { ...artistRow('b'), url: undefined as unknown as null };
  await expect(database.artists.follow([artistRow('a'), broken], 'spotify', MONDAY)).rejects.toThrow();
  expect(await database.artists.list()).toEqual([]);
});
