import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { ShardStore } from '../../../adapters/lake/shards.ts';
import { DuckDbWarehouse } from '../../../adapters/warehouse/duckdb.ts';
import type { SimilarityPlan, SimilarityRequest, SimilarityResult } from '../../../core/events.ts';
import { DEFAULT_FEATURES } from '../../../core/features.ts';
import type { Run, ServerDatabase } from '../../../core/ports.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { compareOrPlan, goOn, type ShardDeps } from '../../../lambdas/similarity/in-shards.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { FakeClock } from '../../support/clock.ts';
import { type HandMadeDay, putDay, runRow, TODAY } from '../../support/machine.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { filesBelow } from '../../support/pipeline.ts';
import { artistRow, featuresRow, trackRow } from '../../support/rows.ts';

const [ARTISTS, NEIGHBOURS] = [45, 5];
const SHARED: SimilarityRequest = { neighbours: NEIGHBOURS, inOnePiece: 0 };

const mysql = testDatabase();
let folder: string;
let warehouse: DuckDbWarehouse;
let clock: FakeClock;
let deps: ShardDeps;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soundalike-shards-'));
  warehouse = new DuckDbWarehouse(folder);
  clock = new FakeClock();
  deps = depsOn(mysql.database as ServerDatabase);
  await putDay({ ...mysql.database, lake: deps.lake } as never, someDay());
});
afterEach(async () => {
  await warehouse.close();
  await rm(folder, { recursive: true });
});

let ids = 0;
/** As another invocation has it, with connections of its own if told. */
const depsOn = (database: ServerDatabase): ShardDeps => ({
  ...database,
  progress: () => {},
  lake: new ParquetLake(new FolderStore(folder)),
  shardLake: new ShardStore(new FolderStore(folder)),
  warehouse,
  clock,
  host: { owner: `request ${++ids}`, isGone: () => false },
  newId: () => `${++ids}`,
  say: () => {},
  pairsOfShard: 100,
  // Shards do not look into what they compare.
  lookInto: 0,
});

/** Artists on a coarse grid, so that many distances are equal, to the bit; two of them cannot be compared. */
function someDay(): HandMadeDay {
  const random = mulberry32(3);
  const names = Array.from({ length: ARTISTS }, (_, i) => `a${String((i * 7) % ARTISTS).padStart(2, '0')}`);
  return {
    artists: [...names, 'silent', 'z'].map((id) => artistRow(id, { name: `The ${id}`, url: null })),
    tracks: names.map((id) => trackRow(id, `t-${id}`)),
    features: names.map((id) => {
      const values = DEFAULT_FEATURES.map((feature) => [feature, random.int(4) / 3]);
      return featuresRow(`t-${id}`, { tempo: 90, ...Object.fromEntries(values) });
    }),
  };
}

/** All that readers can see of a run. */
async function seen() {
  const { lake } = deps;
  return {
    related: await mysql.admin('SELECT * FROM related_artists ORDER BY artist_id, y_artist'),
    features: await mysql.admin('SELECT * FROM artist_features ORDER BY artist_id'),
    parameters: await mysql.admin('SELECT dt, method, parameters FROM published'),
    lake: [await lake.read('artist_features', TODAY), await lake.read('related_artists', TODAY)],
  };
}
const bytesInLake = () => readFile(join(folder, `related-artists/dt=${TODAY}/part-00000.parquet`));

const servedRun = async () => (await mysql.admin('SELECT run_id FROM published'))[0]?.run_id;
const staging = async () =>
  (await mysql.admin('SHOW TABLES'))
    .flatMap(Object.values)
    .filter((name) => /_(next|old|loads)/.test(`${name}`));
const epochOf = async (run: string): Promise<number> => {
  const record = (await mysql.database.runs.byId(run)) as Run;
  return (JSON.parse(record.progress) as { epoch: number }).epoch;
};
const rowsOf = async (table: string, run: string) =>
  await mysql.admin(`SELECT * FROM ${table}_${await epochOf(run)}`);
const shardFiles = () => filesBelow(join(folder, 'shards'));
const statusOf = async (run: string) => (await mysql.database.runs.byId(run))?.status;

async function planned(request: SimilarityRequest = SHARED): Promise<SimilarityPlan> {
  const plan = await compareOrPlan(deps, request);
  if ('published' in plan) throw new Error('expected a plan');
  return plan;
}

const computeAll = async (plan: SimilarityPlan) => {
  for (const shard of plan.shards) await goOn(deps, { run: plan.run, shard });
};
const loadAll = async (plan: SimilarityPlan) => {
  await Promise.all(plan.shards.map((load) => goOn(deps, { run: plan.run, load })));
};
const finish = async (plan: SimilarityPlan) =>
  (await goOn(deps, { run: plan.run, finish: true })) as SimilarityResult;

async function inShards(request = SHARED): Promise<SimilarityResult> {
  const plan = await planned(request);
  await computeAll(plan);
  await loadAll(plan);
  return await finish(plan);
}

const withoutRun = ({ run: _, ...result }: SimilarityResult) => result;

describe.each([
  ['by LOAD DATA', 1],
  ['by INSERTs', 0],
])('%s', (_, localInfile) => {
  beforeEach(() => mysql.admin(`SET GLOBAL local_infile = ${localInfile}`));
  afterEach(() => mysql.admin('SET GLOBAL local_infile = 1'));

  test.each([
    [1, 225],
    [3, 75],
    [7, 35],
  ])('%d shards give what one piece gives, entry by entry', async (shards, pairsOfShard) => {
    const whole = await compare(deps, { neighbours: NEIGHBOURS });
    const [expected, bytes] = [await seen(), await bytesInLake()];
    deps = { ...deps, pairsOfShard };
    const plan = await planned();
    expect(plan).toEqual({
      ...{ done: false, run: expect.any(String), date: TODAY },
      ...{
        artists: ARTISTS,
        pairs: ARTISTS * NEIGHBOURS,
        shards: Array.from({ length: shards }, (_, i) => i),
      },
    });
    expect(await servedRun()).toBe(whole.run);
    expect(await statusOf(plan.run)).toBe('waiting');
    await computeAll(plan);
    await loadAll(plan);
    expect(await servedRun()).toBe(whole.run);
    const result = await finish(plan);
    expect(withoutRun(result)).toEqual(withoutRun(whole));
    expect(result.nearest[0]?.artist.name).toMatch(/^The a/);
    expect(await seen()).toEqual(expected);
    if (shards === 1) expect(await bytesInLake()).toEqual(bytes);
    expect([await servedRun(), await statusOf(plan.run)]).toEqual([plan.run, 'done']);
    expect([await staging(), await shardFiles()]).toEqual([[], []]);
    const runs = await deps.lake.read('runs', TODAY);
    expect(runs?.find(({ id }) => id === plan.run)).toMatchObject({ status: 'done' });
  });
});

test.each([
  [{ neighbours: 1, inOnePiece: 10 }],
  [{ neighbours: 'all', inOnePiece: 10 } as const],
  [{ ...SHARED, features: ['tempo'] as const }],
])('so do other neighbours: %j', async (request) => {
  const { inOnePiece: _, ...same } = request;
  const whole = await compare(deps, same as SimilarityRequest);
  const expected = await seen();
  expect(withoutRun(await inShards(request as SimilarityRequest))).toEqual(withoutRun(whole));
  expect(await seen()).toMatchObject({ related: expected.related, lake: expected.lake });
});

test('a day of as many neighbours as go in one piece does', async () => {
  const pairs = ARTISTS * NEIGHBOURS;
  const result = await compareOrPlan(deps, { neighbours: NEIGHBOURS, inOnePiece: pairs });
  expect(result).toMatchObject({ published: true, pairs });
  expect(await planned({ neighbours: NEIGHBOURS, inOnePiece: pairs - 1 })).toMatchObject({ done: false });
});

test('what is not to be published is not shared out, and says that it names no closest pairs', async () => {
  const tooFew = await compareOrPlan(deps, { ...SHARED, minCoverage: 0.99 });
  expect(tooFew).toMatchObject({ published: false, pairs: 225, nearest: [], artists: ARTISTS });
  expect((tooFew as SimilarityResult).warnings).toEqual([
    expect.stringContaining('no closest pairs: 225 neighbours'),
    expect.stringContaining('not published: 45 of 47'),
  ]);
  const dry = await compareOrPlan(deps, { ...SHARED, dryRun: true });
  expect(dry).toMatchObject({ run: null, published: false, nearest: [] });
  expect([await staging(), await shardFiles()]).toEqual([[], []]);
});

test('what a required measure blocks is not shared out', async () => {
  const whole = await compare(deps, { neighbours: NEIGHBOURS });
  const blocked = await compareOrPlan(deps, { ...SHARED, require: ['sharedGenre@10'] });
  expect(blocked).toMatchObject({ published: false });
  expect((blocked as SimilarityResult).warnings.at(-1)).toContain('sharedGenre at 10 cannot be computed');
  expect(await servedRun()).toBe(whole.run);
  expect([await staging(), await shardFiles()]).toEqual([[], []]);
});

test('every step may be repeated, and the end too', async () => {
  const whole = await compare(deps, { neighbours: NEIGHBOURS });
  const expected = await seen();
  const plan = await planned();
  await computeAll(plan);
  await goOn(deps, { run: plan.run, shard: 1 });
  await loadAll(plan);
  await goOn(deps, { run: plan.run, load: 0 });
  // One at a time, as two invocations of which the first was taken for dead.
  await Promise.all([loadAll(plan), loadAll(plan)]);
  const result = await finish(plan);
  expect(withoutRun(result)).toEqual(withoutRun(whole));
  expect(await finish(plan)).toEqual(result);
  expect(await seen()).toEqual(expected);
  expect([await staging(), await shardFiles()]).toEqual([[], []]);
});

test('a step of another form is refused', async () => {
  const plan = await planned();
  for (const step of [{}, { shard: 0, load: 0 }, { finish: false }, { shard: -1 }, { load: 1.5 }]) {
    await expect(goOn(deps, { run: plan.run, ...step } as never)).rejects.toMatchObject({
      code: 'invalid-input',
    });
  }
  await expect(goOn(deps, { run: plan.run, shard: 3 })).rejects.toThrow(
    `expected a shard of run ${plan.run} below 3, got 3`,
  );
  await expect(goOn(deps, { run: 'nobody', shard: 0 })).rejects.toMatchObject({ code: 'lease-lost' });
});

describe('while a run waits', () => {
  test('another is refused, and each step puts that off', async () => {
    const plan = await planned();
    clock.advance(29 * 60_000);
    await expect(compare(deps, {})).rejects.toMatchObject({ code: 'lease-held' });
    await goOn(deps, { run: plan.run, shard: 0 });
    clock.advance(29 * 60_000);
    await expect(compare(deps, {})).rejects.toMatchObject({ code: 'lease-held' });
  });

  test('another takes over when its lease is over; the steps of the first then change nothing', async () => {
    const first = await planned();
    await computeAll(first);
    await goOn(deps, { run: first.run, load: 0 });
    clock.advance(46 * 60_000);
    const second = await planned();
    expect(await statusOf(first.run)).toBe('failed');
    for (const step of [{ shard: 0 }, { load: 1 }, { finish: true as const }]) {
      await expect(goOn(deps, { run: first.run, ...step })).rejects.toMatchObject({ code: 'lease-lost' });
    }
    await computeAll(second);
    await loadAll(second);
    expect(await finish(second)).toMatchObject({ run: second.run, published: true });
    expect(await servedRun()).toBe(second.run);
    await expect(goOn(deps, { run: first.run, finish: true })).rejects.toMatchObject({ code: 'lease-lost' });
    expect(await servedRun()).toBe(second.run);
  });

  test('a load that is under way when another takes over cannot reach the tables of that one', async () => {
    const first = await planned();
    await computeAll(first);
    const { shardTables, shardLake } = deps;
    const slow = async function* () {
      for await (const batch of shardLake.neighbours(first.run, 0)) {
        yield batch;
        clock.advance(46 * 60_000);
        begun();
        await released;
      }
    };
    let begun = () => {};
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const epoch = await epochOf(first.run);
    const old = shardTables.load(epoch, 0, slow());
    await isBegun;
    deps = depsOn((await mysql.open()) as ServerDatabase);
    const second = planned();
    await mysql.busyWith('DROP TABLE');
    release();
    // Whether the tables are dropped under it or after it is a matter of the server's timing.
    expect([undefined, 'lease-lost']).toContain(await old.catch(({ code }) => code));
    const plan = await second;
    await expect(shardTables.load(epoch, 0, shardLake.neighbours(first.run, 0))).rejects.toMatchObject({
      code: 'lease-lost',
    });
    expect(await rowsOf('related_artists_next', plan.run)).toEqual([]);
    expect(await rowsOf('published_next', plan.run)).toMatchObject([{ run_id: plan.run }]);
  });

  test('a run in one piece takes over as well', async () => {
    const first = await planned();
    await computeAll(first);
    clock.advance(46 * 60_000);
    const whole = await compare(deps, { neighbours: NEIGHBOURS });
    await expect(goOn(deps, { run: first.run, load: 0 })).rejects.toMatchObject({ code: 'lease-lost' });
    await expect(finish(first)).rejects.toMatchObject({ code: 'lease-lost' });
    expect([await servedRun(), await staging()]).toEqual([whole.run, []]);
  });
});

describe('a day that is replaced in between', () => {
  const later = (values: Partial<Run>) => mysql.database.runs.insert(runRow({ id: 'later', ...values }));

  test.each(['done', 'replacing'] as const)('(%s) is not published', async (status) => {
    const whole = await compare(deps, { neighbours: NEIGHBOURS });
    const expected = await seen();
    const plan = await planned();
    await computeAll(plan);
    await loadAll(plan);
    await later({ status, started_at: `${TODAY}T11:30:00.000Z` });
    await expect(finish(plan)).rejects.toMatchObject({ code: 'day-not-ready' });
    expect([await servedRun(), await statusOf(plan.run)]).toEqual([whole.run, 'failed']);
    expect(await seen()).toEqual(expected);
    await expect(finish(plan)).rejects.toMatchObject({ code: 'lease-lost' });
    // What is left is the next run's to clear.
    expect(await staging()).toHaveLength(4);
    if (status === 'done') expect(await inShards()).toMatchObject({ published: true });
  });
});

describe('a step that dies', () => {
  test('a shard that is not whole is not loaded', async () => {
    const plan = await planned();
    await expect(goOn(deps, { run: plan.run, load: 0 })).rejects.toMatchObject({ code: 'lease-lost' });
    await goOn(deps, { run: plan.run, shard: 0 });
    await goOn(deps, { run: plan.run, load: 0 });
  });

  test('a load whose connection is killed leaves nothing, and goes again', async () => {
    const plan = await planned();
    await computeAll(plan);
    const { shardTables, shardLake } = deps;
    const killed = async function* () {
      for await (const batch of shardLake.neighbours(plan.run, 0)) {
        yield { ...batch, artist_id: batch.artist_id.map((id) => `${id}`) };
        await mysql.admin(`KILL ${await mysql.busyWith('LOAD DATA')}`);
        yield batch;
      }
    };
    await expect(shardTables.load(await epochOf(plan.run), 0, killed())).rejects.toMatchObject({
      code: 'database-unreachable',
    });
    expect(await rowsOf('related_artists_next', plan.run)).toEqual([]);
    expect(await rowsOf('related_artists_loads', plan.run)).toEqual([]);
    await loadAll(plan);
    expect(await finish(plan)).toMatchObject({ published: true });
  });

  test('rows that do not fit are not loaded', async () => {
    const plan = await planned();
    await computeAll(plan);
    const { shardTables, shardLake } = deps;
    const bad = async function* () {
      for await (const batch of shardLake.neighbours(plan.run, 0)) {
        yield batch;
        yield batch;
      }
    };
    await expect(shardTables.load(await epochOf(plan.run), 0, bad())).rejects.toMatchObject({
      code: 'staging',
    });
    expect(await rowsOf('related_artists_next', plan.run)).toEqual([]);
  });

  test('without all loads the run is not published and fails', async () => {
    const plan = await planned();
    await computeAll(plan);
    await goOn(deps, { run: plan.run, load: 0 });
    await expect(finish(plan)).rejects.toThrow(/expected 225 neighbours of run .* in the database, got 100/);
    expect([await servedRun(), await statusOf(plan.run)]).toEqual([undefined, 'failed']);
  });

  test('without all rows in the lake the run is not published and fails', async () => {
    const plan = await planned();
    await computeAll(plan);
    await loadAll(plan);
    await deps.shardLake.putShard(plan.run, 2, [], []);
    await expect(finish(plan)).rejects.toThrow(/expected 225 neighbours of run .* in the lake, got 200/);
    expect([await servedRun(), await statusOf(plan.run)]).toEqual([undefined, 'failed']);
  });

  test('the end: before the swap the old run is served, and the next try goes on', async () => {
    const whole = await compare(deps, { neighbours: NEIGHBOURS });
    const plan = await planned();
    await computeAll(plan);
    await loadAll(plan);
    const publish = () => Promise.reject(new Error('dead'));
    const failing = { ...deps, relatedArtists: { ...deps.relatedArtists, publish } };
    await expect(goOn(failing, { run: plan.run, finish: true })).rejects.toThrow('dead');
    expect([await servedRun(), await statusOf(plan.run)]).toEqual([whole.run, 'replacing']);
    expect(await finish(plan)).toMatchObject({ run: plan.run, published: true });
    expect(await servedRun()).toBe(plan.run);
  });

  test('the end: between the swap and the mark another run comes first, and finds it done', async () => {
    const plan = await planned();
    await computeAll(plan);
    await loadAll(plan);
    const failing = {
      ...deps,
      relatedArtists: {
        ...deps.relatedArtists,
        publish: async (...values: Parameters<ShardDeps['relatedArtists']['publish']>) => {
          await deps.relatedArtists.publish(...values);
          throw new Error('dead');
        },
      },
    };
    await expect(goOn(failing, { run: plan.run, finish: true })).rejects.toThrow('dead');
    expect(await statusOf(plan.run)).toBe('replacing');
    const other = await compare(depsOn(mysql.database as ServerDatabase), { neighbours: 3 });
    expect(await statusOf(plan.run)).toBe('done');
    expect(await finish(plan)).toMatchObject({ run: plan.run, published: true });
    expect([await servedRun(), await staging()]).toEqual([other.run, []]);
  });

  test('the end: one that was killed is taken over when its lease is over', async () => {
    const plan = await planned();
    await computeAll(plan);
    await loadAll(plan);
    const record = (await mysql.database.runs.byId(plan.run)) as Run;
    const lease_until = new Date(clock.now() + 60_000).toISOString();
    const killed: Run = { ...record, status: 'running', owner: 'a dead request', lease_until };
    await mysql.database.runs.update(killed, record.epoch);
    await expect(finish(plan)).rejects.toMatchObject({ code: 'lease-held' });
    clock.advance(60_000);
    expect(await finish(plan)).toMatchObject({ published: true });
  });
});
