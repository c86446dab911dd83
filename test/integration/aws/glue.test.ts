import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GlueClient } from '@aws-sdk/client-glue';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { GluePartitions, RegisteringStore } from '../../../adapters/lake/glue.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { AwsError, AwsRefusedError } from '../../../core/errors.ts';
import { partitionKey } from '../../../core/names.ts';
import { clientFor, inThisRealm, patience } from '../../support/aws/client.ts';
import { AwsFault, type JsonService, type Output, serveJson, turns } from '../../support/aws/json-service.ts';
import { removeDay, TEST_PLACE } from '../../support/lake.ts';

const DAY = '2026-11-22';
const DESCRIPTOR = {
  Columns: [{ Name: 'id', Type: 'string' }],
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
};
const ROW = { artist_id: 'a', y_artist: 'b', distance: 0.25, rank: 1, confidence: null, reasons: null };

let glue: JsonService;
let folder: string;
let partitions: GluePartitions;
let store: RegisteringStore;

beforeEach(async () => {
  glue = await serveJson({
    GetTable: ({ Name }) => ({
      Table: { Name, StorageDescriptor: { ...DESCRIPTOR, Location: `s3://lake/${Name}/` } },
    }),
    BatchCreatePartition: () => ({ Errors: [] }),
    DeletePartition: () => ({}),
  });
  folder = await mkdtemp(join(tmpdir(), 'soundalike-glue-'));
  const client = inThisRealm(new GlueClient(clientFor(glue.url)));
  partitions = new GluePartitions({ client, database: 'music', ...patience() });
  store = new RegisteringStore(new FolderStore(folder), partitions);
});
afterEach(async () => {
  await glue.close();
  await rm(folder, { recursive: true });
});

/** What `BatchCreatePartition` says of a partition that it did not create, with status 200. */
const failed = (ErrorCode: string): Output => ({
  Errors: [{ PartitionValues: [DAY], ErrorDetail: { ErrorCode, ErrorMessage: 'as the test wants' } }],
});
const operations = () => glue.calls.map(({ operation }) => operation);

test('a partition is registered as its table is, at a place below', async () => {
  await partitions.register('top_tracks', DAY);
  await partitions.register('top_tracks', '2026-11-23');
  expect(operations()).toEqual(['GetTable', 'BatchCreatePartition', 'BatchCreatePartition']);
  expect(glue.inputsOf('BatchCreatePartition')[0]).toEqual({
    DatabaseName: 'music',
    TableName: 'top_tracks',
    PartitionInputList: [
      { Values: [DAY], StorageDescriptor: { ...DESCRIPTOR, Location: `s3://lake/top_tracks/dt=${DAY}/` } },
    ],
  });
});

test.each<[string, Output]>([
  ['in the answer', failed('AlreadyExistsException')],
  ['as an error', new AwsFault('AlreadyExistsException')],
])('one that is registered already (told %s) is fine', async (_, answer) => {
  glue.operations.BatchCreatePartition = () => answer;
  await partitions.register('runs', DAY);
  expect(glue.inputsOf('BatchCreatePartition')).toHaveLength(1);
});

test.each<Output>([
  new AwsFault('ThrottlingException'),
  new AwsFault('InternalServiceException', 500),
  failed('InternalError'),
  'connection',
  'body',
])('what may pass is tried again: %j', async (fault) => {
  glue.operations.BatchCreatePartition = turns(fault, fault, {});
  await partitions.register('runs', DAY);
  expect(glue.inputsOf('BatchCreatePartition')).toHaveLength(3);
});

test('a table that is not there, and a role that may not, are told', async () => {
  glue.operations.BatchCreatePartition = () => failed('AccessDeniedException');
  await expect(partitions.register('runs', DAY)).rejects.toThrow(AwsRefusedError);
  glue.operations.GetTable = () => ({ Table: { Name: 'artists', StorageDescriptor: DESCRIPTOR } });
  await expect(partitions.register('artists', DAY)).rejects.toThrow(/to have a location/);
  glue.operations.GetTable = () => new AwsFault('EntityNotFoundException');
  await expect(partitions.register('artists', DAY)).rejects.toThrow(AwsError);
  glue.operations.GetTable = () => new AwsFault('ExpiredTokenException');
  await expect(partitions.register('artists', DAY)).rejects.toThrow(AwsRefusedError);
});

test('one that Glue does not know can be removed', async () => {
  glue.operations.DeletePartition = turns(
    new AwsFault('EntityNotFoundException'),
    new AwsFault('InvalidInputException'),
  );
  await partitions.unregister('runs', DAY);
  await expect(partitions.unregister('runs', DAY)).rejects.toThrow(AwsError);
});

describe('the store', () => {
  test('registers a day of the lake once, however it is put, and nothing else', async () => {
    const lake = new ParquetLake(store);
    const file = join(folder, 'file');
    await writeFile(file, 'x');
    await lake.putSlice('r', 'artists-0001', {});
    const staged = await lake.stageTable(TEST_PLACE, 'related_artists', DAY, [ROW]);
    expect(glue.calls).toEqual([]);
    await lake.place(staged);
    await lake.write('related_artists', DAY, [ROW]);
    await store.putFile(partitionKey('playlists', 'mpd'), file);
    for (const key of [
      'nothing/dt=1/part-00000.parquet',
      'runs/dt=1/part-00001.parquet',
      'constructor/x=1/y',
    ]) {
      await store.put(key, Buffer.from('x'));
    }
    expect(glue.inputsOf('BatchCreatePartition')).toMatchObject([
      { TableName: 'related_artists', PartitionInputList: [{ Values: [DAY] }] },
      { TableName: 'playlists', PartitionInputList: [{ Values: ['mpd'] }] },
    ]);
    expect(await lake.read('related_artists', DAY)).toEqual([ROW]);
  });

  test('registers nothing where nothing was placed', async () => {
    const none = { staged: 'staging/none', target: partitionKey('runs', DAY), mark: 'none' };
    expect(await store.place(none)).toBe(false);
    expect(glue.calls).toEqual([]);
  });

  test('registers at the next put what could not be registered', async () => {
    const lake = new ParquetLake(store);
    glue.operations.BatchCreatePartition = turns(new AwsFault('AccessDeniedException'), {});
    await expect(lake.write('related_artists', DAY, [ROW])).rejects.toThrow(AwsRefusedError);
    await lake.write('related_artists', DAY, [ROW]);
    expect(glue.inputsOf('BatchCreatePartition')).toHaveLength(2);
  });

  test('registers all that lies in the bucket, though Glue knows nothing of it, and again', async () => {
    const before = new ParquetLake(new FolderStore(folder));
    await before.write('related_artists', DAY, [ROW]);
    await before.write('related_artists', '2026-11-23', [ROW]);
    await before.putSlice('run', 'artists', []);
    expect(glue.calls).toEqual([]);
    expect(await store.registerAll()).toBe(2);
    const registered = glue
      .inputsOf('BatchCreatePartition')
      .map(({ PartitionInputList }) => PartitionInputList);
    expect(registered).toMatchObject([[{ Values: [DAY] }], [{ Values: ['2026-11-23'] }]]);
    expect(await store.registerAll()).toBe(2);
  });

  test('registers a day again that a removal which came too late made Glue forget', async () => {
    const lake = new ParquetLake(store);
    await lake.write('related_artists', DAY, [ROW]);
    const removal = await lake.stageRemoval(TEST_PLACE, 'related_artists', DAY);
    await lake.discard(removal);
    expect(await lake.place(removal)).toBe(false);
    expect(operations().slice(-2)).toEqual(['DeletePartition', 'BatchCreatePartition']);
    expect(await lake.read('related_artists', DAY)).toEqual([ROW]);
  });

  test('leaves the day in the bucket where Glue does not forget it, for the next try', async () => {
    const lake = new ParquetLake(store);
    await lake.write('related_artists', DAY, [ROW]);
    const removal = await lake.stageRemoval(TEST_PLACE, 'related_artists', DAY);
    const { DeletePartition } = glue.operations;
    glue.operations.DeletePartition = () => new AwsFault('AccessDeniedException');
    await expect(lake.place(removal)).rejects.toThrow(AwsRefusedError);
    expect(await lake.days('related_artists')).toEqual([DAY]);
    glue.operations.DeletePartition = DeletePartition as typeof glue.operations.DeletePartition & object;
    expect(await lake.place(removal)).toBe(true);
    expect(await lake.days('related_artists')).toEqual([]);
  });

  test('removes a day from Glue and from the bucket, after which it can come back', async () => {
    const lake = new ParquetLake(store);
    await lake.write('related_artists', DAY, [ROW]);
    await removeDay(lake, 'related_artists', DAY);
    expect(glue.inputsOf('DeletePartition')).toEqual([
      { DatabaseName: 'music', TableName: 'related_artists', PartitionValues: [DAY] },
    ]);
    expect(await store.list('related-artists/')).toEqual([]);
    await store.removeAll('staging/');
    await lake.write('related_artists', DAY, [ROW]);
    expect(glue.inputsOf('BatchCreatePartition')).toHaveLength(2);
    expect(glue.inputsOf('DeletePartition')).toHaveLength(1);
  });
});
