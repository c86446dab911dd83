import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import type { Database, PlaylistPush } from '../../../core/ports.ts';
import { testDatabase } from '../../support/mariadb-database.ts';

const MAKING: PlaylistPush = {
  slot: 'standing',
  playlist_id: null,
  url: null,
  name: 'Größe 🎵',
  snapshot: null,
  songs: 0,
  pushed_at: null,
  progress: '{"step":"making","others":[]}',
};
const DONE: PlaylistPush = {
  slot: 'standing',
  playlist_id: '4uLU6hMCjMI75M1A2tKUQC',
  url: 'https://open.spotify.com/playlist/4uLU6hMCjMI75M1A2tKUQC',
  name: "AI's",
  snapshot: 'AAAA==',
  songs: 250,
  pushed_at: '2026-11-22T12:00:00.000Z',
  progress: null,
};

async function keepsPushes({ playlistPushes }: Database): Promise<void> {
  expect(await playlistPushes.read('standing')).toBeUndefined();
  for (const push of [MAKING, DONE, DONE, { ...DONE, slot: 'new' }, MAKING]) {
    await playlistPushes.save(push);
    expect({ ...(await playlistPushes.read(push.slot)) }).toEqual(push);
  }
  expect({ ...(await playlistPushes.read('new')) }).toEqual({ ...DONE, slot: 'new' });
}

test('SQLite keeps a push a slot', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-pushes-'));
  const database = await openSqlite(join(folder, 'soundalike.db'));
  await keepsPushes(database).finally(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
});

describe('MariaDB', () => {
  const mysql = testDatabase();

  test('keeps a push a slot', () => keepsPushes(mysql.database));
});
