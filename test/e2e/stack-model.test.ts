import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ParquetLake } from '../../adapters/lake/lake.ts';
import { S3Store } from '../../adapters/lake/s3.ts';
import { LeaseHeldError } from '../../core/errors.ts';
import {
  type AdoptModelRequest,
  type ImportResult,
  parseInput,
  TrainRequest,
  type TrainResult,
} from '../../core/events.ts';
import { partitionKey } from '../../core/names.ts';
import { writeVectors } from '../../core/vectors/formats.ts';
import { adoptModel } from '../../lambdas/trainer/adopt.ts';
import { clientFor, patience } from '../support/aws/client.ts';
import { LAKE } from '../support/aws/cloud.ts';
import { type DeployedStack, STACK, serveStack } from '../support/aws/deployed-stack.ts';
import { documentOf, type Ended, errorOf, soundalike } from '../support/cli.ts';
import { type Machine, openMachine } from '../support/machine.ts';
import { playlistLine } from '../support/playlist-files.ts';
import { groups } from '../support/playlist-groups.ts';

let stack: DeployedStack;
/** The machine of the stack's functions. */
let machine: Machine;
let lake: ParquetLake;
beforeEach(async () => {
  stack = await serveStack();
  machine = await openMachine();
  const client = new S3Client({ ...clientFor(stack.s3.url), forcePathStyle: true });
  lake = new ParquetLake(new S3Store({ client, bucket: LAKE, ...patience() }));
  stack.lambda.functions.trainer = (event) =>
    adoptModel({ ...machine, lake }, parseInput(TrainRequest, event, 'trainer').adopt as AdoptModelRequest);
});
afterEach(async () => {
  await stack.close();
  await machine.close();
});

const cli = (...args: string[]): Promise<Ended> => soundalike([...args, '--json'], stack);

test('trains here on the playlists of a folder, and the stack has the same model as its newest', async () => {
  const data = join(machine.folder, 'data');
  const path = join(machine.folder, 'some.jsonl');
  const lines = Object.entries(groups(1)).map(([id, ids]) =>
    playlistLine(
      id,
      ids.map((song) => ({ id: song })),
    ),
  );
  await writeFile(path, lines.join('\n'));
  expect((await soundalike(['import', path, '--data', data])).status).toBe(0);
  const settings = ['--size', '4', '--epochs', '2', '--min-count', '1'];
  const ended = await cli('train', ...settings, '--data', data, '--stack', STACK);
  const trained = documentOf<TrainResult>(ended);
  expect([ended.status, trained]).toMatchObject([0, { done: true, playlists: 60, vocabulary: 30 }]);
  const key = partitionKey('track_vectors', trained.model);
  expect([...stack.s3.objects.keys()]).toEqual([`${LAKE}/${key}`]);
  expect(stack.s3.objects.get(`${LAKE}/${key}`)).toEqual(await readFile(join(data, 'lake', key)));
  const [run] = await machine.runs.done('training');
  expect(run).toMatchObject({ id: trained.run, summary: JSON.stringify(trained) });
  const { stdout } = await soundalike(['train', ...settings, '--data', data, '--stack', STACK], stack);
  expect(stdout).toContain(`It is the newest model of ${STACK}.`);
});

test('a stack that is not there is told before anything is trained; what fails leaves no upload', async () => {
  const data = join(machine.folder, 'data');
  expect(errorOf(await cli('train', '--data', data, '--stack', 'Other'), 1).message).toContain('Other');
  expect(errorOf(await cli('train', '--data', data, '--stack', STACK), 1).code).toBe('no-data');
  expect(stack.lambda.invocations).toEqual([]);
});

test('reads a file of vectors here, and the stack has them as its newest model', async () => {
  const path = join(machine.folder, 'vectors.bin');
  const vectors = { ids: ['b', 'a', 'none'], size: 2, vectors: Float32Array.of(1, 2, 3, 4, 5, 6) };
  await writeFile(path, writeVectors(vectors, 'binary'));
  const ended = await cli('import', path, '--stack', STACK);
  const { run, models, files } = documentOf<ImportResult>(ended);
  expect([ended.status, models]).toEqual([0, [{ name: 'file-vectors', rows: 3, size: 2 }]]);
  expect(files).toMatchObject([{ layout: 'word2vec-binary', rows: 3 }]);
  expect((await lake.read('track_vectors', 'file-vectors'))?.map(({ track_id }) => track_id)).toEqual([
    'a',
    'b',
    'none',
  ]);
  const [done] = await machine.runs.done('training');
  expect(JSON.parse(done?.summary ?? '')).toMatchObject({ run, model: 'file-vectors', imported: true });
  expect(done?.id).toBe(run);
  await writeFile(path, writeVectors(vectors, 'binary').subarray(0, -1));
  expect(errorOf(await cli('import', path, '--stack', STACK), 1).code).toBe('dataset');
  expect(stack.lambda.invocations).toHaveLength(1);
});

test('where the trainer refuses it, what was uploaded goes', async () => {
  stack.lambda.functions.trainer = () => {
    throw new LeaseHeldError('expected no other training under way, got one', 'wait');
  };
  const path = join(machine.folder, 'vectors.txt');
  await writeFile(path, '1 1\na 1\n');
  expect(errorOf(await cli('import', path, '--stack', STACK), 1).code).toBe('lease-held');
  expect([...stack.s3.objects.keys()]).toEqual([]);
});
