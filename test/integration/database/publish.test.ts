import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { batched } from '../../../core/batches.ts';
import { LeaseLostError } from '../../../core/errors.ts';
import type { Database } from '../../../core/ports.ts';
import type { Row } from '../../../core/tables.ts';
import { times } from '../../support/long.ts';
import { holderOf, publicationOf, publishAs } from '../../support/publication.ts';
import { type PublishedReader, startProgram, startReader } from '../../support/published-reader.ts';

/** Enough that a run's rows are many pages and a publish takes a while. */
const ARTISTS = 60;

let folder: string;
let path: string;
let database: Database;
const readers: PublishedReader[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-publish-'));
  path = join(folder, 'soundalike.db');
  database = await openSqlite(path);
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  await database.close();
  await rm(folder, { recursive: true });
});

/** `meanwhile` runs when all rows are written and nothing is committed. */
const publish = (run: number, meanwhile?: () => Promise<void>) =>
  publishAs(database, publicationOf(run, ARTISTS, meanwhile));
const served = async () => {
  const found = await database.relatedArtists.nearest('a0', 1000);
  return { run: found?.published.run_id, neighbours: found?.neighbours.length };
};
const whole = (run: number) => ({ run: `run-${run}`, neighbours: ARTISTS - 1 });
function reader(): PublishedReader {
  const started = startReader(path, ARTISTS);
  readers.push(started);
  return started;
}

test('a reader in another process goes on with the old run while the new one is written, then has the new', async () => {
  await publish(0);
  const other = reader();
  await other.seen(0);
  for (let run = 1; run <= 10; run++) {
    let seen = new Set<number>();
    await publish(run, async () => {
      seen = await other.next(3);
    });
    expect([...seen]).toEqual([run - 1]);
    await other.seen(run);
  }
});

test('readers never see two runs mixed while 20 runs are published one after the other', async () => {
  await publish(0);
  const others = Array.from({ length: times(2, 10) }, reader);
  for (const other of others) await other.seen(0);
  for (let run = 1; run <= 20; run++) await publish(run);
  for (const other of others) await other.seen(20);
});

test('a process that opens the file in mid-publish need not wait', async () => {
  await publish(0);
  let seen = new Set<number>();
  await publish(1, async () => {
    seen = await reader().next(1);
  });
  expect([...seen]).toEqual([0]);
});

/** Another process that publishes run 2; it says so when it is about to. */
const publisher = (busyTimeoutMs?: number) =>
  startProgram(`
    import { openSqlite } from '$ROOT/adapters/database/sqlite.ts';
    import { publicationOf, publishAs } from '$ROOT/test/support/publication.ts';
    const database = await openSqlite(${JSON.stringify(path)}, { busyTimeoutMs: ${busyTimeoutMs} });
    process.stdout.write('ready');
    try {
      await publishAs(database, publicationOf(2, ${ARTISTS}));
    } catch ({ code, hint }) {
      process.stdout.write(code + ': ' + hint);
      process.exitCode = 1;
    }
  `);

test('a second publisher waits for the first, for as long as it was told', async () => {
  const patient = publisher();
  await publish(1, async () => {
    await once(patient.stdout, 'data');
    const impatient = publisher(0);
    expect(await text(impatient.stdout)).toBe(
      'readystorage: another process is writing: wait until it is done and try again',
    );
  });
  expect(await once(patient, 'exit')).toEqual([0, null]);
  expect(await served()).toEqual(whole(2));
});

test('a run that another has taken over, or that is not replacing its day, changes nothing', async () => {
  await publish(1);
  const holder = await holderOf(database, 'run-2');
  const { relatedArtists, runs } = database;
  const late = () => relatedArtists.publish(publicationOf(2, ARTISTS), holder.epoch, holder);
  for (const change of [{ epoch: holder.epoch + 1 }, { status: 'failed' as const }]) {
    await runs.take({ ...holder, ...change }, holder.epoch);
    await expect(late()).rejects.toThrow(LeaseLostError);
    await runs.take(holder, change.epoch ?? holder.epoch);
  }
  expect(await served()).toEqual(whole(1));
  await late();
  expect(await served()).toEqual(whole(2));
  // It may be repeated, and does not read the rows again then.
  const reading = () => Promise.reject(new Error('read again'));
  await relatedArtists.publish(publicationOf(2, ARTISTS, reading), holder.epoch, holder);
});

test('a run whose rows cannot be made, or are not right, changes nothing', async () => {
  await publish(1);
  function* failing(): Generator<Row<'related_artists'>> {
    yield { artist_id: 'a0', y_artist: 'a1', distance: 0.5, rank: 1, confidence: 0.25, reasons: '[1]' };
    throw new Error('no more rows');
  }
  let run = 2;
  const attempt = (rows: Iterable<Row<'related_artists'>>) =>
    publishAs(database, { ...publicationOf(run++, ARTISTS), relatedArtists: () => batched(rows, 1) });
  await expect(attempt(failing())).rejects.toThrow('no more rows');
  const row = { artist_id: 'a0', y_artist: 'a1', distance: 0.5, rank: 1, confidence: 0.25, reasons: '[1]' };
  await expect(attempt([row, row])).rejects.toThrow(/UNIQUE/);
  expect(await served()).toEqual(whole(1));
  await publish(4);
  expect(await served()).toEqual(whole(4));
});

test('a publisher that is killed in the middle leaves the old run, and the next can publish', async () => {
  await publish(1);
  // More rows than SQLite's cache holds, so that some of them are in the write-ahead log already.
  const child = startProgram(`
    import { openSqlite } from '$ROOT/adapters/database/sqlite.ts';
    import { publicationOf, publishAs } from '$ROOT/test/support/publication.ts';
    const database = await openSqlite(${JSON.stringify(path)});
    const standStill = () => {
      process.stdout.write('written');
      return new Promise(() => setInterval(() => {}, 1000));
    };
    await publishAs(database, publicationOf(2, 300, standStill));
  `);
  await once(child.stdout, 'data');
  expect(await served()).toEqual(whole(1));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await served()).toEqual(whole(1));
  await publish(3);
  expect(await served()).toEqual(whole(3));
});
