import { FolderStore } from '../../../adapters/lake/folder.ts';
import { writeTable } from '../../../adapters/lake/parquet.ts';
import { InvalidInputError, LeaseHeldError, NoDataError } from '../../../core/errors.ts';
import { UPLOADS, uploadKey } from '../../../core/names.ts';
import { adoptModel } from '../../../lambdas/trainer/adopt.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';

const UPLOAD = 'abc123';
const RUN = `training-${TODAY}-${UPLOAD}`;
const request = { upload: UPLOAD, date: TODAY, result: { model: 'sg-d2', run: 'elsewhere', vocabulary: 1 } };
const ROW = { track_id: 't', name: null, artist_name: null, vector: Float32Array.of(1, 2), count: 2 };

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

const store = () => new FolderStore(machine.lakeFolder);
const upload = () =>
  store().write(uploadKey(UPLOAD, 'track_vectors'), (append) => writeTable('track_vectors', [ROW], append));

test('what was uploaded becomes the newest model, once, and the upload goes', async () => {
  await upload();
  const adopted = await adoptModel(machine, request);
  expect(adopted).toEqual({ ...request.result, run: RUN });
  expect(await machine.lake.read('track_vectors', 'sg-d2')).toEqual([ROW]);
  expect(await store().list(UPLOADS)).toEqual([]);
  const [run, ...others] = await machine.runs.done('training');
  expect([run?.id, run?.summary, others]).toEqual([RUN, JSON.stringify(adopted), []]);
  // Its answer was lost.
  expect(await adoptModel(machine, request)).toEqual(adopted);
  expect(await machine.runs.done('training')).toHaveLength(1);
});

test('an upload that is not there fails, and is adopted once it is', async () => {
  await expect(adoptModel(machine, request)).rejects.toThrow(NoDataError);
  expect((await machine.runs.byId(RUN))?.status).toBe('failed');
  await upload();
  expect(await adoptModel(machine, request)).toMatchObject({ run: RUN });
});

test('not while a training is under way', async () => {
  await upload();
  await machine.runs.insert(runRow({ kind: 'training', status: 'running' }));
  await expect(adoptModel(machine, request)).rejects.toThrow(LeaseHeldError);
});

test.each([
  [{ ...request, upload: '../x' }],
  [{ ...request, result: { model: '../x' } }],
  [{ ...request, result: {} }],
])('%j is refused', async (wrong) => {
  await expect(adoptModel(machine, wrong as typeof request)).rejects.toThrow(InvalidInputError);
});
