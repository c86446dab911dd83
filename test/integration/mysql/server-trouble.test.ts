import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMysql } from '../../../adapters/database/mysql.ts';
import { SoundalikeError } from '../../../core/errors.ts';
import type { Database } from '../../../core/ports.ts';
import { openTestServer, type TestServer } from '../../support/mariadb.ts';
import { publicationOf, publishAs } from '../../support/publication.ts';

const ARTISTS = 60;
const MEGABYTE = 1 << 20;

const publish = (database: Database, run: number, artists = ARTISTS, meanwhile?: () => Promise<void>) =>
  publishAs(database, publicationOf(run, artists, meanwhile));

async function expectServed({ relatedArtists }: Database, run: number, artists = ARTISTS): Promise<void> {
  const found = await relatedArtists.nearest('a0', 1000);
  expect([found?.published.run_id, found?.neighbours.length]).toEqual([`run-${run}`, artists - 1]);
}

async function withServer(
  parent: string | undefined,
  test: (server: TestServer, database: Database) => Promise<void>,
): Promise<void> {
  const server = await openTestServer(parent);
  const database = await openMysql(await server.newDatabase(), { tries: 2 });
  try {
    await test(server, database);
  } finally {
    await database.close();
    await server.stop();
  }
}

test('a server that is restarted in mid-publish keeps the old run, and the next publish is right', async () => {
  await withServer(undefined, async ({ restart }, database) => {
    if (!restart) return console.log('TEST_MYSQL_URL: that server is not ours to restart');
    await publish(database, 1);
    let restarted = Promise.resolve();
    const restarting = () => {
      restarted = restart();
      return restarted;
    };
    const error = await publish(database, 2, ARTISTS, restarting).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(SoundalikeError);
    // A cut connection fails the publish before the server is back.
    await restarted;
    await expectServed(database, 1);
    await publish(database, 3);
    await expectServed(database, 3);
  });
});

/** A small file system in memory; undefined where this user may not mount one. */
function smallDisk(megabytes: number): { path: string; remove: () => void } | undefined {
  const path = mkdtempSync(join(tmpdir(), 'soundalike-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    rmSync(path, { recursive: true });
    return undefined;
  }
  return {
    path,
    remove: () => {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}

test('a server whose disk is full in mid-publish keeps the old run, and the next publish is right', async () => {
  const disk = process.env.TEST_MYSQL_URL ? undefined : smallDisk(160);
  if (!disk) return console.log('no small disk can be mounted here: a full one is not tested');
  try {
    await withServer(disk.path, async ({ admin, restart }, database) => {
      // As servers are: a commit is on the disk. MariaDB may die of a full one.
      await admin.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1');
      await publish(database, 1);
      const { bavail, bsize } = statfsSync(disk.path);
      const ballast = join(disk.path, 'ballast');
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 4 * MEGABYTE)));
      const error = await publish(database, 2, 600).catch((cause: unknown) => cause);
      expect(['storage', 'database-unreachable']).toContain((error as SoundalikeError).code);
      expect((error as SoundalikeError).hint).toContain('space');
      rmSync(ballast);
      await restart?.();
      await expectServed(database, 1);
      await publish(database, 3, 600);
      await expectServed(database, 3, 600);
    });
  } finally {
    disk.remove();
  }
});
