import { foldName } from '../../../core/text.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { artistRow } from '../../support/rows.ts';

const MONDAY = '2026-11-23T12:00:00.000Z';
const TUESDAY = '2026-11-24T12:00:00.000Z';

const mysql = testDatabase();
const artists = () => mysql.database.artists;
const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);

test('what was followed comes back as it was, names of every script and genres in their order', async () => {
  const rows = [
    artistRow('0', {
      name: '방탄소년단',
      genres: ['k-pop', 'a cappella', 'pop '],
      followers: 80_000_000_000,
    }),
    artistRow('1', { name: 'Sigur Rós 🌋', url: null, image_url: 'https://images.example/1', popularity: 0 }),
    artistRow('2', { name: `Guns N' "Roses" \\ 100% ? -- ${'x'.repeat(1000)}`, genres: ['🌋', '🌵'] }),
  ];
  await artists().follow(rows, 'spotify', MONDAY);
  const known = rows.map((row) => ({ ...row, followed: true, refreshed_at: MONDAY }));
  expect(await artists().list()).toEqual(known);
  expect(await artists().followed()).toEqual(known);
  expect(await artists().byId('1')).toEqual(known[1]);
  expect(await (await mysql.open()).artists.byFoldedName(foldName('sigur ros 🌋'))).toEqual([known[1]]);
});

test('ids that differ in case alone are two artists, in the order of their bytes', async () => {
  const [upper, lower] = ['00FQb4jTyendYWaN8pK0wa', '00fqb4jtyendywan8pk0wa'];
  await artists().follow([artistRow(lower), artistRow(upper)], 'spotify', MONDAY);
  expect(ids(await artists().list())).toEqual([upper, lower]);
  expect(await artists().byId(lower)).toMatchObject({ id: lower });
  expect(await artists().remove([upper])).toEqual([upper]);
  expect(ids(await artists().list())).toEqual([lower]);
});

test.each([
  ['Beyoncé', 'BEYONCE', true],
  ['방탄소년단', '방탄소년단'.normalize('NFD'), true],
  ['ガガガSP', 'カカカSP', false],
  ['🌋', '🌵', false],
  ['100%', '1000', false],
])('%s is found by the folded name of %s: %s', async (name, query, found) => {
  await artists().follow([artistRow('a', { name }), artistRow('b')], 'spotify', MONDAY);
  expect(ids(await artists().byFoldedName(foldName(query)))).toEqual(found ? ['a'] : []);
});

test('an id that no artist can have is known to nobody', async () => {
  await artists().follow([artistRow('a')], 'spotify', MONDAY);
  expect(await artists().byId('よながほたる')).toBeUndefined();
  expect(await artists().remove(['よながほたる', 'a', 'a'])).toEqual(['a']);
});

test.each(['よながほたる', 'x'.repeat(65)])(
  'artists are followed all or none: not with the id %s',
  async (id) => {
    await expect(artists().follow([artistRow('a'), artistRow(id)], 'spotify', MONDAY)).rejects.toMatchObject({
      code: 'database',
    });
    expect(await artists().list()).toEqual([]);
  },
);

test('a refresh replaces what is known and adds nobody, even where nothing changes', async () => {
  const before = artistRow('a', { name: 'Before', genres: ['x'] });
  await artists().follow([before], 'spotify', MONDAY);
  await artists().refresh([before], MONDAY);
  const after = artistRow('a', { name: 'After', genres: ['y'], followers: 7 });
  await artists().refresh([artistRow('stranger', { genres: ['z'] }), after], TUESDAY);
  expect(await artists().list()).toEqual([{ ...after, followed: true, refreshed_at: TUESDAY }]);
});

test('12,000 imported artists are known and not followed', async () => {
  const many = Array.from({ length: 12_000 }, (_, i) => artistRow(`a${i}`, { genres: ['x', `g${i}`] }));
  await artists().follow([artistRow('a7', { name: 'followed' })], 'spotify', MONDAY);
  await artists().know(many, 'dataset', TUESDAY);
  const known = await artists().list();
  expect(known).toHaveLength(12_000);
  expect(ids(await artists().followed())).toEqual(['a7']);
  expect(await artists().byId('a7')).toMatchObject({ name: 'followed', refreshed_at: MONDAY });
  expect(await artists().byId('a11999')).toMatchObject({ genres: ['x', 'g11999'], followed: false });
});
