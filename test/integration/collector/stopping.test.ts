import { LeaseHeldError } from '../../../core/errors.ts';
import { MODES, type Mode } from '../../../sample/stand-in/modes.ts';
import { type Pipeline, TODAY, TOMORROW, withPipeline } from '../../support/pipeline.ts';
import { artistId } from '../../support/small-catalogue.ts';

/** What the least possible collection of the small catalogue asks for, the token included. */
const REQUESTS: Record<Mode, number> = {
  extended: 1 + 60 + 2,
  // The search takes as many requests as the top tracks; each of the two missing capabilities costs one.
  development: 1 + 1 + 60 + 1 + 5,
};

const asked = ({ standIn }: Pipeline, pattern?: string): number => standIn.requests.count(pattern);

describe.each(MODES)('an app of mode %s', (mode) => {
  test('a budget of all requests is enough, one less is not; resumed, the bytes are the same', () =>
    withPipeline({ mode }, async (undisturbed) => {
      expect(await undisturbed.collect({ budget: REQUESTS[mode] })).toMatchObject({ done: true });
      await withPipeline({ mode }, async (pipeline) => {
        const stopped = await pipeline.collect({ budget: REQUESTS[mode] - 1 });
        expect(stopped).toMatchObject({ done: false, resumeAfter: null, requests: REQUESTS[mode] - 1 });
        expect(asked(pipeline)).toBe(REQUESTS[mode] - 1);
        expect([await pipeline.day(), await pipeline.statuses()]).toEqual([{}, ['waiting']]);
        const resumed = await pipeline.collect();
        expect(resumed).toMatchObject({ done: true, run: stopped.run, requests: asked(pipeline) });
        expect(await pipeline.day()).toEqual(await undisturbed.day());
        expect(await pipeline.staging()).toEqual([]);
      });
    }));

  test('step by step with a small budget, nothing but the token is asked for twice', () =>
    withPipeline({ mode }, async (undisturbed) => {
      await undisturbed.collect();
      await withPipeline({ mode }, async (pipeline) => {
        let steps = 1;
        for (; !(await pipeline.collect({ budget: 9 })).done; steps++) expect(steps).toBeLessThan(20);
        expect(steps).toBeGreaterThan(5);
        expect(asked(pipeline) - asked(pipeline, '/api/token')).toBe(REQUESTS[mode] - 1);
        expect(await pipeline.day()).toEqual(await undisturbed.day());
        const [done] = await pipeline.main.runs.ofDay(TODAY);
        expect(JSON.parse(done?.summary ?? '')).toMatchObject({ requests: asked(pipeline) });
      });
    }));
});

test('a stopped collection goes on for the same artists only', () =>
  withPipeline({}, async (pipeline) => {
    const stopped = await pipeline.collect({ artists: [artistId(1), artistId(2)], budget: 2 });
    await expect(pipeline.collect()).rejects.toThrow(LeaseHeldError);
    expect(await pipeline.collect({ artists: [artistId(2), artistId(1)] })).toMatchObject({
      done: true,
      run: stopped.run,
      tracks: 6,
    });
  }));

test('the daily budget used up by another function: it goes on after midnight, for its own day', () =>
  withPipeline({}, (undisturbed) =>
    withPipeline({ dailyRequests: 200 }, async (pipeline) => {
      await undisturbed.collect();
      const { apiState } = pipeline.main.database;
      for (let n = 0; n < 70; n++) await apiState.admit(pipeline.provider, pipeline.clock.now(), 100);
      const stopped = await pipeline.collect();
      expect(stopped).toMatchObject({ done: false, resumeAfter: `${TOMORROW}T00:00:00.000Z`, requests: 30 });
      expect(asked(pipeline)).toBe(30);
      expect(await pipeline.collect()).toMatchObject({ done: false, requests: 30 });
      pipeline.clock.advance(12 * 3_600_000);
      // Its place is kept: today's collection waits for yesterday's.
      await expect(pipeline.collect()).rejects.toThrow(LeaseHeldError);
      expect(await pipeline.collect({ run: stopped.run ?? '' })).toMatchObject({ done: true, date: TODAY });
      expect(await pipeline.day()).toEqual(await undisturbed.day());
    }),
  ));

test('no slice is begun after the deadline', () =>
  withPipeline({}, async (pipeline) => {
    const deadline = pipeline.clock.now() + 10_000;
    const progress = (): void => pipeline.clock.advance(30_000);
    const inTime = await pipeline.collect({}, { deadline, progress });
    expect(inTime).toMatchObject({ done: false, resumeAfter: null, artists: { asked: 60, collected: 50 } });
    expect(inTime.stopped).toContain('time of this call');
    pipeline.standIn.requests.clear();
    expect(await pipeline.collect({}, { deadline, progress })).toMatchObject({ artists: { collected: 50 } });
    expect(asked(pipeline)).toBe(0);
    expect(await pipeline.collect()).toMatchObject({ done: true, tracks: 180 });
  }));
