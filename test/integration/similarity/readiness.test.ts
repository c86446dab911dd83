import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DayNotReadyError, InvalidInputError, NoDataError, StorageError } from '../../../core/errors.ts';
import type { RunKind, RunStatus } from '../../../core/ports.ts';
import { repair } from '../../../core/run/replace.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { type Machine, openMachine, putDay, runRow, TODAY, tempoDay } from '../../support/machine.ts';

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const compareToday = () => compare(machine, { features: ['tempo'] });

test('a dry run computes the same and writes nothing', async () => {
  await putDay(machine, tempoDay(3));
  const files = await readdir(machine.lakeFolder, { recursive: true });
  const dry = await compare(machine, { features: ['tempo'], dryRun: true });
  expect(dry).toMatchObject({ run: null, published: false, pairs: 6, coverage: 1 });
  expect(await readdir(machine.lakeFolder, { recursive: true })).toEqual(files);
  expect(await machine.relatedArtists.nearest('a0', 10)).toBeUndefined();
  expect(await machine.runs.ofDay(TODAY)).toHaveLength(1);
  const real = await compareToday();
  expect({ ...real, run: null, published: false, map: null, report: null }).toEqual(dry);
});

test('features of several sources in one comparison are said', async () => {
  const day = tempoDay(3);
  const features = day.features.map((row, i) => ({ ...row, source: i === 1 ? 'reccobeats' : row.source }));
  await putDay(machine, { ...day, features });
  expect((await compareToday()).warnings).toEqual([
    'the audio features come from several sources: 1 from reccobeats, 2 from spotify:audio-features',
  ]);
});

test('a day is looked up by the date asked for, which is today unless told', async () => {
  await putDay(machine, tempoDay(2), { dt: '2026-11-20' });
  await expect(compareToday()).rejects.toThrow(NoDataError);
  await expect(compareToday()).rejects.toThrow(`expected data for ${TODAY}, got none`);
  const result = await compare(machine, { date: '2026-11-20', features: ['tempo'] });
  expect(result).toMatchObject({ date: '2026-11-20', artists: 2 });
  await expect(compare(machine, { date: '2026-11-31' })).rejects.toThrow(InvalidInputError);
});

test('a day whose collection was done, but has no artists, is no data', async () => {
  await putDay(machine, tempoDay(0));
  await expect(compareToday()).rejects.toThrow(NoDataError);
  expect((await machine.runs.ofDay(TODAY)).map(({ status }) => status).sort()).toEqual(['done', 'failed']);
});

test.each<RunStatus>(['running', 'waiting', 'failed', 'replacing'])(
  'a day whose only collection is %s is not ready, and no run is begun',
  async (status) => {
    await putDay(machine, tempoDay(3), { id: 'open', status });
    await expect(compareToday()).rejects.toThrow(DayNotReadyError);
    await expect(compareToday()).rejects.toThrow(/run open is (replacing it|running|waiting|failed)/);
    expect(await machine.runs.ofDay(TODAY)).toHaveLength(1);
  },
);

test.each<[RunKind, string]>([
  ['collection', 'finish it first: soundalike collect'],
  ['import', 'import it again: soundalike import'],
])('a day whose only %s failed: the hint names the command that makes it', async (kind, hint) => {
  await putDay(machine, tempoDay(3), { kind, status: 'failed' });
  await expect(compareToday()).rejects.toMatchObject({ hint: expect.stringContaining(hint) });
});

test.each<[RunStatus, boolean]>([
  ['running', true],
  ['waiting', true],
  ['failed', true],
  ['replacing', false],
])('a collected day that is collected once more (%s) is ready: %s', async (status, ready) => {
  await putDay(machine, tempoDay(3));
  await machine.runs.insert(runRow({ id: 'later', started_at: `${TODAY}T11:30:00.000Z`, status }));
  if (ready) expect(await compareToday()).toMatchObject({ published: true });
  else await expect(compareToday()).rejects.toThrow(DayNotReadyError);
});

test.each<RunStatus>(['done', 'replacing'])(
  'a day that another run replaces (%s) while it is read is not compared',
  async (status) => {
    await putDay(machine, tempoDay(3));
    const query = async (sql: string, parameters: readonly string[]) => {
      const rows = await machine.warehouse.query(sql, parameters);
      if (sql.includes('_min')) await machine.runs.insert(runRow({ id: 'later', status }));
      return rows;
    };
    const warehouse = { rows: machine.warehouse.rows.bind(machine.warehouse), query };
    const comparison = compare({ ...machine, warehouse }, { features: ['tempo'] });
    await expect(comparison).rejects.toThrow(DayNotReadyError);
    expect(await machine.relatedArtists.nearest('a0', 1)).toBeUndefined();
  },
);

test('where the lake cannot take its copy of the runs nothing is published until it can', async () => {
  await putDay(machine, tempoDay(3));
  await writeFile(join(machine.lakeFolder, 'runs'), 'in the way');
  await expect(compareToday()).rejects.toThrow(StorageError);
  expect(await machine.relatedArtists.published()).toBeUndefined();
  await rm(join(machine.lakeFolder, 'runs'));
  await repair(machine, []);
  const { run_id = '' } = (await machine.relatedArtists.published()) ?? {};
  expect(await machine.runs.byId(run_id)).toMatchObject({ kind: 'similarity', status: 'done' });
  expect(await machine.lake.read('runs', TODAY)).toContainEqual(
    expect.objectContaining({ id: run_id, status: 'done' }),
  );
});
