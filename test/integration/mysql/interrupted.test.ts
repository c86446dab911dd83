import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createConnection } from 'mysql2/promise';
import { IMPATIENT, testDatabase } from '../../support/mariadb-database.ts';
import { holderOf, publicationOf, publishAs } from '../../support/publication.ts';
import { startProgram } from '../../support/published-reader.ts';

const ARTISTS = 60;

const mysql = testDatabase();
const served = async () => {
  const found = await mysql.database.relatedArtists.nearest('a0', 1000);
  return { run: found?.published.run_id, neighbours: found?.neighbours.length };
};
const whole = (run: number) => ({ run: `run-${run}`, neighbours: ARTISTS - 1 });
const publish = (run: number, database = mysql.database) => publishAs(database, publicationOf(run, ARTISTS));
const leftovers = async () =>
  (await mysql.admin('SHOW TABLES'))
    .flatMap(Object.values)
    .filter((name) => /_(next|old|loads)/.test(String(name)));

/** Reads a table and does not come to an end, so that it cannot be swapped. */
async function slowReader(): Promise<() => Promise<void>> {
  const reader = await createConnection(mysql.url);
  await reader.beginTransaction();
  await reader.query('SELECT * FROM related_artists LIMIT 1');
  return () => reader.end();
}

/** Publishes run 2 in another process, which stands still at a place. */
const publisher = (place: 'rows' | 'staged' | 'swap') =>
  startProgram(
    `
    import { writeSync } from 'node:fs';
    import { openMysql } from '$ROOT/adapters/database/mysql.ts';
    import { holderOf, publicationOf } from '$ROOT/test/support/publication.ts';
    const at = (place) => place === '${place}' && writeSync(1, place);
    const forEver = () => new Promise(() => setInterval(() => {}, 1000));
    const database = await openMysql('URL');
    const publication = publicationOf(2, ${ARTISTS}, async () => at('rows') && (await forEver()));
    const holder = await holderOf(database, 'run-2');
    await database.relatedArtists.stage(publication, holder.epoch);
    if (at('staged')) await forEver();
    at('swap');
    await database.relatedArtists.publish(publication, holder.epoch, holder);
  `.replace('URL', mysql.url),
  );

test.each(['rows', 'staged'] as const)(
  'a publisher that is killed (%s) leaves the old run, and the next cleans up',
  async (place) => {
    await publish(1);
    const child = publisher(place);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await served()).toEqual(whole(1));
    expect(await leftovers()).not.toEqual([]);
    await publish(3);
    expect(await served()).toEqual(whole(3));
    expect(await leftovers()).toEqual([]);
  },
);

test('a publisher that is killed while it waits to swap leaves one run whole, which the next replaces', async () => {
  await publish(1);
  const release = await slowReader();
  const child = publisher('swap');
  await mysql.busyWith('RENAME TABLE');
  child.kill('SIGKILL');
  await once(child, 'exit');
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
  const impatient = await mysql.open(IMPATIENT);
  await expect(publish(2, impatient)).rejects.toMatchObject({ code: 'database-busy' });
  expect(await served()).toEqual(whole(1));
  await release();
  await publish(3, impatient);
  expect(await leftovers()).toEqual([]);
  expect(await served()).toEqual(whole(3));
});

test('a connection that is killed while rows are loaded leaves the old run', async () => {
  await publish(1);
  const large = publishAs(mysql.database, publicationOf(2, 400));
  const killed = mysql.busyWith('LOAD DATA').then((id) => mysql.admin(`KILL ${id}`));
  await expect(large).rejects.toMatchObject({ code: 'database-unreachable' });
  await killed;
  expect(await served()).toEqual(whole(1));
  await publish(3);
  expect(await served()).toEqual(whole(3));
  expect(await leftovers()).toEqual([]);
});

test('a connection that is killed before the swap is replaced by another, which swaps', async () => {
  await publish(1);
  const release = await slowReader();
  const swapping = publish(2);
  await mysql.busyWith('RENAME TABLE').then((id) => mysql.admin(`KILL ${id}`));
  await mysql.busyWith('RENAME TABLE');
  expect(await served()).toEqual(whole(1));
  await release();
  await swapping;
  expect(await served()).toEqual(whole(2));
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
  const between = await proxy();
  const far = await mysql.open({}, between.url);
  const release = await slowReader();
  const holder = await holderOf(mysql.database, 'run-2');
  await far.relatedArtists.stage(publicationOf(2, ARTISTS), holder.epoch);
  const published = far.relatedArtists.publish(publicationOf(2, ARTISTS), holder.epoch, holder);
  await mysql.busyWith('RENAME TABLE');
  between.cut();
  await release();
  await published;
  expect(await served()).toEqual(whole(2));
  await publish(3);
  expect(await leftovers()).toEqual([]);
  between.close();
});
