import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { StorageError } from '../../../core/errors.ts';
import { startProgram } from '../../support/published-reader.ts';
import { artistRow } from '../../support/rows.ts';

const NOW = '2026-11-22T12:00:00.000Z';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-sqlite-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the file is made with its folder, and what is in it is there when it is opened again', async () => {
  const path = join(folder, 'a/b/soundalike.db');
  const first = await openSqlite(path);
  await first.artists.follow([artistRow('a1')], 'spotify', NOW);
  await first.close();
  const second = await openSqlite(path);
  expect(await second.artists.list()).toMatchObject([{ id: 'a1' }]);
  await second.close();
});

test('a file of the first version is brought up to date, and keeps what it has', async () => {
  const path = join(folder, 'old.db');
  const made = await openSqlite(path);
  const { newest } = await made.version();
  await made.artists.follow([artistRow('a1')], 'spotify', NOW);
  await made.close();
  const file = new DatabaseSync(path);
  for (const table of [
    'recently_played',
    'history_extent',
    'history_gaps',
    'history_days',
    'playlist_pushes',
    'run_epoch',
    'run_days',
  ]) {
    file.exec(`DROP TABLE ${table}`);
  }
  for (const column of ['confidence', 'reasons'])
    file.exec(`ALTER TABLE related_artists DROP COLUMN ${column}`);
  for (const column of ['duration_ms', 'playlists', 'spread']) {
    file.exec(`ALTER TABLE artist_features DROP COLUMN ${column}`);
  }
  file.exec('ALTER TABLE runs DROP COLUMN epoch');
  file.exec('DELETE FROM schema_migrations WHERE version > 1');
  file.close();
  const opened = await openSqlite(path);
  expect(await opened.version()).toEqual({ version: newest, newest });
  expect(await opened.artists.list()).toMatchObject([{ id: 'a1' }]);
  expect(await opened.history.after(null, 1)).toEqual([]);
  await opened.close();
});

/** Another process that opens the file and follows an artist; it says so when it is about to. */
const opener = (path: string, id: string, busyTimeoutMs?: number) =>
  startProgram(`
    import { openSqlite } from '$ROOT/adapters/database/sqlite.ts';
    import { artistRow } from '$ROOT/test/support/rows.ts';
    process.stdout.write('ready');
    const settings = { busyTimeoutMs: ${busyTimeoutMs} };
    const database = await openSqlite(${JSON.stringify(path)}, settings).catch(() => process.exit(1));
    await database.artists.follow([artistRow('${id}')], 'spotify', '${NOW}');
    await database.close();
  `);

test('processes that open a new file at the same time all succeed', async () => {
  const path = join(folder, 'new.db');
  const children = ['a', 'b', 'c', 'd'].map((id) => opener(path, id));
  const ends = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(ends).toEqual(children.map(() => [0, null]));
  const opened = await openSqlite(path);
  expect(await opened.artists.list()).toHaveLength(children.length);
  await opened.close();
});

test('a process that opens a new file while another makes it waits', async () => {
  const path = join(folder, 'new.db');
  const maker = new DatabaseSync(path);
  maker.exec('BEGIN IMMEDIATE');
  const patient = opener(path, 'a');
  const ended = once(patient, 'exit');
  await once(patient.stdout, 'data');
  // One that was told not to wait has come to its end meanwhile.
  expect(await once(opener(path, 'b', 0), 'exit')).toEqual([1, null]);
  maker.exec('ROLLBACK');
  maker.close();
  expect(await ended).toEqual([0, null]);
});

test('a file that is no database, and a folder that is a file, are refused with a hint', async () => {
  const text = join(folder, 'text.db');
  await writeFile(text, 'This is no database at all, although it is long enough to be looked at.'.repeat(20));
  const before = await readFile(text);
  for (const path of [text, join(text, 'soundalike.db')]) {
    const error: unknown = await openSqlite(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageError);
    expect((error as StorageError).message).toContain(path);
    expect((error as StorageError).hint).toContain('--data');
  }
  expect(await readFile(text)).toEqual(before);
});
