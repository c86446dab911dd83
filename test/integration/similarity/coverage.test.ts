import { readdir } from 'node:fs/promises';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { type Machine, openMachine, putDay, TODAY, tempoDay } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const compareToday = (minCoverage?: number) => compare(machine, { features: ['tempo'], minCoverage });

/** Everything that the lake and the serving tables hold. */
async function everything() {
  const files = await readdir(machine.lakeFolder, { recursive: true });
  const tables = ['artist_features', 'related_artists', 'runs'] as const;
  const read = await Promise.all(tables.map((table) => machine.lake.read(table, TODAY)));
  return { files: files.sort(), read, served: await machine.relatedArtists.nearest('a0', 10) };
}

test('below the floor publishes nothing, says why, and the last good run stays', async () => {
  await putDay(machine, tempoDay(3));
  const good = await compareToday();
  const before = await everything();
  await putDay(machine, tempoDay(3, 1), { id: 'again' });
  machine.clock.advance(60_000);
  const result = await compareToday();
  expect(result).toMatchObject({ artists: 3, pairs: 6, coverage: 0.75, published: false, droppedCount: 1 });
  expect(result.warnings).toEqual([
    'not published: 3 of 4 artists could be compared (75 %), below the floor of 80 %',
  ]);
  const after = await everything();
  expect(after.served).toEqual(before.served);
  expect(after.served?.published.run_id).toBe(good.run);
  expect(after.read.slice(0, 2)).toEqual(before.read.slice(0, 2));
  // The attempt is on record.
  expect(await machine.runs.byId(String(result.run))).toMatchObject({ status: 'done' });
});

test('at the floor is enough', async () => {
  await putDay(machine, tempoDay(4, 1));
  expect(await compareToday()).toMatchObject({ coverage: 0.8, published: true, warnings: [] });
});

test('just below the floor does not read as if it were reached', async () => {
  await putDay(machine, tempoDay(1999, 501));
  const { coverage, published, warnings } = await compare(machine, { features: ['tempo'], neighbours: 1 });
  expect([coverage, published]).toEqual([0.7996, false]);
  expect(warnings).toEqual([expect.stringContaining('(79.9 %), below the floor of 80 %')]);
});

test('without a floor somebody must be comparable all the same', async () => {
  await putDay(machine, tempoDay(0, 2));
  expect(await compareToday(0)).toMatchObject({
    artists: 0,
    pairs: 0,
    coverage: 0,
    published: false,
    warnings: ['not published: 0 of 2 artists could be compared (0 %)'],
  });
});

test('of an import counts the artists that have a track', async () => {
  await putDay(machine, tempoDay(3, 5), { kind: 'import' });
  expect(await compareToday()).toMatchObject({ coverage: 1, published: true, droppedCount: 0 });
});
