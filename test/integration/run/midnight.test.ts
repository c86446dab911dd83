import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Lake } from '../../../core/ports.ts';
import { importDataset } from '../../../lambdas/importer/import.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import type { FakeClock } from '../../support/clock.ts';
import { FEATURE_COLUMNS, featureValues } from '../../support/import.ts';
import { lakeWith } from '../../support/lake.ts';
import { filesBelow, type Pipeline, TODAY, TOMORROW, withPipeline } from '../../support/pipeline.ts';
import { smallCatalogue } from '../../support/small-catalogue.ts';

const HOUR_MS = 3_600_000;
/** From noon, when the clock begins, to ten seconds before midnight. */
const UNTIL_NIGHT_MS = 12 * HOUR_MS - 10_000;

/** The deps of a run for which midnight comes when it has just begun. */
function acrossMidnight<D extends { lake: Lake; clock: Clock }>(deps: D): D {
  const clock = deps.clock as FakeClock;
  const discardBefore: Lake['discardBefore'] = async (place) => {
    if (new Date(clock.now()).toISOString().startsWith(TODAY)) clock.advance(20_000);
    await deps.lake.discardBefore(place);
  };
  return { ...deps, lake: lakeWith(deps.lake, { discardBefore }) };
}

/** All is of the day that the run began on, and it did end on the next. */
async function expectOfToday({ main, clock, folder }: Pipeline, tables: string[]): Promise<void> {
  expect(new Date(clock.now()).toISOString().slice(0, 10)).toBe(TOMORROW);
  expect(await main.runs.ofDay(TOMORROW)).toEqual([]);
  const run = (await main.runs.ofDay(TODAY)).at(-1);
  expect(run).toMatchObject({
    status: 'done',
    id: expect.stringContaining(TODAY),
    started_at: expect.stringContaining(TODAY),
    finished_at: expect.stringContaining(TOMORROW),
  });
  const files = (await filesBelow(join(folder, 'lake'))).map((path) => path.split('/'));
  expect([...new Set(files.map(([, day]) => day))]).toEqual([`dt=${TODAY}`]);
  expect(files.map(([table]) => table)).toEqual(expect.arrayContaining(tables));
  expect((await main.lake.read('runs', TODAY))?.at(-1)).toMatchObject({ id: run?.id, status: 'done' });
}

const trial = (test: (pipeline: Pipeline) => Promise<void>) =>
  withPipeline({ catalogue: smallCatalogue(12) }, test);

const DAY_TABLES = ['artists', 'audio-features', 'top-tracks', 'runs'];

test('a collection that midnight falls into is of the day that it began on', () =>
  trial(async (pipeline) => {
    pipeline.clock.advance(UNTIL_NIGHT_MS);
    const result = await pipeline.collect({}, acrossMidnight(pipeline.main));
    expect(result).toMatchObject({ date: TODAY, done: true });
    await expectOfToday(pipeline, DAY_TABLES);
  }));

test('so is a similarity, with what it publishes and reports', () =>
  trial(async (pipeline) => {
    const { main, clock, folder } = pipeline;
    await pipeline.collect();
    clock.advance(UNTIL_NIGHT_MS);
    const { date, run, published } = await compare(acrossMidnight(main), {});
    expect([date, published]).toEqual([TODAY, true]);
    await expectOfToday(pipeline, ['artist-features', 'related-artists', 'scores', 'reports']);
    expect((await main.relatedArtists.nearest('', 1))?.published).toMatchObject({ run_id: run, dt: TODAY });
    expect(await filesBelow(join(folder, 'lake/reports'))).toContain(`dt=${TODAY}/index.html`);
  }));

test('so is an import', () =>
  withPipeline({ catalogue: smallCatalogue(1), follow: 0 }, async (pipeline) => {
    const { main, clock, folder, said } = pipeline;
    const path = join(folder, 'dataset.csv');
    await writeFile(
      path,
      `id,name,popularity,artists,id_artists,${FEATURE_COLUMNS}\nt1,One,3,"['Ann']","['a1']",${featureValues(0.1)}\n`,
    );
    clock.advance(UNTIL_NIGHT_MS);
    const deps = {
      ...acrossMidnight(main),
      workspaceFolder: join(folder, 'import'),
      say: (line: string) => void said.push(line),
    };
    expect(await importDataset(deps, { paths: [path] })).toMatchObject({ date: TODAY, tracks: 1 });
    await expectOfToday(pipeline, DAY_TABLES);
  }));
