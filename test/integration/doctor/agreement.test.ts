import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Published, StagedObject } from '../../../core/ports.ts';
import { isHalfReplaced } from '../../../core/run/half-replaced.ts';
import { repair } from '../../../core/run/replace.ts';
import type { Row, TableName } from '../../../core/tables.ts';
import { agreement } from '../../../lambdas/doctor/agreement.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { lakeWith } from '../../support/lake.ts';
import { type Machine, openMachine, putDay } from '../../support/machine.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { DAY_MS, TODAY, TOMORROW } from '../../support/pipeline.ts';
import { day, N, publishTwoDays } from '../explorer/explored.ts';

const mysql = testDatabase();
let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const look = (database: Pick<Database, 'relatedArtists' | 'runs'> = machine) =>
  agreement({ database, lake: machine.lake });

/** Puts the day anew with other rows of a table. */
async function change<N extends TableName>(table: N, rows: (rows: Row<N>[]) => Row<N>[]): Promise<void> {
  await machine.lake.write(table, TOMORROW, rows((await machine.lake.read(table, TOMORROW)) ?? []));
}

/** A second similarity run of a day, which dies after so many objects were placed. */
async function dieReplacing(after: number, request = {}): Promise<void> {
  let placed = 0;
  const place = async (object: StagedObject) => {
    if (!object.target.startsWith('runs/') && ++placed > after) throw new Error('dead');
    return await machine.lake.place(object);
  };
  const dying = { ...machine, lake: lakeWith(machine.lake, { place }) };
  await expect(compare(dying, request)).rejects.toThrow('dead');
}

test('nothing is published', async () => {
  expect(await look()).toEqual({ ok: true, detail: 'nothing is published yet', remedy: null });
});

test.each(['mean', 'whitened', 'tracks', 'blend'] as const)(
  'a run by %s is the same in SQLite, in MariaDB, in the lake and on its page',
  async (method) => {
    const request = { method };
    const { run } = await publishTwoDays(machine, machine, request);
    const words = `database, lake and the day's page have the same run: ${run} of ${TOMORROW}`;
    expect(await look()).toEqual({ ok: true, detail: words, remedy: null });
    const server = await openMachine();
    try {
      await publishTwoDays(server, mysql.database, request);
      const database = mysql.database;
      expect(await agreement({ database, lake: server.lake })).toMatchObject({
        ok: true,
        detail: expect.stringMatching(/^database, lake and the day's page have the same run/),
      });
    } finally {
      await server.close();
    }
  },
);

const remedy = `compare that day again, which replaces it in both: soundalike similarity --date ${TOMORROW}`;

describe('what differs is named, and comparing again mends it', () => {
  test.each<[string, () => Promise<void>, string]>([
    [
      'a neighbour less',
      () => change('related_artists', (rows) => rows.slice(1)),
      `of ${N * (N - 1)} neighbours the database has ${N * (N - 1)} and the lake ${N * (N - 1) - 1}`,
    ],
    [
      'one distance among all',
      () =>
        change('related_artists', (rows) =>
          rows.map((row, i) => (i === 777 ? { ...row, distance: (row.distance ?? 0) + 1e-6 } : row)),
        ),
      'the distances of all neighbours add up to',
    ],
    [
      'reasons of the first artist',
      () =>
        change('related_artists', (rows) =>
          rows.map((row) => (row.rank === 1 ? { ...row, confidence: 0.123 } : row)),
        ),
      'neighbour 1 of a00 is ',
    ],
    [
      'an artist more in the database',
      () => change('artist_features', (rows) => rows.filter(({ artist_id }) => artist_id !== 'a39')),
      `artist ${N} of the run is a39 in the database and `,
    ],
    [
      'another artist',
      () =>
        change('artist_features', (rows) =>
          rows.map((row) => (row.artist_id === 'a05' ? { ...row, artist_id: 'a055' } : row)),
        ),
      'artist 6 of the run is a05 in the database and a055 in the lake',
    ],
    [
      'no page',
      () => rm(join(machine.lakeFolder, `reports/dt=${TOMORROW}`), { recursive: true }),
      `the page reports/dt=${TOMORROW}/index.html is not there`,
    ],
  ])('%s', async (_name, spoil, words) => {
    await publishTwoDays(machine);
    await spoil();
    expect(await look()).toEqual({ ok: false, detail: expect.stringContaining(words), remedy });
    await compare(machine, { date: TOMORROW });
    expect(await look()).toMatchObject({ ok: true });
  });
});

test('the database serves an older run than the lake has, of the same day or of another', async () => {
  const { run } = await publishTwoDays(machine);
  const published = await machine.relatedArtists.published();
  const old = { ...machine, relatedArtists: { ...machine.relatedArtists, published: async () => published } };
  machine.clock.advance(1000);
  const second = await compare(machine, {});
  expect(await look(old)).toMatchObject({
    ok: false,
    detail: `expected database and lake to have one run published last, but the database serves run ${run} of ${TOMORROW}, and the lake has run ${second.run} of ${TOMORROW}`,
    remedy,
  });
  machine.clock.advance(DAY_MS);
  await putDay(machine, day(0.1), { dt: '2026-11-24' });
  const third = await compare(machine, {});
  expect(await look(old)).toMatchObject({
    ok: false,
    detail: expect.stringContaining(`the lake has run ${third.run} of 2026-11-24`),
  });
  // An older day that is compared again is what is served then.
  machine.clock.advance(1000);
  await compare(machine, { date: TODAY });
  expect(await look()).toMatchObject({ ok: true, detail: expect.stringContaining(`of ${TODAY}`) });
});

test('a run that was not published leaves the run before it served, and the page its own', async () => {
  await publishTwoDays(machine);
  machine.clock.advance(1000);
  expect(await compare(machine, { minCoverage: 1 })).toMatchObject({ published: false });
  expect(await look()).toMatchObject({ ok: true });
});

test('a database that is used with another lake is no fault', async () => {
  await publishTwoDays(machine);
  const { relatedArtists } = machine;
  const serving = (published: Published | undefined) =>
    look({ ...machine, relatedArtists: { ...relatedArtists, published: async () => published } });
  const published = (await relatedArtists.published()) as Published;
  expect(await serving({ ...published, run_id: 'another' })).toEqual({
    ok: true,
    detail: `not compared: the lake does not have run another of ${TOMORROW}, which the database serves; it is the run of another lake`,
    remedy: null,
  });
  expect(await serving(undefined)).toEqual({
    ok: true,
    detail: `the database serves no run yet; the lake has run ${published.run_id} of ${TOMORROW}`,
    remedy: null,
  });
});

test('while a run replaces the day nothing is compared, and the next command that writes mends it', async () => {
  await publishTwoDays(machine);
  for (const after of [0, 1, 2, 3, 4, 5]) {
    machine.clock.advance(1000);
    await dieReplacing(after, { method: after % 2 ? 'mean' : 'whitened' });
    expect(await look()).toMatchObject({ ok: true, detail: expect.stringContaining('is replacing') });
    machine.clock.advance(120_000);
    await repair(machine, []);
    expect(await look()).toMatchObject({ ok: true, detail: expect.stringContaining('have the same run') });
  }
});

test('a copy of the runs in the lake that nobody brought up to date is a fault', async () => {
  const { run } = await publishTwoDays(machine);
  await change('runs', (rows) => rows.map((row) => (row.id === run ? { ...row, status: 'replacing' } : row)));
  expect(await look()).toEqual({
    ok: false,
    detail: `expected the lake's copy of the runs of ${TOMORROW} to be up to date, but by it run ${run} is replacing the day, and by the database it is done`,
    remedy: `the next command that writes brings the copy up to date: soundalike similarity --date ${TOMORROW}`,
  });
});

test('a day that is half replaced for good is a fault until it is compared again', async () => {
  await publishTwoDays(machine);
  machine.clock.advance(1000);
  await dieReplacing(2, { method: 'whitened' });
  await rm(join(machine.lakeFolder, 'staging'), { recursive: true });
  machine.clock.advance(120_000);
  await repair(machine, []);
  const [half] = (await machine.runs.ofDay(TOMORROW)).filter(isHalfReplaced);
  expect(await look()).toEqual({
    ok: false,
    detail: expect.stringContaining(`but expected ${TOMORROW} to be whole, but run ${half?.id} was stopped`),
    remedy,
  });
  await compare(machine, {});
  expect(await look()).toMatchObject({ ok: true });
});

test('looking changes nothing', async () => {
  await publishTwoDays(machine);
  const refuse = () => Promise.reject(new Error('changed'));
  const writing = ['place', 'stageTable', 'write', 'discard', 'clear'] as const;
  const lake = lakeWith(machine.lake, Object.fromEntries(writing.map((name) => [name, refuse])));
  expect(await agreement({ database: machine, lake })).toMatchObject({
    ok: true,
  });
});
