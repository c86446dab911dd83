import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { storageError } from '../../../adapters/storage-error.ts';
import {
  InvalidInputError,
  LeaseHeldError,
  NoDataError,
  StorageError,
  TooLongError,
} from '../../../core/errors.ts';
import type { TrainResult } from '../../../core/events.ts';
import { CHECKPOINTS, checkpointPrefix, partitionKey } from '../../../core/names.ts';
import { type TrainDeps, train } from '../../../lambdas/trainer/train.ts';
import { removeDay } from '../../support/lake.ts';
import { type Machine, openMachine, runRow, TODAY } from '../../support/machine.ts';
import { mortal } from '../../support/mortal.ts';
import type { Process } from '../../support/pipeline.ts';
import { groups, putPlaylists } from '../../support/playlist-groups.ts';

const SETTINGS = { size: 4, epochs: 3, minCount: 1 };

let machine: Machine;
/** What an undisturbed training makes of the playlists. */
let whole: { result: TrainResult; bytes: Buffer };

beforeAll(async () => {
  const undisturbed = await openMachine();
  await putPlaylists(undisturbed, 'one', groups(1));
  const result = await train({ ...undisturbed, progress: () => {}, say: () => {} }, SETTINGS);
  whole = { result, bytes: await bytesOf(undisturbed, result.model) };
  await undisturbed.close();
});
beforeEach(async () => {
  machine = await openMachine();
  await putPlaylists(machine, 'one', groups(1));
});
afterEach(() => machine.close());

const bytesOf = ({ lakeFolder }: Machine, model: string) =>
  readFile(join(lakeFolder, partitionKey('track_vectors', model)));

const deps = (changes: Partial<TrainDeps> = {}): TrainDeps => ({
  ...machine,
  progress: () => {},
  say: () => {},
  ...changes,
});

/** Each report takes a second; the call has so many. */
const inSeconds = (seconds: number): TrainDeps =>
  deps({ progress: () => machine.clock.advance(1000), deadline: machine.clock.now() + seconds * 1000 });

const store = () => new FolderStore(machine.lakeFolder);
const statuses = async () => (await machine.runs.ofDay(TODAY)).map(({ status }) => status);

/** The model is as an undisturbed training makes it, and nothing is left of the work. */
async function expectWhole(result: TrainResult): Promise<void> {
  expect(result).toEqual({ ...whole.result, run: result.run, seconds: expect.any(Number) });
  expect(await bytesOf(machine, result.model)).toEqual(whole.bytes);
  expect(await store().list(CHECKPOINTS)).toEqual([]);
}

test('in calls of a few seconds it ends with the same bytes and figures, on another day too', async () => {
  const calls: TrainResult[] = [];
  for (let run: string | undefined; !calls.at(-1)?.done; run = calls.at(-1)?.run) {
    expect(calls.length).toBeLessThan(50);
    calls.push(await train(inSeconds(7), run === undefined ? SETTINGS : { run }));
    if (!calls.at(-1)?.done) expect(await statuses()).toEqual(['waiting']);
    if (calls.length === 3) machine.clock.advance(24 * 3600 * 1000);
  }
  expect(calls.length).toBeGreaterThan(5);
  const [first] = calls;
  expect(first).toMatchObject({
    ...{ done: false, vocabulary: 0, quality: null, playlists: 60, tracks: 30 },
  });
  expect(first).toMatchObject({ model: whole.result.model, stopped: 'the time of this call is used up' });
  expect(new Set(calls.map(({ run }) => run)).size).toBe(1);
  const seconds = calls.map((call) => call.seconds);
  expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
  await expectWhole(calls.at(-1) as TrainResult);
  expect(await train(deps(), { run: first?.run })).toEqual(calls.at(-1));
});

test('a process that dies before any of its writes leaves what the next goes on from, to the same bytes', async () => {
  let isDead = true;
  let deaths = 0;
  for (let n = 1; isDead; n++) {
    const dying = mortal(machine as unknown as Process, machine.folder, n);
    const { lake, runs, transaction } = dying.deps as unknown as TrainDeps;
    const dead = await train(deps({ lake, runs, transaction }), SETTINGS).catch((error: Error) => error);
    isDead = dying.isDead();
    // The last write is to remove what is left over, when the model is there.
    if (isDead && dead instanceof Error) expect(dead.message).toBe(`dead before its write ${n}`);
    else expect(dead).toMatchObject({ done: true });
    deaths += 1;
    // The lease of the dead runs out.
    machine.clock.advance(61_000);
    await expectWhole(await train(deps(), SETTINGS));
    await removeDay(machine.lake, 'track_vectors', whole.result.model);
  }
  expect(deaths).toBeGreaterThan(12);
});

test('a process that dies goes on in its run, not in a new one', async () => {
  const dying = mortal(machine as unknown as Process, machine.folder, 9);
  const { lake, runs, transaction } = dying.deps as unknown as TrainDeps;
  await expect(train(deps({ lake, runs, transaction }), SETTINGS)).rejects.toThrow('dead');
  const [run] = await machine.runs.ofDay(TODAY);
  machine.clock.advance(61_000);
  const result = await train(deps(), SETTINGS);
  expect([result.run, await statuses()]).toEqual([run?.id, ['done']]);
});

test('other settings begin another run, and what was kept goes', async () => {
  const { run } = await train(inSeconds(7), SETTINGS);
  await expect(train(deps(), { ...SETTINGS, size: 5 })).rejects.toThrow(LeaseHeldError);
  machine.clock.advance(16 * 60_000);
  expect(await machine.lake.checkpoints()).toEqual([run]);
  const other = await train(deps(), { ...SETTINGS, size: 5 });
  expect(other.run).not.toBe(run);
  expect(await statuses()).toEqual(['failed', 'done']);
  expect(await store().list(CHECKPOINTS)).toEqual([]);
});

test.each([
  ['of another version', (bytes: Buffer) => bytes.fill('1', 20, 21), 'begins with "soundalike training 2"'],
  ['cut short', (bytes: Buffer) => bytes.subarray(0, -1), 'the training begins anew: expected a training'],
])('a checkpoint %s is told of, and the training begins anew', async (_, damage, message) => {
  const { run } = await train(inSeconds(7), SETTINGS);
  const [key] = await store().list(checkpointPrefix(run));
  const path = join(machine.lakeFolder, key as string);
  await writeFile(path, damage(await readFile(path)));
  const said: string[] = [];
  await expectWhole(await train(deps({ say: (line) => said.push(line) }), { run }));
  expect(said.join().toLowerCase()).toContain(message.toLowerCase());
});

test('playlists that have changed meanwhile: it begins anew, with these', async () => {
  const { run } = await train(inSeconds(12), SETTINGS);
  await putPlaylists(machine, 'two', groups(2));
  const said: string[] = [];
  const result = await train(deps({ say: (line) => said.push(line) }), { run });
  expect(said).toEqual(['The playlists have changed: the training begins anew.']);
  const bytes = await bytesOf(machine, result.model);
  const fresh = await train(deps(), SETTINGS);
  expect(fresh).toEqual({ ...result, run: fresh.run, seconds: fresh.seconds });
  expect(await bytesOf(machine, fresh.model)).toEqual(bytes);
});

test('an epoch that takes longer than a call may last is refused, not tried for ever', async () => {
  const list = Array.from({ length: 100 }, (_, i) => `t${i}`);
  await putPlaylists(
    machine,
    'one',
    Object.fromEntries(Array.from({ length: 4000 }, (_, p) => [`p${p}`, list])),
  );
  // It takes three seconds, of which the first tells how long the others will take.
  const failed = train(inSeconds(2), SETTINGS);
  await expect(failed).rejects.toThrow(TooLongError);
  await expect(failed).rejects.toThrow('400000 places, which take longer');
  expect(await statuses()).toEqual(['failed']);
});

test('a full disk at a checkpoint: it fails, and goes on from the one before', async () => {
  let kept = 0;
  class FullStore extends FolderStore {
    override async put(key: string, bytes: Uint8Array): Promise<void> {
      if (key.startsWith(CHECKPOINTS) && ++kept === 2) throw storageError(key, { code: 'ENOSPC' });
      await super.put(key, bytes);
    }
  }
  const lake = new ParquetLake(new FullStore(machine.lakeFolder));
  await expect(train(deps({ lake }), SETTINGS)).rejects.toThrow(StorageError);
  expect([await statuses(), (await store().list(CHECKPOINTS)).length]).toEqual([['failed'], 1]);
  await expectWhole(await train(deps({ lake }), SETTINGS));
  // Two of the first training's three epochs were left, and all of the second's.
  expect(kept).toBe(2 + 2 + 3);
});

test('a run that is none, or none of a training, cannot be gone on with', async () => {
  await machine.runs.insert(runRow({ id: 'a-collection' }));
  await expect(train(deps(), { run: 'a-collection' })).rejects.toThrow(NoDataError);
  await expect(train(deps(), { run: 'none' })).rejects.toThrow('the id of a training, got none');
  await expect(train(deps(), { run: 'no id' })).rejects.toThrow(InvalidInputError);
});

test('a run of an older version of this program, which kept nothing, begins anew', async () => {
  await machine.runs.insert(
    runRow({ kind: 'training', id: 'older', status: 'failed', progress: '{"size":64}' }),
  );
  expect(await train(deps(), { run: 'older' })).toMatchObject({ run: 'older', done: true });
});
