import { DayNotReadyError, LeaseHeldError } from '../../../core/errors.ts';
import type { Run } from '../../../core/ports.ts';
import { collect } from '../../../lambdas/collector/collect.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import type { Mode } from '../../../sample/stand-in/modes.ts';
import { mortal } from '../../support/mortal.ts';
import { TODAY } from '../../support/pipeline.ts';
import { artistId } from '../../support/small-catalogue.ts';
import { type Trial, undisturbedDay, withTrial } from '../../support/trial.ts';

/** How far a collection had come when it died: the state of its run, `none` where there was none yet. */
type Stage = 'none' | 'running' | 'replacing' | 'done';

const collections = async ({ main }: Trial): Promise<Run[]> =>
  (await main.database.runs.ofDay(TODAY)).filter(({ kind }) => kind === 'collection');

/** Runs a trial whose first process dies before its n-th write; undefined where it did not come to that. */
async function dieBefore(
  n: number,
  mode: Mode,
  test: (trial: Trial, stage: Stage) => Promise<void>,
): Promise<Stage | undefined> {
  let stage: Stage | undefined;
  await withTrial(mode, async (trial) => {
    const { run } = await compare(trial.main, { date: TODAY });
    const { deps, isDead } = mortal(trial.main, trial.folder, n);
    const outcome = await collect(deps, {}).catch((error) => error);
    if (!isDead()) return;
    stage = ((await collections(trial))[1]?.status ?? 'none') as Stage;
    // What comes after a run is done is no failure of it.
    if (stage !== 'done') expect(outcome).toBeInstanceOf(Error);
    if (stage === 'none' || stage === 'running') expect(await trial.day()).toEqual(trial.before);
    if (stage === 'done') expect(await trial.day()).toEqual(await undisturbedDay(mode));
    // Whoever asks meanwhile gets the last good run, whole.
    const published = await trial.main.relatedArtists.nearest(artistId(1), 100);
    expect([published?.published.run_id, published?.neighbours.length]).toEqual([run, 58]);
    await test(trial, stage);
  });
  return stage;
}

/** The next command by another process, when the host knows that the first has ended. */
async function nextCollect(trial: Trial, stage: Stage): Promise<void> {
  const other = await trial.process('other');
  if (stage === 'running' || stage === 'replacing') {
    await expect(collect(other, {})).rejects.toThrow(LeaseHeldError);
  }
  trial.gone.add('main');
  expect(await collect(other, {})).toMatchObject({ done: true, coverage: 1, tracks: 180 });
  expect(await trial.day()).toEqual(await undisturbedDay(trial.mode));
  expect(await trial.staging()).toEqual([]);
  // One that died while it collected is gone on with; no other run is begun beside it.
  expect((await collections(trial)).map(({ status }) => status)).toEqual(
    Array(stage === 'none' || stage === 'running' ? 2 : 3).fill('done'),
  );
}

test('killed before each of its writes in turn: the day is whole, and the next collection is right', async () => {
  const stages: Stage[] = [];
  for (let n = 1; ; n++) {
    const stage = await dieBefore(n, 'extended', nextCollect);
    if (stage === undefined) break;
    stages.push(stage);
  }
  expect(stages[0]).toBe('none');
  // It died in every state, and in that order.
  expect(stages.filter((stage, i) => stage !== stages[i - 1])).toEqual([
    'none',
    'running',
    'replacing',
    'done',
  ]);
  expect(stages.filter((stage) => stage === 'running').length).toBeGreaterThan(10);
  expect(stages.filter((stage) => stage === 'replacing').length).toBeGreaterThan(4);
});

test.each([2, 5, 9, 13, 17, 21])('in development mode, killed before write %d', async (n) => {
  expect(await dieBefore(n, 'development', nextCollect)).toBeDefined();
});

test('one that died while it replaced its day: similarity refuses the day, then rolls it forward', async () => {
  let rolled = 0;
  for (let n = 12; ; n++) {
    const stage = await dieBefore(n, 'extended', async (trial, at) => {
      if (at !== 'replacing') return;
      const other = await trial.process('other');
      for (const request of [{ date: TODAY }, { date: TODAY, dryRun: true }]) {
        await expect(compare(other, request)).rejects.toThrow(DayNotReadyError);
      }
      trial.clock.advance(60_000);
      expect(await compare(other, { date: TODAY })).toMatchObject({ artists: 60, published: true });
      expect(await trial.day()).toEqual(await undisturbedDay(trial.mode));
      expect(await trial.staging()).toEqual([]);
      const [, rolledForward] = await collections(trial);
      expect(rolledForward).toMatchObject({ kind: 'collection', status: 'done', owner: 'other' });
      expect(JSON.parse(rolledForward?.summary ?? '')).toMatchObject({ done: true, tracks: 180 });
      const rows = await trial.main.lake.read('runs', TODAY);
      expect(rows?.map(({ kind, status }) => [kind, status])).toContainEqual(['collection', 'done']);
      rolled += 1;
    });
    if (stage === undefined) break;
  }
  expect(rolled).toBeGreaterThan(4);
});
