import { holdOut } from '../../../core/recommend/holdout.ts';
import { settingsOf } from '../../../core/vectors/settings.ts';
import { type TrainDeps, train } from '../../../lambdas/trainer/train.ts';
import { tune } from '../../../lambdas/trainer/tune.ts';
import { FakeClock } from '../../support/clock.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';
import { groups, putPlaylists } from '../../support/playlist-groups.ts';
import { playlistsOf } from '../../support/playlists.ts';

let machine: Machine;
let said: string[];
beforeEach(async () => {
  machine = await openMachine();
  said = [];
  await putPlaylists(machine, 'one', groups(1));
});
afterEach(() => machine.close());

/** Each report takes a second. */
const deps = (changes: Partial<TrainDeps> = {}): TrainDeps => ({
  ...machine,
  progress: () => machine.clock.advance(1000),
  say: (line) => said.push(line),
  ...changes,
});
/** Too little to learn anything by, but that the search may learn longer and faster. */
const base = settingsOf({ size: 4, epochs: 1, minCount: 1, rate: 0.001 });

function search(lists: readonly (readonly string[])[], seconds: number, deadline?: number) {
  const clock = new FakeClock();
  const reports: number[] = [];
  const progress = (_: string, done: number, total: number) => {
    expect(done).toBeLessThanOrEqual(total);
    reports.push(done);
    clock.advance(1000);
  };
  const given = { size: 4, minCount: 1 };
  const work = { clock, progress, ...(deadline && { deadline: clock.now() + deadline * 1000 }) };
  return tune(work, playlistsOf(lists), { base, given, seconds }).then((found) => ({ ...found, reports }));
}

test('a search finds settings by which more is found, keeps those that are given, and is the same again', async () => {
  const lists = Object.values(groups(1));
  const { settings, tuned } = await search(lists, 60);
  expect(settings).toMatchObject({ size: 4, minCount: 1, seed: 1 });
  expect(tuned.reached).toBeGreaterThan(tuned.before);
  expect(tuned.tried).toBeGreaterThan(10);
  expect(tuned).toMatchObject({ measure: 'mean of hitRate10 and ndcg500', seconds: expect.any(Number) });
  expect(await search(lists, 60)).toMatchObject({ settings, tuned });
});

test('it ends when its time is over, or the deadline comes, with the best of what was tried to its end', async () => {
  const lists = Object.values(groups(1));
  const { tuned, reports } = await search(lists, 20);
  expect([tuned.seconds, Math.max(...reports)]).toEqual([21, 20]);
  const nothing = { settings: base, tuned: { tried: 0, reached: 0, before: 0, seconds: 4 } };
  expect(await search(lists, 20, 3)).toMatchObject(nothing);
  expect(await search(lists, 3)).toMatchObject(nothing);
});

test('the playlists on which the quality is told are not looked at', async () => {
  const lists = Object.values(groups(1));
  const { heldOut } = holdOut(playlistsOf(lists), base.seed);
  const held = new Set(heldOut.map(({ rest }) => [...rest.given, ...rest.hidden].sort().join()));
  expect(held.size).toBe(12);
  const others = lists.map((list, p) =>
    held.has([...new Set(list)].sort().join()) ? list.map((id) => `other-${p}-${id}`) : list,
  );
  expect(others.filter((list) => list[0]?.startsWith('other'))).toHaveLength(12);
  expect(await search(others, 30)).toEqual(await search(lists, 30));
});

test('what a run has found is stored, used by those that follow, and said; what is given counts more', async () => {
  const tuned = await train(deps(), { size: 4, minCount: 1, tune: 60 });
  expect(tuned).toMatchObject({ done: true, tunedBy: null, tuned: { tried: expect.any(Number) } });
  expect(tuned.settings).toMatchObject({ size: 4, minCount: 1 });
  const { summary } = (await machine.runs.byId(tuned.run)) ?? {};
  expect(JSON.parse(summary ?? '')).toEqual(tuned);
  expect(said).toEqual([]);

  machine.clock.advance(1000);
  const next = await train(deps(), {});
  expect(next).toMatchObject({
    settings: tuned.settings,
    tunedBy: tuned.run,
    tuned: null,
    model: tuned.model,
  });
  expect(said).toEqual([`Settings that are not given are those that run ${tuned.run} has found.`]);
  const { settings } = await train(deps(), { epochs: 2, cbow: true });
  expect(settings).toEqual({ ...tuned.settings, epochs: 2, architecture: 'cbow' });
});

test('runs that were not tuned, or stored something else, are passed over', async () => {
  const summaries = ['{"model":"file-x","imported":true}', '{"tuned":{},"settings":{"size":"many"}}'];
  for (const [i, summary] of summaries.entries()) {
    await machine.runs.insert(
      runRow({ id: `r${i}`, kind: 'training', summary, finished_at: `${TODAY}T11:30:00.000Z` }),
    );
  }
  expect(await train(deps(), {})).toMatchObject({ tunedBy: null, settings: settingsOf({}) });
});

test('in a function the search ends at the deadline, and the next call trains with what was found', async () => {
  const deadline = machine.clock.now() + 30_000;
  const stopped = await train(deps({ deadline }), { size: 4, minCount: 1, tune: 3600 });
  expect(stopped).toMatchObject({ done: false, tuned: { tried: expect.any(Number) } });
  expect(stopped.tuned?.seconds).toBeLessThan(35);
  const done = await train(deps(), { run: stopped.run });
  expect(done).toMatchObject({ done: true, settings: stopped.settings, tuned: stopped.tuned });
});
