import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetFile, filesToImport } from '../../../adapters/dataset/files.ts';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { DayTakenError, InvalidInputError, LeaseHeldError, NoDataError } from '../../../core/errors.ts';
import type { AdoptRequest } from '../../../core/events.ts';
import { uploadKey, uploadPrefix } from '../../../core/names.ts';
import { repair } from '../../../core/run/replace.ts';
import { adoptImport } from '../../../lambdas/importer/adopt.ts';
import { IMPORTED_TABLES, ofDataset } from '../../../lambdas/importer/day.ts';
import { readDataset } from '../../../lambdas/importer/read-dataset.ts';
import { writeDatasetFolder } from '../../support/dataset-folder.ts';
import { runRow } from '../../support/machine.ts';
import { mortal } from '../../support/mortal.ts';
import { hashesOfDay, type Pipeline, TODAY, withPipeline } from '../../support/pipeline.ts';
import { playlistLine, songs } from '../../support/playlist-files.ts';
import { smallCatalogue } from '../../support/small-catalogue.ts';

const N = 4;
const UPLOAD = 'abc123';
const RUN = `import-${TODAY}-${UPLOAD}`;

/** Runs a test in which a dataset of `N` artists is uploaded. */
const withUpload = (test: (pipeline: Pipeline, request: AdoptRequest) => Promise<void>): Promise<void> =>
  withPipeline({ catalogue: smallCatalogue(1), follow: 0 }, async (pipeline) => {
    await test(pipeline, await upload(pipeline, UPLOAD, N));
  });

async function upload(pipeline: Pipeline, id: string, artists: number): Promise<AdoptRequest> {
  const dataset = join(pipeline.folder, `dataset-${artists}`);
  await writeDatasetFolder(dataset, smallCatalogue(artists));
  return await uploadPaths(pipeline, id, [dataset]);
}

async function uploadPaths({ folder }: Pipeline, id: string, paths: string[]): Promise<AdoptRequest> {
  const store = new FolderStore(join(folder, 'lake'));
  const read = await readDataset(
    { workspaceFolder: join(folder, 'work'), progress: () => {} },
    (await filesToImport(paths, () => {})) as DatasetFile[],
    (table, file, dataset) =>
      store.putFile(uploadKey(dataset === undefined ? id : ofDataset(id, dataset), table), file),
  );
  return { upload: id, result: { date: TODAY, ...read } };
}

/** Uploads two datasets of playlists, of so many songs each. */
async function uploadPlaylists(pipeline: Pipeline, id: string, count: number): Promise<AdoptRequest> {
  const paths = ['one', 'two'].map((name) => join(pipeline.folder, `${name}.jsonl`));
  for (const path of paths) await writeFile(path, playlistLine('p', songs(count)));
  return await uploadPaths(pipeline, id, paths);
}

const uploadOf = ({ folder }: Pipeline, id = UPLOAD): boolean =>
  IMPORTED_TABLES.some((table) => existsSync(join(folder, 'lake', uploadKey(id, table))));

test('an upload becomes the day, its artists known, and goes', () =>
  withUpload(async (pipeline, request) => {
    const result = await adoptImport(pipeline.main, request);
    expect(result).toMatchObject({ date: TODAY, run: RUN, artists: N, tracks: 3 * N, features: 3 * N });
    expect(Object.keys(await pipeline.day())).toEqual(['artists', 'top-tracks', 'audio-features']);
    expect(await pipeline.main.artists.list()).toHaveLength(N);
    expect([uploadOf(pipeline), await pipeline.staging()]).toEqual([false, []]);
    expect(await pipeline.main.runs.byId(RUN)).toMatchObject({
      status: 'done',
      summary: JSON.stringify(result),
    });
  }));

test('asked for twice it is done once, also when another import has replaced it', () =>
  withUpload(async (pipeline, request) => {
    const result = await adoptImport(pipeline.main, request);
    expect(await adoptImport(pipeline.main, request)).toEqual(result);
    expect(await pipeline.statuses()).toEqual(['done']);
    await adoptImport(pipeline.main, await upload(pipeline, 'other', 2));
    const after = await pipeline.day();
    expect(await adoptImport(pipeline.main, request)).toEqual(result);
    expect([await pipeline.statuses(), await pipeline.day()]).toEqual([['done', 'done'], after]);
  }));

test('a second invocation while the first is under way is refused, and takes nothing from it', () =>
  withUpload(async (pipeline, request) => {
    const other = await pipeline.process('other');
    const { stageUpload } = pipeline.main.lake;
    pipeline.main.lake.stageUpload = async (...values) => {
      await expect(adoptImport(other, request)).rejects.toThrow(LeaseHeldError);
      return await stageUpload.apply(pipeline.main.lake, values);
    };
    expect(await adoptImport(pipeline.main, request)).toMatchObject({ run: RUN });
  }));

test('the day of a collection is refused, and stays', () =>
  withUpload(async (pipeline, request) => {
    await pipeline.main.runs.insert(runRow({ id: 'c1' }));
    await expect(adoptImport(pipeline.main, request)).rejects.toThrow(DayTakenError);
    expect([await pipeline.day(), uploadOf(pipeline)]).toEqual([{}, true]);
  }));

test('an upload that is not whole fails, and can be adopted once it is', () =>
  withUpload(async (pipeline, request) => {
    const lake = join(pipeline.folder, 'lake');
    await cp(join(lake, 'uploads'), join(pipeline.folder, 'kept'), { recursive: true });
    await pipeline.main.lake.removeUpload(UPLOAD);
    const error = await adoptImport(pipeline.main, request).catch((error: Error) => error);
    expect(error).toBeInstanceOf(NoDataError);
    expect((error as Error).message).toContain('expected the uploaded artists');
    expect([await pipeline.day(), await pipeline.statuses()]).toEqual([{}, ['failed']]);
    await cp(join(pipeline.folder, 'kept'), join(lake, 'uploads'), { recursive: true });
    expect(await adoptImport(pipeline.main, request)).toMatchObject({ run: RUN });
    expect(await pipeline.statuses()).toEqual(['done']);
  }));

test('one that failed before another import has come is adopted by a run of another name', () =>
  withUpload(async (pipeline, request) => {
    const failed = { status: 'failed', finished_at: `${TODAY}T11:01:00.000Z` } as const;
    await pipeline.main.runs.insert(runRow({ id: RUN, kind: 'import', ...failed }));
    await pipeline.main.runs.insert(
      runRow({ id: 'z', kind: 'import', started_at: `${TODAY}T11:02:00.000Z`, ...failed, status: 'done' }),
    );
    const { run } = await adoptImport(pipeline.main, request);
    expect(run).toMatch(/^import-2026-11-22-main\d+$/);
  }));

test.each([
  ['upload', { upload: '../x' }],
  ['upload', { upload: 'x'.repeat(41) }],
  ['result.date', { result: { date: 'today' } }],
  ['result.files.0.rows', { result: { date: TODAY, files: [{ path: 'x', layout: 'y', rows: -1 }] } }],
])('a wrong %s is refused by its name (%j)', (field, change) =>
  withUpload(async (pipeline, request) => {
    const wrong = { ...request, ...change } as AdoptRequest;
    const error = await adoptImport(pipeline.main, wrong).catch((error: Error) => error);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).toContain(`adopt, field ${field}: `);
  }),
);

test('a dataset whose name leads elsewhere is refused; without any, as an older command line tells it, is fine', () =>
  withUpload(async (pipeline, { upload: id, result }) => {
    const wrong = { ...result, datasets: [{ name: '../x', playlists: 1, entries: 1 }] };
    await expect(adoptImport(pipeline.main, { upload: id, result: wrong })).rejects.toThrow(
      'adopt, field result.datasets.0.name: expected a dataset',
    );
    const { playlists, entries, notSongs, datasets, ...older } = result;
    expect(await adoptImport(pipeline.main, { upload: id, result: older } as AdoptRequest)).toMatchObject({
      ...{ run: RUN, playlists, entries, notSongs, datasets },
    });
  }));

const lengths = async ({ main }: Pipeline): Promise<(number | undefined)[]> => [
  (await main.lake.read('playlists', 'one'))?.length,
  (await main.lake.read('playlists', 'two'))?.length,
];

test('an upload of playlists alone becomes their datasets, beside a day of a collection', () =>
  withPipeline({ catalogue: smallCatalogue(1), follow: 0 }, async (pipeline) => {
    await pipeline.main.runs.insert(runRow({ id: 'c1' }));
    const request = await uploadPlaylists(pipeline, UPLOAD, 3);
    const result = await adoptImport(pipeline.main, request);
    expect(result).toMatchObject({
      date: TODAY,
      run: `import-playlists-${UPLOAD}`,
      playlists: 2,
      entries: 6,
    });
    expect(await lengths(pipeline)).toEqual([3, 3]);
    expect([await pipeline.day(), await pipeline.staging(), await pipeline.statuses()]).toEqual([
      {},
      [],
      ['done'],
    ]);
    expect(existsSync(join(pipeline.folder, 'lake', uploadPrefix(UPLOAD)))).toBe(false);
    await adoptImport(pipeline.main, await uploadPlaylists(pipeline, 'other', 1));
    expect(await adoptImport(pipeline.main, request)).toEqual(result);
    expect(await lengths(pipeline)).toEqual([1, 1]);
  }));

test('playlists without their upload fail, and what was there stays', () =>
  withPipeline({ catalogue: smallCatalogue(1), follow: 0 }, async (pipeline) => {
    await adoptImport(pipeline.main, await uploadPlaylists(pipeline, UPLOAD, 3));
    const request = await uploadPlaylists(pipeline, 'other', 1);
    await pipeline.main.lake.removeUpload('other/two');
    await expect(adoptImport(pipeline.main, request)).rejects.toThrow('expected the uploaded playlists');
    expect(await lengths(pipeline)).toEqual([3, 3]);
  }));

test('playlists whose adoption is killed before any of its writes are whole, each, and done by the next', async () => {
  let n = 0;
  for (let isDead = true; isDead; ) {
    n += 1;
    await withPipeline({ catalogue: smallCatalogue(1), follow: 0 }, async (pipeline) => {
      await adoptImport(pipeline.main, await uploadPlaylists(pipeline, 'first', 3));
      pipeline.clock.advance(1000);
      const request = await uploadPlaylists(pipeline, UPLOAD, 5);
      const dying = mortal(pipeline.main, pipeline.folder, n);
      await adoptImport(dying.deps, request).catch(() => undefined);
      isDead = dying.isDead();
      for (const length of await lengths(pipeline)) expect([3, 5]).toContain(length);
      pipeline.gone.add('main');
      const other = await pipeline.process('other');
      expect((await adoptImport(other, request)).run).toBe(`import-playlists-${UPLOAD}`);
      expect([await lengths(pipeline), await pipeline.statuses('playlists')]).toEqual([
        [5, 5],
        ['done', 'done'],
      ]);
    });
  }
  expect(n).toBeGreaterThan(8);
});

test('killed before any of its writes, the next invocation brings it to the same end', async () => {
  let whole: Record<string, string> = {};
  await withUpload(async (pipeline, request) => {
    await adoptImport(pipeline.main, request);
    whole = await hashesOfDay(pipeline.folder);
  });
  let n = 0;
  for (let isDead = true; isDead; ) {
    n += 1;
    await withUpload(async (pipeline, request) => {
      const dying = mortal(pipeline.main, pipeline.folder, n);
      const first = await adoptImport(dying.deps, request).catch(() => undefined);
      isDead = dying.isDead();
      pipeline.gone.add('main');
      const other = await pipeline.process('other');
      // Whoever comes first brings it forward, be it another command or the same upload again.
      if (n % 2) await repair(other, []);
      const second = await adoptImport(other, request);
      expect(second.run).toBe(RUN);
      if (first) expect(second).toEqual(first);
      expect(await pipeline.day()).toEqual(whole);
      expect([await pipeline.statuses(), uploadOf(pipeline)]).toEqual([['done'], false]);
      expect(await pipeline.main.artists.list()).toHaveLength(N);
    });
  }
  expect(n).toBeGreaterThan(10);
});
