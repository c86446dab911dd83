import { LeaseHeldError } from '../../../core/errors.ts';
import type { Run } from '../../../core/ports.ts';
import { DAY_MS, type Pipeline, TODAY, TOMORROW, withPipeline } from '../../support/pipeline.ts';

const HOUR_MS = 3_600_000;

/** Stops a collection of today by its budget, and lets so many hours pass. */
async function stopped(pipeline: Pipeline, hours: number): Promise<string> {
  const { run } = await pipeline.collect({ budget: 25 });
  pipeline.clock.advance(hours * HOUR_MS);
  return run ?? '';
}

/** Changes a run as its holder would. */
async function change({ main }: Pipeline, id: string, values: Partial<Run>): Promise<void> {
  const run = (await main.runs.byId(id)) as Run;
  await main.runs.take({ ...run, ...values }, run.epoch);
}

test('goes on with a collection that stopped on another day, by its own number of tracks, and asks only for what is missing', () =>
  withPipeline({}, async (pipeline) => {
    const run = await stopped(pipeline, 24);
    const before = pipeline.standIn.requests.count();
    const result = await pipeline.collect({ unfinished: true, tracks: 20 });
    expect(result).toMatchObject({ run, date: TODAY, done: true, tracks: 180 });
    // A token, the artists that are left, and two for the features.
    expect(pipeline.standIn.requests.count() - before).toBeLessThan(1 + 60 - 20 + 2 + 1);
    expect(await pipeline.collect({ unfinished: true })).toMatchObject({ date: TOMORROW, done: true });
  }));

test.each(['failed', 'running'] as const)('goes on with one that is %s, whose holder is gone', (status) =>
  withPipeline({}, async (pipeline) => {
    const run = await stopped(pipeline, 24);
    await change(pipeline, run, { status });
    expect(await pipeline.collect({ unfinished: true })).toMatchObject({ run, date: TODAY, done: true });
  }),
);

test('leaves one alone that waits for somebody, on its own day too', () =>
  withPipeline({ dailyRequests: 100 }, async (pipeline) => {
    const { run, resumeAfter } = await pipeline.collect();
    for (const hours of [1, 11]) {
      pipeline.clock.advance(hours * HOUR_MS);
      await expect(pipeline.collect({ unfinished: true })).rejects.toThrow(LeaseHeldError);
    }
    expect(resumeAfter).toBe(`${TOMORROW}T00:00:00.000Z`);
    expect(await pipeline.collect({ run: run ?? '' })).toMatchObject({ done: true });
  }));

test('gives up what nobody held for 30 days, what has failed for 30 days, and what was replaced since', () =>
  withPipeline({}, async (pipeline) => {
    const cases: [days: number, values: Partial<Run>, goesOn: boolean][] = [
      [29, {}, true],
      [31, {}, false],
      [31, { lease_until: '2026-12-20T00:00:00.000Z' }, true],
      [31, { lease_until: '2026-12-20T00:00:00.000Z', status: 'failed' }, false],
    ];
    for (const [days, values, goesOn] of cases) {
      await withPipeline({}, async (other) => {
        const run = await stopped(other, 0);
        await change(other, run, values);
        other.clock.advance(days * DAY_MS);
        expect((await other.collect({ unfinished: true })).run === run).toBe(goesOn);
      });
    }
    const run = await stopped(pipeline, 24);
    await pipeline.collect({ date: TOMORROW });
    pipeline.clock.advance(DAY_MS);
    expect((await pipeline.collect({ unfinished: true })).run).not.toBe(run);
  }));

test('a collection of some artists is not what a schedule goes on with', () =>
  withPipeline({}, async (pipeline) => {
    const [first] = await pipeline.main.artists.followed();
    const some = await pipeline.collect({ artists: [first?.id ?? ''], budget: 1 });
    pipeline.clock.advance(DAY_MS);
    const result = await pipeline.collect({ unfinished: true });
    expect([result.date, result.run === some.run]).toEqual([TOMORROW, false]);
  }));
