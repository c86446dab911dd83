import { LeaseHeldError, LeaseLostError } from '../../../core/errors.ts';
import { takeReplacing, takeRun } from '../../../core/run/lease.ts';
import { DAY_KINDS, replaceDay, rollForward } from '../../../core/run/replace.ts';
import { TODAY, withPipeline } from '../../support/pipeline.ts';
import { smallCatalogue } from '../../support/small-catalogue.ts';

const wanted = {
  kind: 'collection',
  dt: TODAY,
  alone: DAY_KINDS,
  resumes: () => true,
  progress: '{"n":1}',
} as const;

test('one that died while it replaced its day is only brought to its end, by one process alone', () =>
  withPipeline({ catalogue: smallCatalogue(1) }, async ({ main, process, gone, day, staging }) => {
    const run = await takeRun(main, wanted);
    await main.lake.stageDay(run.id, 'top_tracks', []);
    await main.lake.putSlice(run.id, 'artists', []);
    await run.replacing(JSON.stringify({ replacement: { tables: ['top_tracks'], summary: '{"tracks":0}' } }));
    run.release();
    const other = await process('other');
    await rollForward(other); // it may still be alive
    expect(await day()).toEqual({});
    gone.add('main');
    // Not even the same work takes it for its own.
    await expect(takeRun(other, wanted)).rejects.toThrow(LeaseHeldError);
    expect(await takeReplacing(other, ['similarity'])).toEqual([]);
    await rollForward(other);
    expect([Object.keys(await day()), await staging()]).toEqual([['top-tracks'], []]);
    expect(await main.runs.byId(run.id)).toMatchObject({
      status: 'done',
      owner: 'other',
      summary: '{"tracks":0}',
    });
    expect(await takeReplacing(await process('third'), DAY_KINDS)).toEqual([]);
    await expect(run.done('{}')).rejects.toThrow(LeaseLostError);
  }));

test('a lake that fails in the middle leaves the run to whoever comes next', () =>
  withPipeline({ catalogue: smallCatalogue(1) }, async ({ main, process, gone, day, clock }) => {
    const run = await takeRun(main, wanted);
    await main.lake.stageDay(run.id, 'artists', []);
    // The second table was never staged.
    await expect(replaceDay(main, run, ['artists', 'top_tracks'], '{}')).rejects.toThrow(/staged top_tracks/);
    expect(Object.keys(await day())).toEqual(['artists']);
    const { lease_until } = (await main.runs.byId(run.id)) ?? {};
    clock.advance(59_999);
    expect(await main.runs.byId(run.id)).toMatchObject({ status: 'replacing', lease_until }); // not renewed
    gone.add('main');
    const other = await process('other');
    await main.lake.stageDay(run.id, 'top_tracks', []);
    await rollForward(other);
    expect(Object.keys(await day())).toEqual(['artists', 'top-tracks']);
  }));

test('a run that was taken over before it replaces its day touches nothing, and is renewed no more', () =>
  withPipeline({ catalogue: smallCatalogue(1) }, async ({ main, process, gone, day, clock }) => {
    const run = await takeRun(main, wanted);
    await main.lake.stageDay(run.id, 'artists', []);
    gone.add('main');
    const taken = await takeRun(await process('other'), wanted);
    await expect(replaceDay(main, run, ['artists'], '{}')).rejects.toThrow(LeaseLostError);
    expect(await day()).toEqual({});
    expect(await main.runs.byId(run.id)).toMatchObject({
      status: 'running',
      owner: 'other',
      progress: '{"n":1}',
    });
    taken.release();
    const renewals: number[] = [];
    const { renew } = main.database.runs;
    main.database.runs.renew = (...values) => {
      renewals.push(clock.now());
      return renew.apply(main.database.runs, values);
    };
    clock.advance(120_000);
    expect(renewals).toEqual([]);
  }));
