import { ServiceUnavailableError } from '../../../core/errors.ts';
import { MODES } from '../../../sample/stand-in/modes.ts';
import { TODAY } from '../../support/pipeline.ts';
import {
  expectGoesOn,
  expectKept,
  expectWhole,
  FEATURES,
  failure,
  type Kind,
  TRACKS,
  withTrial,
} from '../../support/trial.ts';

describe.each(MODES)('an app of mode %s', (mode) => {
  const passing: [string, Kind, Kind?][] = [
    ['429 with Retry-After 2', { kind: 'status', status: 429, headers: { 'retry-after': '2' }, times: 2 }],
    ['5xx, fewer than the tries', { kind: 'status', status: 503, times: 4 }],
    ['connections cut before the answer', { kind: 'cut', times: 4 }],
    ['connections cut in the body', { kind: 'cut', where: 'body', times: 4 }],
    ['broken JSON', { kind: 'broken-json', times: 4 }],
    ['everything twice', { kind: 'duplicates' }],
  ];
  test.each(passing)('%s, in mid-run: waited for in place', (name, kind) =>
    withTrial(mode, async (trial) => {
      trial.fault(TRACKS, { ...kind, after: 20 });
      trial.fault(FEATURES, { ...kind, after: 1 });
      const result = await trial.collect();
      await expectWhole(trial, result);
      const applied = trial.standIn.faults.list().map((fault) => fault.applied);
      const isRepeated = kind.kind !== 'duplicates';
      expect(applied.every((times) => times > 0)).toBe(true);
      expect(result.retries).toBe(isRepeated ? applied.reduce((a, b) => a + b) : 0);
      if (name.startsWith('429')) expect(trial.clock.waits).toContain(2000);
    }),
  );

  test('401 in mid-run: one new token', () =>
    withTrial(mode, async (trial) => {
      trial.fault(TRACKS, { kind: 'unauthorized', after: 20, times: 1 });
      const result = await trial.collect();
      await expectWhole(trial, result);
      expect(trial.standIn.requests.count('/api/token')).toBe(2);
      expect(result.retries).toBeGreaterThan(0);
    }));

  test('429 with Retry-After 50000: nothing is asked before it, and then the rest', () =>
    withTrial(mode, async (trial) => {
      const { clock, provider, standIn } = trial;
      const until = clock.now() + 50_000_000;
      trial.fault(TRACKS, {
        kind: 'status',
        status: 429,
        headers: { 'retry-after': '50000' },
        after: 20,
        times: 1,
      });
      const stopped = await trial.collect();
      expect(stopped).toMatchObject({ done: false, resumeAfter: new Date(until).toISOString() });
      expect(stopped.artists).toEqual({ asked: 60, collected: stopped.tracks / 3 });
      expect(stopped.artists.collected).toBeGreaterThan(19);
      // The features were not asked for yet, so nobody's are known to be missing.
      expect(new Set(stopped.dropped.map(({ reason }) => reason))).toEqual(new Set(['not-reached']));
      await expectKept(trial, 'waiting');
      expect(await trial.main.database.apiState.admit(provider, until - 1, 1e6)).toEqual({
        admitted: false,
        why: 'not-before',
        notBefore: until,
      });
      standIn.faults.clear();
      const before = standIn.requests.count();
      clock.advance(until - clock.now() - 1);
      expect(await trial.collect({ date: TODAY })).toMatchObject({
        done: false,
        run: stopped.run,
        resumeAfter: stopped.resumeAfter,
      });
      expect(standIn.requests.count()).toBe(before);
      clock.advance(1);
      await expectGoesOn(trial);
    }));

  test('5xx that stay: it stops twice for 15 minutes, then the run fails; the next one goes on', () =>
    withTrial(mode, async (trial) => {
      trial.fault(TRACKS, { kind: 'status', status: 502, after: 20 });
      for (const _ of [1, 2]) {
        const stopped = await trial.collect();
        const in15Minutes = new Date(trial.clock.now() + 900_000).toISOString();
        expect(stopped).toMatchObject({ done: false, resumeAfter: in15Minutes, warnings: [] });
        expect(new Set(stopped.dropped.map(({ reason }) => reason))).toEqual(new Set(['not-reached']));
        await expectKept(trial, 'waiting');
        trial.clock.advance(900_000);
      }
      expect(await failure(trial)).toBeInstanceOf(ServiceUnavailableError);
      await expectGoesOn(trial);
    }));
});
