import type { SoundalikeError } from '../../core/errors.ts';
import type { CollectResult } from '../../core/events.ts';
import type { FaultRule } from '../../sample/stand-in/faults.ts';
import type { Mode } from '../../sample/stand-in/modes.ts';
import { type Pipeline, TODAY, withPipeline } from './pipeline.ts';

/** Where each kind of app asks for tracks and for features. */
export const TRACKS = { extended: '/v1/artists/*/top-tracks', development: '/v1/search' };
/** As `TRACKS`. */
export const FEATURES = { extended: '/v1/audio-features', development: '/reccobeats/v1/audio-features' };

/** A fault without the path, which is the mode's. */
export type Kind = FaultRule extends infer R ? (R extends FaultRule ? Omit<R, 'match'> : never) : never;

/** What a disturbed collection is tried on: the day holds a collection of 59 artists, a 60th was followed since. */
export interface Trial extends Pipeline {
  /** The day as it was. */
  before: Record<string, string>;
  /** Switches a fault on for the tracks or the features. */
  fault(paths: Record<Mode, string>, kind: Kind): void;
}

/** Runs a test with a trial. */
export const withTrial = (mode: Mode, test: (trial: Trial) => Promise<void>): Promise<void> =>
  withPipeline({ mode, follow: 59 }, async (pipeline) => {
    await pipeline.collect();
    await pipeline.follow(60);
    pipeline.standIn.requests.clear();
    const fault: Trial['fault'] = (paths, kind) => {
      pipeline.standIn.faults.add({ ...kind, match: paths[mode] } as FaultRule);
    };
    await test({ ...pipeline, before: await pipeline.day(), fault });
  });

const undisturbed: Partial<Record<Mode, Promise<Record<string, string>>>> = {};

/** The day as a collection that nothing disturbs makes it. */
export function undisturbedDay(mode: Mode): Promise<Record<string, string>> {
  undisturbed[mode] ??= new Promise((resolve, reject) => {
    withTrial(mode, async ({ collect, day, before }) => {
      await collect();
      expect(await day()).not.toEqual(before);
      resolve(await day());
    }).catch(reject);
  });
  return undisturbed[mode];
}

/** The collection was done: the day is that of an undisturbed one, and nothing is left of the work. */
export async function expectWhole(trial: Trial, result: CollectResult): Promise<void> {
  expect(result).toMatchObject({ done: true, resumeAfter: null, coverage: 1, droppedCount: 0 });
  expect(await trial.day()).toEqual(await undisturbedDay(trial.mode));
  expect(await trial.staging()).toEqual([]);
  expect(await trial.statuses()).toEqual(['done', 'done']);
  expect(result.requests).toBe(trial.standIn.requests.count());
}

/** The collection stopped: the day is as it was, and what was fetched is kept. */
export async function expectKept(trial: Trial, status: 'waiting' | 'failed'): Promise<void> {
  expect(await trial.day()).toEqual(trial.before);
  expect(await trial.statuses()).toEqual(['done', status]);
  const slices = await trial.staging();
  expect(slices.length).toBeGreaterThan(1);
  expect(
    slices.filter((path) => !/slices\/(artists|(tracks|features)-\d{9}-\d{9})\.json$/.test(path)),
  ).toEqual([]);
}

/** The error of a collection that fails; the run is failed, and what was fetched is kept. */
export async function failure(trial: Trial): Promise<SoundalikeError> {
  const error = await trial.collect().catch((caught) => caught);
  expect(error).toBeInstanceOf(Error);
  await expectKept(trial, 'failed');
  return error;
}

/** After the fault is gone, the next call goes on where it stopped. */
export async function expectGoesOn(trial: Trial): Promise<void> {
  trial.standIn.faults.clear();
  const before = trial.standIn.requests.count();
  const result = await trial.collect({ date: TODAY });
  await expectWhole(trial, result);
  // It asks only for what is missing.
  expect(before).toBeGreaterThan(10);
  expect(trial.standIn.requests.count(TRACKS[trial.mode])).toBeLessThan(60 + before - 10);
}
