import { inspect } from 'node:util';
import { openMysql } from '../../../adapters/database/mysql.ts';
import { type MysqlSettings, poolOptions } from '../../../adapters/database/mysql-settings.ts';
import { UsageError } from '../../../core/errors.ts';
import { IMPATIENT, testDatabase } from '../../support/mariadb-database.ts';
import { artistRow } from '../../support/rows.ts';

const NOW = '2026-11-22T12:00:00.000Z';
const SECRET = 'sesame!secret';

const mysql = testDatabase();
const at = (changes: Partial<URL>) => Object.assign(new URL(mysql.url), changes).href;

test.each([
  ['postgres://u:sesame!secret@host/db', 'another scheme'],
  ['mysql://u:sesame!secret@host', 'no database'],
  ['mysql://u:sesame!secret@host/a/b', 'two databases'],
  ['mysql://u:sesame!secret%zz@host/db', 'a percent sign alone'],
  ['mysql://u:sesame!secret#1@host/db', 'a character that must be encoded'],
  ['mysql://u:sesame!secret@host/db?ssl=1', 'another parameter'],
  ['mysql://u:sesame!secret@host/db?tls=maybe', 'another kind of TLS'],
  ['u:sesame!secret@host/db', 'no URL'],
])('the URL %s is bad usage (%s), and not shown', async (url) => {
  const error: unknown = await openMysql(url).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UsageError);
  expect(JSON.stringify([(error as UsageError).message, (error as UsageError).hint])).not.toContain(SECRET);
});

test.each<[string, Partial<URL>, string, string]>([
  ['no server', { port: '1' }, 'database-unreachable', 'ECONNREFUSED'],
  ['no such host', { hostname: 'nowhere.invalid' }, 'database-unreachable', 'nowhere.invalid'],
  ['a wrong password', {}, 'database-refused', 'nobody'],
  [
    'no such database',
    { username: 'root', password: '', pathname: '/nothing' },
    'database-refused',
    'nothing',
  ],
  ['no certificate that can be trusted', { search: '?tls=verify' }, 'database-refused', ''],
])('%s: a clear error without the password', async (_name, changes, code, words) => {
  const { username, password } = new URL(mysql.url);
  const url = at({ username: 'nobody', password: SECRET, ...changes });
  const used = 'username' in changes ? Object.assign(new URL(url), { username, password }).href : url;
  const error = await openMysql(used, { tls: 'off' }).catch((caught) => caught);
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  expect(error.message + error.hint).not.toContain(SECRET);
});

test.each<[string, MysqlSettings, unknown]>([
  ['mysql://localhost/d', {}, undefined],
  ['mysql://127.0.0.1/d', {}, undefined],
  ['mysql://[::1]/d', {}, undefined],
  [
    'mysql://db.example.com/d',
    {},
    expect.objectContaining({ rejectUnauthorized: true, verifyIdentity: true }),
  ],
  ['mysql://localhost/d', { tls: 'verify' }, expect.objectContaining({ verifyIdentity: true })],
  [
    'mysql://db.example.com/d?tls=rds',
    { tls: 'verify' },
    expect.objectContaining({
      verifyIdentity: true,
      ca: expect.arrayContaining([expect.stringContaining('BEGIN CERTIFICATE')]),
    }),
  ],
  ['mysql://db.example.com/d?tls=off', {}, undefined],
  ['mysql://127.0.0.1.example.com/d', { tls: '' }, expect.objectContaining({ rejectUnauthorized: true })],
])('TLS of %s with %j', (url, settings, ssl) => {
  expect(poolOptions(url, settings).ssl).toEqual(ssl);
});

test.each([
  'mysql:/root:SECRET@db.example.com/d',
  'mysql:/root:SECRET@d',
  'mysql:root:SECRET@db.example.com/d',
  'mysql:///root:SECRET@d',
  'mysql:////root:SECRET@db.example.com/d',
  'mysql://root:SECRET@/d',
  'mysql://root:SECRET',
  'mysql://root:SECRET/d',
  'mysql://root:SECRET@db.example.com',
  'mysql://root:SECRET@db.example.com/',
  'mysql://root:SECRET@db.example.com/d/e',
  'mysql://root:SECRET@db.example.com:port/d',
  'mysql://root:SECRET@db example.com/d',
  'mysql://root:SECRET@db.example.com/d#tls=off',
  'mysql://root:SECRET@db.example.com/d?ssl=SECRET',
  'mysql://root:SECRET@db.example.com/d?SECRET',
  'mysql://root:SECRET@db.example.com/d?tls=SECRET',
  'mysql://root:SECRET%@db.example.com/d',
  'mysql://root:SECRET@db.example.com/%ff',
  // A password with /, ? or # in it that is not encoded.
  'mysql://root:12/SECRET@db.example.com/d',
  'mysql://root:12/SECRET@d',
  'mysql://root:12/3?SECRET@db.example.com/d',
  'mysql://root:12/3?tls=SECRET@db.example.com/d',
  'mysql://root:12/3#SECRET@db.example.com/d',
  'mysql://root:p@12/SECRET@d',
  'mysql://root:/SECRET@d',
  'mysql://db.example.com/root:SECRET',
  'mysql://db.example.com/root%3ASECRET%40d',
  'mariadb://root:SECRET@db.example.com/d',
  'root:SECRET@db.example.com/d',
  '//root:SECRET@db.example.com/d',
  ' SECRET ',
])('%s is refused, and nothing of it is shown or kept', async (malformed) => {
  const error = await openMysql(malformed.replaceAll('SECRET', SECRET)).catch((caught) => caught);
  expect(error).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('expected a database URL mysql://user:password@host:port/database'),
  });
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(SECRET);
});

test('who logs in comes from the URL, else from the settings', () => {
  const login = { username: 'admin', password: 'p@ss' };
  expect(poolOptions('mysql://db.example.com/d', { login })).toMatchObject({
    user: 'admin',
    password: 'p@ss',
  });
  expect(poolOptions('mysql://u:v@db.example.com/d', { login })).toMatchObject({ user: 'u', password: 'v' });
});

test('every part of a URL may be percent-encoded', () => {
  expect(poolOptions('mysql://a%40b:p%2F%3A%25@[::1]:3307/d%C3%A9', {})).toMatchObject({
    user: 'a@b',
    password: 'p/:%',
    host: '::1',
    port: 3307,
    database: 'dé',
  });
});

test('connections that were cut while nobody used them are replaced unseen', async () => {
  const { artists } = mysql.database;
  for (let i = 0; i < 5; i++) {
    await Promise.all([artists.follow([artistRow(`a${i}`)], 'spotify', NOW), artists.list(), artists.list()]);
    const connections = await mysql.admin<{ Id: number; db: string; Info: string | null }>(
      'SHOW PROCESSLIST',
    );
    const name = new URL(mysql.url).pathname.slice(1);
    for (const { Id, db, Info } of connections)
      if (db === name && Info === null) await mysql.admin(`KILL ${Id}`);
  }
  expect(await artists.list()).toHaveLength(5);
});

test('what another holds for too long is said to be busy, and nothing is written', async () => {
  const impatient = await mysql.open(IMPATIENT);
  await mysql.database.transaction(async () => {
    const refused = impatient.artists.follow([artistRow('a')], 'spotify', NOW);
    await expect(refused).rejects.toMatchObject({ code: 'database-busy' });
  });
  expect(await impatient.artists.list()).toEqual([]);
});

test('a connection means the same whatever the defaults of the server', async () => {
  const [before] = await mysql.admin('SELECT @@GLOBAL.sql_mode AS sql_mode, @@GLOBAL.time_zone AS time_zone');
  await mysql.admin("SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', GLOBAL time_zone = '+05:00'");
  try {
    const { artists } = await mysql.open();
    const row = artistRow('a', { name: `back\\slash 'n "quotes"` });
    await artists.follow([row], 'spotify', NOW);
    expect(await artists.byId('a')).toMatchObject(row);
  } finally {
    await mysql.admin(
      `SET GLOBAL sql_mode = '${before?.sql_mode}', GLOBAL time_zone = '${before?.time_zone}'`,
    );
  }
});
