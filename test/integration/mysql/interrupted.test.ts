import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createConnection } from 'mysql2/promise';
import type { Runs } from '../../../core/ports.ts';
import { runRow } from '../../support/machine.ts';
import { IMPATIENT, testDatabase } from '../../support/mariadb-database.ts';
import { publicationOf } from '../../support/publication.ts';
import { startProgram } from '../../support/published-reader.ts';

const ARTISTS = 60;

const mysql = testDatabase();
const served = async () => {
  const found = await mysql.database.relatedArtists.nearest('a0', 1000);
  return { run: found?.published.run_id, neighbours: found?.neighbours.length };
};
const whole = (run: number) => ({ run: `run-${run}`, neighbours: ARTISTS - 1 });
const publish = (run: number, stillHeld: (runs: Runs) => Promise<boolean> = async () => true) =>
  mysql.database.relatedArtists.publish(publicationOf(run, ARTISTS), stillHeld);
const done = (run: number) => runRow({ id: `run-${run}`, status: 'done' });
const running = (run: number) => mysql.database.runs.insert(runRow({ id: `run-${run}`, status: 'running' }));
const leftovers = async () =>
  (await mysql.admin('SHOW TABLES'))
    .flatMap(Object.values)
    .filter((name) => /_(next|old)$/.test(String(name)));

/** Reads a table and does not come to an end, so that it cannot be swapped. */
async function slowReader(): Promise<() => Promise<void>> {
  const reader = await createConnection(mysql.url);
  await reader.beginTransaction();
  await reader.query('SELECT * FROM related_artists LIMIT 1');
  return () => reader.end();
}

/** Publishes run 2 in another process, which stands still at a place. */
const publisher = (place: 'rows' | 'asked' | 'marked' | 'swap') =>
  startProgram(
    `
    import { writeSync } from 'node:fs';
    import { openMysql } from '$ROOT/adapters/database/mysql.ts';
    import { runRow } from '$ROOT/test/support/machine.ts';
    import { publicationOf } from '$ROOT/test/support/publication.ts';
    const at = (place) => place === '${place}' && writeSync(1, place);
    function* slow() {
      for (let i = 0; i < 20_000; i++) yield { artist_id: 'a0', y_artist: 'b' + i, distance: i, rank: i };
      at('rows');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    const { relatedArtists } = await openMysql('URL');
    const publication = publicationOf(2, ${ARTISTS});
    if ('${place}' === 'rows') publication.relatedArtists = slow();
    const forEver = () => new Promise(() => setInterval(() => {}, 1000));
    await relatedArtists.publish(publication, async (runs) => {
      if (at('asked')) await forEver();
      const isHeld = await runs.update(runRow({ id: 'run-2', status: 'done' }), 'another process');
      if (at('marked')) await forEver();
      at('swap');
      return isHeld;
    });
  `.replace('URL', mysql.url),
  );

test.each(['rows', 'asked', 'marked'] as const)(
  'a publisher that is killed (%s) leaves the old run, and the next cleans up',
  async (place) => {
    await publish(1);
    await running(2);
    const child = publisher(place);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await served()).toEqual(whole(1));
    expect(await leftovers()).not.toEqual([]);
    expect(await mysql.database.runs.byId('run-2')).toMatchObject({ status: 'running' });
    await publish(3);
    expect(await served()).toEqual(whole(3));
    expect(await leftovers()).toEqual([]);
  },
);

test('a publisher that is killed while it waits to swap leaves one run whole, and never one that is not done', async () => {
  await publish(1);
  await running(2);
  const release = await slowReader();
  const child = publisher('swap');
  await mysql.busyWith('RENAME TABLE');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await mysql.database.runs.byId('run-2')).toMatchObject({ status: 'done' });
  expect(await served()).toEqual(whole(1));
  await release();
  expect([whole(1), whole(2)]).toContainEqual(await served());
  await publish(3);
  expect(await served()).toEqual(whole(3));
  expect(await leftovers()).toEqual([]);
});

test('a table that is read for long holds the swap up, and others may read meanwhile', async () => {
  await publish(1);
  const release = await slowReader();
  const published = publish(2);
  await mysql.busyWith('RENAME TABLE');
  await release();
  await published;
  expect(await served()).toEqual(whole(2));
});

test('a table that is read for too long makes the publish fail, and the next succeeds', async () => {
  await publish(1);
  const release = await slowReader();
  const { relatedArtists } = await mysql.open(IMPATIENT);
  await expect(relatedArtists.publish(publicationOf(2, ARTISTS), async () => true)).rejects.toMatchObject({
    code: 'database-busy',
  });
  expect(await served()).toEqual(whole(1));
  expect(await leftovers()).toEqual([]);
  await release();
  await relatedArtists.publish(publicationOf(3, ARTISTS), async () => true);
  expect(await served()).toEqual(whole(3));
});

test('a connection that is killed while rows are loaded leaves the old run', async () => {
  await publish(1);
  const large = mysql.database.relatedArtists.publish(publicationOf(2, 400), async () => true);
  const killed = mysql.busyWith('LOAD DATA').then((id) => mysql.admin(`KILL ${id}`));
  await expect(large).rejects.toMatchObject({ code: 'database-unreachable' });
  await killed;
  expect(await served()).toEqual(whole(1));
  await publish(3);
  expect(await served()).toEqual(whole(3));
  expect(await leftovers()).toEqual([]);
});

test('a connection that is killed before the swap leaves the old run', async () => {
  await publish(1);
  const release = await slowReader();
  const swapping = publish(2);
  const killed = mysql.busyWith('RENAME TABLE').then((id) => mysql.admin(`KILL ${id}`));
  await expect(swapping).rejects.toMatchObject({ code: 'database-unreachable' });
  await killed;
  await release();
  expect(await served()).toEqual(whole(1));
  await publish(3);
  expect(await served()).toEqual(whole(3));
});

/** Stands between client and server, and cuts what goes through it. */
async function proxy() {
  const { hostname, port } = new URL(mysql.url);
  const sockets: Socket[] = [];
  const between = createServer((client) => {
    const server = connect(Number(port || 3306), hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.push(from);
      from.on('error', () => {}).pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(between, 'listening');
  const cut = () => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  const address = between.address();
  const own = Object.assign(new URL(mysql.url), {
    hostname: '127.0.0.1',
    port: typeof address === 'object' && address?.port,
  });
  return { url: own.href, cut, close: () => between.close() };
}

test('a swap that the server makes although the connection was cut counts as made', async () => {
  await publish(1);
  await running(2);
  const between = await proxy();
  const far = await mysql.open({}, between.url);
  const release = await slowReader();
  const published = far.relatedArtists.publish(publicationOf(2, ARTISTS), (runs) =>
    runs.update(done(2), 'another process'),
  );
  await mysql.busyWith('RENAME TABLE');
  between.cut();
  // Whether the swap is made is not known until the server lets go of the lock.
  await mysql.busyWith('GET_LOCK');
  await release();
  await published;
  expect(await served()).toEqual(whole(2));
  await publish(3);
  expect(await leftovers()).toEqual([]);
  between.close();
});
