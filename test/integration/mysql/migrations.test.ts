import { openMysql } from '../../../adapters/database/mysql.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { publicationOf, publishAs } from '../../support/publication.ts';
import { artistRow } from '../../support/rows.ts';

const NOW = '2026-11-22T12:00:00.000Z';

const mysql = testDatabase();

/** What the tables of a database are, column by column and key by key. */
async function shape(): Promise<string[]> {
  const tables = (await mysql.admin('SHOW TABLES')).flatMap(Object.values) as string[];
  const created = await Promise.all(
    tables.map((table) => mysql.admin<{ 'Create Table': string }>(`SHOW CREATE TABLE ${table}`)),
  );
  return created.flat().map((row) => row['Create Table']);
}

/** Drops the tables but for those that are to be kept. */
async function dropTables(...kept: string[]): Promise<void> {
  for (const table of (await mysql.admin('SHOW TABLES')).flatMap(Object.values)) {
    if (!kept.includes(table as string)) await mysql.admin(`DROP TABLE ${table}`);
  }
}

test('processes that open an empty database at once all succeed, and each migration is made once', async () => {
  const tables = await shape();
  expect(tables).toHaveLength(15);
  await dropTables();
  await Promise.all(Array.from({ length: 6 }, () => mysql.open()));
  expect(await shape()).toEqual(tables);
  expect(await mysql.admin('SELECT version FROM schema_migrations')).toEqual([
    { version: 1 },
    { version: 2 },
    { version: 3 },
    { version: 4 },
    { version: 5 },
  ]);
});

const FIRST = [
  'artists',
  'artist_genres',
  'related_artists',
  'artist_features',
  'published',
  'runs',
  'api_state',
  'schema_migrations',
];

const SECOND = [
  ...FIRST,
  'recently_played',
  'history_extent',
  'history_gaps',
  'history_days',
  'playlist_pushes',
];
const FOURTH = ['ALTER TABLE runs DROP COLUMN epoch'];
const FIFTH = [
  'ALTER TABLE recently_played DROP COLUMN export_end, DROP COLUMN offline_at, DROP COLUMN export_id, DROP COLUMN short_end',
];
const HALF = [
  ...FOURTH,
  'ALTER TABLE artist_features DROP COLUMN duration_ms, DROP COLUMN playlists, DROP COLUMN spread',
];
const THIRD = [...HALF, 'ALTER TABLE related_artists DROP COLUMN confidence, DROP COLUMN reasons'];

test.each([
  ['the first migration', 0, ['artists', 'schema_migrations'], []],
  ['the second migration', 1, [...FIRST, 'recently_played', 'history_gaps'], [...THIRD, ...FIFTH]],
  ['the third migration', 2, SECOND, [...HALF, ...FIFTH]],
  ['the fourth migration', 3, [...SECOND, 'run_epoch'], FIFTH],
  ['the fifth migration', 4, [...SECOND, 'run_epoch', 'run_days'], []],
  ['nothing, a version ago', 4, [...SECOND, 'run_epoch', 'run_days'], FIFTH],
  ['nothing, two versions ago', 3, SECOND, [...FOURTH, ...FIFTH]],
  ['nothing, three versions ago', 2, SECOND, [...THIRD, ...FIFTH]],
  ['nothing, four versions ago', 1, FIRST, THIRD],
])(
  'a database that died in %s is brought up to date, and keeps what it has',
  async (_, version, kept, undo) => {
    await mysql.database.artists.follow([artistRow('a')], 'spotify', NOW);
    const tables = await shape();
    await dropTables(...kept);
    for (const statement of undo) await mysql.admin(statement);
    await mysql.admin(`DELETE FROM schema_migrations WHERE version > ${version}`);
    const { artists, history } = await mysql.open();
    expect(await shape()).toEqual(tables);
    expect(await artists.list()).toMatchObject([{ id: 'a' }]);
    expect(await history.after(null, 1)).toEqual([]);
    expect(await mysql.admin('SELECT version FROM schema_migrations')).toEqual([
      { version: 1 },
      { version: 2 },
      { version: 3 },
      { version: 4 },
      { version: 5 },
    ]);
  },
);

test('what is there when it is opened again stays, whatever version of the program comes later', async () => {
  await mysql.database.artists.follow([artistRow('a')], 'spotify', NOW);
  await mysql.admin('INSERT INTO schema_migrations (version) VALUES (99)');
  const later = await mysql.open();
  expect(await later.artists.list()).toMatchObject([{ id: 'a' }]);
});

test('ids compare byte by byte, all text is utf8mb4, and the keys are those that questions need', async () => {
  const related = (await shape()).find((create) => create.startsWith('CREATE TABLE `related_artists`')) ?? '';
  for (const column of ['artist_id', 'y_artist']) {
    expect(related).toMatch(
      new RegExp(`\`${column}\` varchar\\(64\\) CHARACTER SET ascii COLLATE ascii_bin NOT NULL`),
    );
  }
  expect(related).toContain('PRIMARY KEY (`artist_id`,`y_artist`)');
  expect(related).toContain('(`artist_id`,`distance`)');
  const collations = await mysql.admin<{ c: string }>(
    'SELECT DISTINCT collation_name AS c FROM information_schema.columns WHERE table_schema = DATABASE() AND collation_name IS NOT NULL ORDER BY 1',
  );
  expect(collations.map(({ c }) => c)).toEqual(['ascii_bin', 'utf8mb4_bin']);
});

test('one who may only read can open what is up to date, and nothing else', async () => {
  await publishAs(mysql.database, publicationOf(1, 3));
  const name = new URL(mysql.url).pathname.slice(1);
  await mysql.admin("CREATE USER IF NOT EXISTS reader IDENTIFIED BY 'open sesame: %40'");
  await mysql.admin(`GRANT SELECT ON ${name}.* TO reader`);
  const url = Object.assign(new URL(mysql.url), {
    username: 'reader',
    password: encodeURIComponent('open sesame: %40'),
  }).href;
  const reader = await mysql.open({}, url);
  expect((await reader.relatedArtists.nearest('a0', 9))?.neighbours).toHaveLength(2);
  await expect(reader.artists.follow([artistRow('a')], 'spotify', NOW)).rejects.toMatchObject({
    code: 'database-refused',
  });
  await mysql.admin('DROP TABLE schema_migrations');
  await expect(openMysql(url)).rejects.toMatchObject({ code: 'database-refused' });
});
