import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { S3Store, s3Client } from '../../../adapters/lake/s3.ts';
import { LeaseHeldError, LeaseLostError } from '../../../core/errors.ts';
import type { StagedObject } from '../../../core/ports.ts';
import type { HeldRun } from '../../../core/run/held-run.ts';
import { takeReplacing, takeRun, type WantedRun } from '../../../core/run/lease.ts';
import { DAY_KINDS, EXCLUDED, repair } from '../../../core/run/replace.ts';
import { withRun } from '../../../core/run/with-run.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { inThisRealm, patience } from '../../support/aws/client.ts';
import { type S3Server, serveS3 } from '../../support/aws/s3.ts';
import { lakeWith } from '../../support/lake.ts';
import { type Pipeline, type Process, TODAY, withPipeline } from '../../support/pipeline.ts';
import { artistRow } from '../../support/rows.ts';
import { artistId, smallCatalogue } from '../../support/small-catalogue.ts';

const wanted: WantedRun = {
  kind: 'collection',
  dt: TODAY,
  alone: EXCLUDED.day,
  resumes: () => true,
  progress: '{"n":1}',
};
const TABLES = ['artists', 'top_tracks'] as const;

/** Stages two tables without a row, and is put in their place as a run. */
const replaceDay = (deps: Process, during: (run: HeldRun, objects: StagedObject[]) => void = () => {}) =>
  withRun(deps, wanted, async (run) => {
    const objects: StagedObject[] = [];
    for (const table of TABLES) objects.push(await deps.lake.stageTable(run.staging, table, run.dt, []));
    during(run, objects);
    return { result: { tracks: 0 }, replaces: { objects } };
  });

/** The process, whose lake dies when it is to place something for the `n`-th time. */
function dyingAt(n: number, deps: Process): Process {
  let places = 0;
  const place = async (object: StagedObject) => {
    if (object.target.startsWith('runs/')) return await deps.lake.place(object);
    if (++places >= n) throw new Error('dead');
    return await deps.lake.place(object);
  };
  return { ...deps, lake: lakeWith(deps.lake, { place }) };
}

const trial = (test: (pipeline: Pipeline) => Promise<void>) =>
  withPipeline({ catalogue: smallCatalogue(1) }, test);

test('one that died while it replaced its day is only brought to its end, by one process alone', () =>
  trial(async ({ main, process, gone, day, staging, statuses, clock }) => {
    let held: HeldRun | undefined;
    const dead = replaceDay(dyingAt(2, main), (run) => {
      held = run;
      run.abandon = async () => {}; // as one that was killed
    });
    await expect(dead).rejects.toThrow('dead');
    expect([Object.keys(await day()), await statuses()]).toEqual([['artists'], ['replacing']]);
    const other = await process('other');
    await repair(other, DAY_KINDS); // it may still be alive
    expect(Object.keys(await day())).toEqual(['artists']);
    gone.add('main');
    // Not even the same work takes it for its own.
    await expect(takeRun(other, wanted)).rejects.toThrow(LeaseHeldError);
    expect(await takeReplacing(other, ['similarity'])).toBeUndefined();
    await repair(other, []);
    expect([Object.keys(await day()), await staging()]).toEqual([['artists', 'top-tracks'], []]);
    expect(await main.runs.byId(held?.id ?? '')).toMatchObject({
      status: 'done',
      owner: 'other',
      summary: '{"tracks":0}',
    });
    expect(await main.lake.read('runs', TODAY)).toMatchObject([{ id: held?.id, status: 'done' }]);
    expect(await takeReplacing(await process('third'), DAY_KINDS)).toBeUndefined();
    await expect(held?.done('{}')).rejects.toThrow(LeaseLostError);
    clock.advance(120_000);
  }));

test('a lake that fails in the middle leaves the run to whoever comes next, and says so', () =>
  trial(async ({ main, process, day, statuses, said }) => {
    await expect(replaceDay(dyingAt(2, main))).rejects.toThrow('dead');
    expect(said).toEqual([expect.stringMatching(/^Run collection-.* could not finish: the next command/)]);
    expect(await statuses()).toEqual(['replacing']);
    // Whoever reads the lake alone can see it too.
    expect(await main.lake.read('runs', TODAY)).toMatchObject([{ status: 'replacing' }]);
    await repair(await process('other'), []);
    expect([Object.keys(await day()), await statuses()]).toEqual([['artists', 'top-tracks'], ['done']]);
  }));

test('a run that was taken over before it replaces its day touches nothing, and is renewed no more', () =>
  trial(async ({ main, process, gone, day, clock }) => {
    let id = '';
    const other = await process('other');
    const late = withRun(main, wanted, async (run) => {
      id = run.id;
      const objects = [await main.lake.stageTable(run.staging, 'artists', TODAY, [])];
      gone.add('main');
      (await takeRun(other, wanted)).release();
      return { result: {}, replaces: { objects } };
    });
    await expect(late).rejects.toThrow(LeaseLostError);
    expect(await day()).toEqual({});
    expect(await main.runs.byId(id)).toMatchObject({
      status: 'running',
      owner: 'other',
      progress: '{"n":1}',
    });
    const renewals: number[] = [];
    const { renew } = main.database.runs;
    main.database.runs.renew = (...values) => {
      renewals.push(clock.now());
      return renew.apply(main.database.runs, values);
    };
    clock.advance(120_000);
    expect(renewals).toEqual([]);
  }));

test('a run that is late in the middle of replacing finds all in its place, and wins over nobody', () =>
  trial(async ({ main, process, gone, day, statuses }) => {
    const other = await process('other');
    let placed = 0;
    const place = async (object: StagedObject) => {
      if (!object.target.startsWith('runs/') && ++placed === 2) {
        // It stands still here: another brings its run to its end, and replaces the day by its own.
        gone.add('main');
        await replaceDay({ ...other, lake: rowsOf(other) });
      }
      return await main.lake.place(object);
    };
    const late = replaceDay({ ...main, lake: lakeWith(main.lake, { place }) });
    await expect(late).rejects.toThrow(LeaseLostError);
    expect([await statuses(), Object.keys(await day())]).toEqual([
      ['done', 'done'],
      ['artists', 'top-tracks'],
    ]);
    expect(await main.lake.read('artists', TODAY)).toEqual([artistRow('of the other')]);
  }));

/** The lake, in which the process stages an artist. */
function rowsOf({ lake }: Process): Process['lake'] {
  const stageTable: typeof lake.stageTable = (place, table, partition, rows) =>
    lake.stageTable(
      place,
      table,
      partition,
      table === 'artists' ? ([artistRow('of the other')] as never) : rows,
    );
  return lakeWith(lake, { stageTable });
}

describe('where what a run had staged is gone', () => {
  const stopped = async (pipeline: Pipeline) => {
    const { main, folder } = pipeline;
    await pipeline.collect();
    await expect(compare(main, {})).resolves.toMatchObject({ published: true });
    await expect(
      withRun(dyingAt(2, main), { ...wanted, resumes: () => false }, async (run) => {
        const { staging } = run;
        const objects = [
          await main.lake.stageTable(staging, 'artists', TODAY, []),
          await main.lake.stageTable(staging, 'top_tracks', TODAY, []),
        ];
        return { result: {}, replaces: { objects } };
      }),
    ).rejects.toThrow('dead');
    await rm(join(folder, 'lake/staging'), { recursive: true });
  };

  test('the run fails, the user is told once, and the day is not ready until it is made again', () =>
    trial(async (pipeline) => {
      await stopped(pipeline);
      const { main, said, statuses } = pipeline;
      said.length = 0;
      await repair(main, DAY_KINDS);
      await repair(main, DAY_KINDS);
      expect(said).toEqual([
        expect.stringContaining(`collect or import it again (with --date ${TODAY}) before it is compared`),
      ]);
      expect((await statuses()).sort()).toEqual(['done', 'done', 'failed']);
      const copy = (await main.lake.read('runs', TODAY)) ?? [];
      expect(copy.map(({ status }) => status).sort()).toEqual(['done', 'done', 'failed']);
      await expect(compare(main, {})).rejects.toMatchObject({
        code: 'day-not-ready',
        hint: `collect it again: soundalike collect --date ${TODAY}`,
      });
      // Other days and commands work.
      await expect(compare(main, { date: '2026-11-21' })).rejects.toMatchObject({ code: 'no-data' });
      const again = await pipeline.collect();
      expect(again).toMatchObject({ done: true, tracks: 3 });
      expect(await compare(main, {})).toMatchObject({ published: true });
    }));
});

describe('where what a similarity had staged is gone', () => {
  /** Stops a similarity before its n-th object but for the copy of its run, removes what it had staged, and repairs. */
  const stopped = (n: number, test: (pipeline: Pipeline, runs: { first: string }) => Promise<void>) =>
    withPipeline({ catalogue: smallCatalogue(12) }, async (pipeline) => {
      const { main, folder, said, statuses } = pipeline;
      await pipeline.collect();
      const { run = '' } = await compare(main, { method: 'mean', features: ['tempo'] });
      await expect(compare(dyingAt(n, main), { method: 'mean', features: ['energy'] })).rejects.toThrow(
        'dead',
      );
      await rm(join(folder, 'lake/staging'), { recursive: true });
      said.length = 0;
      await repair(main, []);
      await repair(main, []);
      expect(said).toEqual([
        expect.stringContaining(`compare it again (soundalike similarity --date ${TODAY})`),
      ]);
      expect(await statuses()).toEqual(['done', 'done', 'failed']);
      // Whoever reads the lake alone sees it too.
      expect((await main.lake.read('runs', TODAY))?.at(-1)).toMatchObject({ status: 'failed' });
      await test(pipeline, { first: run ?? '' });
      const { run: last, published } = await compare(main, { method: 'mean', features: ['energy'] });
      expect([published, await served(main)]).toEqual([true, last]);
      await expectReportOf(pipeline, last);
      const inLake = (await main.lake.read('related_artists', TODAY)) ?? [];
      const { neighbours = [] } = (await main.relatedArtists.nearest(artistId(1), 100)) ?? {};
      expect(neighbours.map(({ y_artist, distance }) => [y_artist, distance])).toEqual(
        inLake
          .filter(({ artist_id }) => artist_id === artistId(1))
          .sort((a, b) => Number(a.rank) - Number(b.rank))
          .map(({ y_artist, distance }) => [y_artist, distance]),
      );
    });

  const served = async ({ relatedArtists }: Process) =>
    (await relatedArtists.nearest(artistId(1), 100))?.published.run_id;

  const expectReportOf = async ({ folder }: Pipeline, run: string | null) =>
    expect(await readFile(join(folder, `lake/reports/dt=${TODAY}/index.html`), 'utf8')).toContain(run);

  test('it fails, the run before is served, and comparing again makes all agree', () =>
    stopped(3, async (pipeline, { first }) => {
      expect(await served(pipeline.main)).toBe(first);
      await expectReportOf(pipeline, first);
    }));
});

describe('on S3, where what a run had staged is gone', () => {
  let s3: S3Server;
  beforeEach(async () => {
    Object.assign(process.env, {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    });
    s3 = await serveS3();
  });
  afterEach(() => s3.close());

  const onS3 = (deps: Process): Process => {
    const client = inThisRealm(s3Client({ AWS_ENDPOINT_URL: s3.url }));
    return { ...deps, lake: new ParquetLake(new S3Store({ client, bucket: 'lake', ...patience() })) };
  };

  test('the run fails, the user is told once, and the day can be made again', () =>
    trial(async ({ main, said, statuses }) => {
      const here = onS3(main);
      await replaceDay(here);
      await expect(replaceDay(dyingAt(2, here))).rejects.toThrow('dead');
      for (const path of s3.objects.keys()) if (path.startsWith('lake/staging/')) s3.objects.delete(path);
      said.length = 0;
      await repair(here, []);
      await repair(here, []);
      expect(said).toEqual([
        expect.stringContaining(`collect or import it again (with --date ${TODAY}) before it is compared`),
      ]);
      expect(await statuses()).toEqual(['done', 'failed']);
      expect((await here.lake.read('runs', TODAY))?.map(({ status }) => status)).toEqual(['done', 'failed']);
      await replaceDay({ ...here, lake: rowsOf(here) });
      expect(await here.lake.read('artists', TODAY)).toEqual([artistRow('of the other')]);
      expect([...s3.objects.keys()].filter((path) => path.startsWith('lake/staging/'))).toEqual([]);
    }));
});

test('a run of another kind that cannot be brought to its end does not stop a command', () =>
  trial(async ({ main, process, said, statuses }) => {
    await expect(replaceDay(dyingAt(1, main))).rejects.toThrow('dead');
    said.length = 0;
    const other = dyingAt(1, await process('other'));
    await repair(other, ['listening']);
    expect(said).toEqual([
      expect.stringContaining('A run that was stopped could not be brought to its end: dead'),
    ]);
    await expect(repair(other, DAY_KINDS)).rejects.toThrow('dead');
    expect(await statuses()).toEqual(['replacing']);
  }));
