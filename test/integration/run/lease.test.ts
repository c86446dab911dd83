import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../../adapters/database/sqlite.ts';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { LeaseHeldError, LeaseLostError, StagingGoneError } from '../../../core/errors.ts';
import type { Database, Run } from '../../../core/ports.ts';
import { leaseIn } from '../../../core/run/held-run.ts';
import { type LeaseDeps, takeRun, type WantedRun } from '../../../core/run/lease.ts';
import { FakeClock } from '../../support/clock.ts';
import { artistRow } from '../../support/rows.ts';

const DAY = '2026-11-22';
const MINUTE = 60_000;

let folder: string;
let databases: Database[];
let clock: FakeClock;
let gone: Set<string>;
let ids: number;
let a: LeaseDeps;
let b: LeaseDeps;

/** A process with its own connection to the one file. */
async function process(owner: string): Promise<LeaseDeps> {
  const database = await openSqlite(join(folder, 'soundalike.db'));
  databases.push(database);
  const host = { owner, isGone: (other: string) => gone.has(other) };
  const { runs, transaction } = database;
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  return { runs, transaction, lake, clock, host, newId: () => `${owner}${++ids}` };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-lease-'));
  [databases, clock, gone, ids] = [[], new FakeClock(), new Set(), 0];
  [a, b] = [await process('a'), await process('b')];
});
afterEach(async () => {
  for (const database of databases) await database.close();
  await rm(folder, { recursive: true });
});

const wanted = (values: Partial<WantedRun> = {}): WantedRun => ({
  kind: 'collection',
  dt: DAY,
  alone: ['collection', 'import'],
  resumes: () => true,
  progress: '{"n":0}',
  ...values,
});

const stored = async (id: string): Promise<Run> => (await a.runs.byId(id)) as Run;
const at = (milliseconds: number): string => new Date(clock.now() + milliseconds).toISOString();
/** Lets the renewals that a moved clock began come to their end. */
const settled = (): Promise<unknown> => a.runs.ofDay(DAY);

test('a run begins with a lease of a minute; another is refused and told who holds it until when', async () => {
  const run = await takeRun(a, wanted());
  expect(await stored(run.id)).toEqual({
    id: `collection-${DAY}-a1`,
    kind: 'collection',
    dt: DAY,
    owner: 'a',
    lease_until: at(MINUTE),
    progress: '{"n":0}',
    started_at: at(0),
    finished_at: null,
    status: 'running',
    summary: null,
    epoch: 1,
  });
  for (const other of [wanted(), wanted({ dt: '2026-11-23' }), wanted({ kind: 'import' })]) {
    const error = await takeRun(b, other).catch((caught) => caught);
    expect(error).toBeInstanceOf(LeaseHeldError);
    expect(error.message).toContain(`run ${run.id} (running), held by a until ${at(MINUTE)}`);
  }
  // A similarity is another matter.
  expect((await takeRun(b, wanted({ kind: 'similarity', alone: ['similarity'] }))).id).toContain(
    'similarity',
  );
  await run.done('{}');
  expect((await takeRun(b, wanted())).id).toBe(`collection-${DAY}-b3`);
});

test('the lease is renewed every 20 seconds until the run is let go', async () => {
  const run = await takeRun(a, wanted());
  for (const seconds of [20, 40, 60, 80]) {
    clock.advance(20_000);
    await settled();
    expect([seconds, (await stored(run.id)).lease_until]).toEqual([seconds, at(MINUTE)]);
  }
  await expect(takeRun(b, wanted())).rejects.toThrow(LeaseHeldError);
  run.release();
  clock.advance(MINUTE - 1);
  await settled();
  expect((await stored(run.id)).lease_until).toBe(at(1));
});

test('on the same host a dead process loses its run at once, on another after the lease', async () => {
  const dead = await takeRun(a, wanted());
  dead.release();
  await expect(takeRun(b, wanted())).rejects.toThrow(LeaseHeldError);
  clock.advance(MINUTE - 1);
  await expect(takeRun(b, wanted())).rejects.toThrow(LeaseHeldError);
  clock.advance(1);
  const taken = await takeRun(b, wanted());
  expect([taken.id, (await stored(dead.id)).owner]).toEqual([dead.id, 'b']);
  taken.release();
  gone.add('b');
  expect((await takeRun(a, wanted())).id).toBe(dead.id);
});

test('a run that was taken over cannot write, renew or end, and does not disturb the new holder', async () => {
  const old = await takeRun(a, wanted());
  await old.advance('{"n":1}');
  gone.add('a');
  const taken = await takeRun(b, wanted());
  expect([taken.id, taken.progress]).toEqual([old.id, '{"n":1}']);
  const before = await stored(old.id);
  for (const write of [
    () => old.advance('{"n":2}'),
    () => old.replacing('{}'),
    () => old.wait('{}', null),
    () => old.done('{}'),
  ]) {
    await expect(write()).rejects.toThrow(LeaseLostError);
  }
  expect(await old.fail()).toBe(false);
  await expect(old.confirm()).rejects.toThrow(LeaseLostError);
  const know = old.write(({ artists }) => artists.know([artistRow('late')], 'dataset', at(0)));
  await expect(know).rejects.toThrow(LeaseLostError);
  expect(await databases[0]?.artists.list()).toEqual([]);
  expect(await stored(old.id)).toEqual(before);
  clock.advance(20_000);
  await settled();
  expect(await stored(old.id)).toEqual({ ...before, lease_until: at(MINUTE) });
  await taken.done('{}');
});

test('a waiting run keeps its place until its time and 15 minutes more; the same work goes on with it', async () => {
  const run = await takeRun(a, wanted());
  await run.wait('{"n":3}', clock.now() + 10 * MINUTE);
  gone.add('a'); // its process ends, and that is right
  clock.advance(20_000);
  await settled();
  expect(await stored(run.id)).toMatchObject({ status: 'waiting', progress: '{"n":3}', finished_at: null });
  clock.advance(25 * MINUTE - 20_001);
  for (const other of [
    wanted({ dt: '2026-11-23' }),
    wanted({ kind: 'import' }),
    wanted({ resumes: () => false }),
  ]) {
    const error = await takeRun(b, other).catch((caught) => caught);
    expect(error).toBeInstanceOf(LeaseHeldError);
    expect([error.message, error.hint]).toEqual([
      expect.stringContaining(`${run.id} (waiting), held by a until ${at(1)}`),
      `resume it (the same command with --date ${DAY}), or wait until then`,
    ]);
  }
  const resumed = await takeRun(b, wanted());
  expect([resumed.id, resumed.progress]).toEqual([run.id, '{"n":3}']);
  expect(await stored(run.id)).toMatchObject({ status: 'running', owner: 'b', lease_until: at(MINUTE) });
});

test('one that waits for nobody knows whom keeps its place for 15 minutes; then another day may begin', async () => {
  const run = await takeRun(a, wanted());
  await run.wait('{}', null);
  clock.advance(15 * MINUTE - 1);
  await expect(takeRun(b, wanted({ dt: '2026-11-23' }))).rejects.toThrow(LeaseHeldError);
  clock.advance(1);
  await takeRun(b, wanted({ dt: '2026-11-23' }));
  expect(await stored(run.id)).toMatchObject({ status: 'failed', finished_at: at(0) });
});

test('a failed run goes on by the same work; dead runs of other days and kinds are marked failed', async () => {
  const failed = await takeRun(a, wanted());
  failed.note('{"n":4}');
  await failed.fail();
  expect(await stored(failed.id)).toMatchObject({
    status: 'failed',
    progress: '{"n":4}',
    finished_at: at(0),
  });
  const dead = await takeRun(a, wanted({ kind: 'import', dt: '2026-11-20' }));
  const alive = await takeRun(a, wanted({ kind: 'similarity', alone: ['similarity'] }));
  gone.add('a');
  const resumed = await takeRun(b, wanted());
  expect([resumed.id, resumed.progress]).toEqual([failed.id, '{"n":4}']);
  expect(await stored(dead.id)).toMatchObject({ status: 'failed', owner: 'a', finished_at: at(0) });
  expect(await stored(alive.id)).toMatchObject({ status: 'running' });
  expect(await stored(failed.id)).toMatchObject({ status: 'running', finished_at: null });
  await resumed.fail();
  const other = await takeRun(b, wanted({ resumes: () => false }));
  expect(other.id).not.toBe(failed.id);
  // One that is done is never gone on with.
  await other.done('{"tracks":1}');
  expect(await stored(other.id)).toMatchObject({
    status: 'done',
    summary: '{"tracks":1}',
    finished_at: at(0),
  });
  expect((await takeRun(b, wanted())).id).not.toBe(other.id);
});

test('each beginning and each change of holder has a larger epoch, and what a holder staged goes with it', async () => {
  const lake = new ParquetLake(new FolderStore(join(folder, 'lake')));
  const run = await takeRun(a, wanted());
  const staged = await lake.stageTable(run.staging, 'artists', DAY, [artistRow('a')]);
  gone.add('a');
  const taken = await takeRun(b, wanted());
  expect([run.epoch, taken.epoch]).toEqual([1, 2]);
  await expect(run.place(staged)).rejects.toThrow(LeaseLostError);
  expect(await lake.place(staged)).toBe(false);
  await taken.fail();
  // The taker of a run that nobody resumes.
  const other = await lake.stageTable(taken.staging, 'artists', DAY, [artistRow('a')]);
  expect(await lake.place(other)).toBe(true);
  const dead = await takeRun(a, wanted({ dt: '2026-11-20' }));
  const late = await lake.stageTable(dead.staging, 'artists', '2026-11-20', []);
  const next = await takeRun(b, wanted({ dt: '2026-11-21' }));
  expect([dead.epoch, next.epoch]).toEqual([3, 5]);
  expect([await lake.place(late), (await stored(dead.id)).epoch]).toEqual([false, 4]);
});

test('what could not be discarded is discarded by whoever comes next, not left behind a run that has failed', async () => {
  const first = await takeRun(a, wanted());
  const staged = await (a.lake as ParquetLake).stageTable(first.staging, 'artists', DAY, [artistRow('a')]);
  first.release();
  clock.advance(MINUTE);
  const broken = { ...b.lake, discardBefore: () => Promise.reject(new Error('the disk failed')) };
  const other = wanted({ dt: '2026-11-23' });
  await expect(takeRun({ ...b, lake: broken }, other)).rejects.toThrow('the disk failed');
  expect(await stored(first.id)).toMatchObject({ status: 'running', lease_until: at(0) });
  await takeRun(b, other);
  expect(await stored(first.id)).toMatchObject({ status: 'failed' });
  // As a process that was stopped when it had confirmed its lease.
  expect(await a.lake.place(staged)).toBe(false);
});

test('what is abandoned is taken over at once, what somebody removed from staging is said', async () => {
  const run = await takeRun(a, wanted());
  await run.abandon();
  const taken = await takeRun(b, wanted());
  expect(taken.id).toBe(run.id);
  const none = { staged: 'staging/x/1/none', target: 'artists/dt=x/part-00000.parquet', mark: 'x' };
  await expect(taken.place(none)).rejects.toThrow(StagingGoneError);
});

test.each([
  ['2000', { leaseMs: 2000, renewMs: 667 }],
  [undefined, { leaseMs: 60_000, renewMs: 20_000 }],
  ['', { leaseMs: 60_000 }],
])('SOUNDALIKE_LEASE_MS=%s', (text, expected) => {
  expect(leaseIn({ SOUNDALIKE_LEASE_MS: text })).toMatchObject(expected);
});

test.each(['0', '-1', 'a minute', '1.5'])('SOUNDALIKE_LEASE_MS=%s is refused', (text) => {
  expect(() => leaseIn({ SOUNDALIKE_LEASE_MS: text })).toThrow(
    `expected a whole number of milliseconds above 0, got ${text}`,
  );
});
