import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { S3Store, s3Client } from '../../../adapters/lake/s3.ts';
import {
  AwsError,
  AwsRefusedError,
  InvalidInputError,
  ServiceUnavailableError,
  StorageError,
} from '../../../core/errors.ts';
import { clientFor, inThisRealm, patience } from '../../support/aws/client.ts';
import { type S3Fault, type S3Server, serveS3 } from '../../support/aws/s3.ts';
import { TEST_PLACE } from '../../support/lake.ts';
import { artistRow } from '../../support/rows.ts';

const DAY = '2026-11-22';
const MB = 1024 * 1024;
const SLOW_DOWN: S3Fault = { status: 503, code: 'SlowDown' };

let s3: S3Server;
let folder: string;
let waiting: ReturnType<typeof patience>;
let store: S3Store;

beforeAll(() => {
  // The SDK asks for them in the process's environment, as it does in a function.
  process.env.AWS_REGION = 'eu-central-1';
  process.env.AWS_ACCESS_KEY_ID = 'AKIATEST';
  process.env.AWS_SECRET_ACCESS_KEY = 'not-a-secret';
});
beforeEach(async () => {
  s3 = await serveS3();
  folder = await mkdtemp(join(tmpdir(), 'soundalike-s3-'));
  waiting = patience();
  store = new S3Store({
    client: inThisRealm(s3Client({ AWS_ENDPOINT_URL: s3.url })),
    bucket: 'lake',
    prefix: 'lake',
    ...waiting,
  });
});
afterEach(async () => {
  await s3.close();
  await rm(folder, { recursive: true });
});

const bytes = (text: string) => Buffer.from(text);
const stored = async (key: string) => Buffer.from((await store.get(key)) ?? 'nothing').toString();
/** A file of so many bytes, no part of it like another. */
async function fileOf(size: number): Promise<{ path: string; content: Buffer }> {
  const content = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4096) content.writeUInt32LE(at, at);
  const path = join(folder, 'file.parquet');
  await writeFile(path, content);
  return { path, content };
}

test('earlier versions go for good, those of removed objects too; what lies there stays, and so do others', async () => {
  s3.versioned = true;
  for (const key of ['a/kept', 'a/gone', 'a/again', 'b/other']) {
    await store.put(key, bytes('1'));
    await store.put(key, bytes('2'));
  }
  await store.removeAll('a/gone');
  await store.removeAll('a/again');
  await store.put('a/again', bytes('3'));
  expect(s3.earlier).toHaveLength(8);
  await store.removeVersions('a/');
  expect(s3.earlier.map(({ path, object }) => [path, String(object)])).toEqual([['lake/lake/b/other', '1']]);
  expect(await Promise.all(['a/kept', 'a/gone', 'a/again', 'b/other'].map(stored))).toEqual([
    '2',
    'nothing',
    '3',
    '2',
  ]);
  await store.removeVersions('a/');
  expect(await store.list('a/')).toEqual(['a/again', 'a/kept']);
});

test('an object comes back as it was put, and the next put replaces it', async () => {
  expect(await store.get('a/b.json')).toBeUndefined();
  await store.put('a/b.json', bytes('한국 \u0000 old'));
  expect(await stored('a/b.json')).toBe('한국 \u0000 old');
  await store.put('a/b.json', bytes(''));
  expect(await store.get('a/b.json')).toHaveLength(0);
  expect([...s3.objects.keys()]).toEqual(['lake/lake/a/b.json']);
});

test('what people open is told to browsers as what it is', async () => {
  const lake = new ParquetLake(store);
  for (const [file, text] of [
    ['index.html', '<!doctype html>'],
    ['map.png', 'png'],
  ] as const) {
    await lake.place(await lake.stageReport(TEST_PLACE, '2026-11-22', file, bytes(text)));
  }
  const begun = s3.requests.filter(({ line }) => line.includes('?uploads'));
  expect(begun.map(({ headers }) => headers['content-type'])).toEqual([
    'text/html; charset=utf-8',
    'image/png',
  ]);
  expect([...s3.objects.keys()]).toEqual([
    'lake/lake/reports/dt=2026-11-22/index.html',
    'lake/lake/reports/dt=2026-11-22/map.png',
  ]);
});

test('with an endpoint checksums are sent and asked for only where required', async () => {
  await store.put('a', bytes('x'));
  await store.get('a');
  for (const { headers } of s3.requests) {
    expect(Object.keys(headers).filter((name) => /checksum|trailer/.test(name))).toEqual([]);
  }
});

test('without an endpoint the client speaks to AWS as the SDK does', async () => {
  const { forcePathStyle, requestChecksumCalculation } = s3Client({}).config;
  expect(forcePathStyle).toBe(false);
  expect(await requestChecksumCalculation()).toBe('WHEN_SUPPORTED');
});

test('a copy is staged where there is such an object, which may have any name', async () => {
  const from = 'uploads/r 1/+ü.parquet';
  expect(await store.stageCopy(from, 'staging/b', 'b')).toBeUndefined();
  await store.put(from, bytes('day'));
  const mark = (await store.stageCopy(from, 'staging/b', 'b')) as string;
  expect(await store.get('b')).toBeUndefined();
  expect(await store.place({ staged: 'staging/b', target: 'b', mark })).toBe(true);
  expect(await stored('b')).toBe('day');
});

describe('what is staged', () => {
  const lake = () => new ParquetLake(store);
  const stage = (epoch: number, id: string) =>
    lake().stageTable({ run: 'run', epoch }, 'artists', DAY, [artistRow(id)]);
  const ids = async () => (await lake().read('artists', DAY))?.map(({ id }) => id);

  test('cannot take its place once it was discarded, even where the day has the bytes again that it had', async () => {
    await lake().place(await stage(1, 'a'));
    const late = await stage(2, 'b');
    const kept = (await store.get(late.staged)) as Uint8Array;
    await lake().discardBefore({ run: 'run', epoch: 3 });
    await lake().place(await stage(3, 'c'));
    await lake().place(await stage(4, 'a'));
    // As a process that had read how to complete its upload when it was stopped.
    await store.put(late.staged, kept);
    expect([await lake().place(late), await ids()]).toEqual([false, ['a']]);
  });

  test('is not taken for discarded where S3 does not abort its upload', async () => {
    const late = await stage(1, 'a');
    s3.fault = (line) => (/^DELETE .*uploadId/.test(line) ? SLOW_DOWN : undefined);
    await expect(lake().discardBefore({ run: 'run', epoch: 2 })).rejects.toThrow(ServiceUnavailableError);
    s3.fault = () => undefined;
    await lake().discardBefore({ run: 'run', epoch: 2 });
    expect([await lake().place(late), await ids()]).toEqual([false, undefined]);
  });
});

test('1,001 keys are listed, and removed in requests of at most 1,000', async () => {
  const keys = Array.from({ length: 1001 }, (_, at) => `staging/run/${String(at).padStart(4, '0')}.json`);
  for (const key of [...keys, 'staging/run2/x', 'other']) s3.objects.set(`lake/lake/${key}`, bytes('x'));
  expect(await store.list('staging/run/')).toEqual(keys);
  await store.removeAll('staging/run/');
  await store.removeAll('nothing/');
  expect(await store.list('')).toEqual(['other', 'staging/run2/x']);
  expect(s3.requests.filter(({ line }) => line.startsWith('POST'))).toHaveLength(2);
});

test('an object that S3 does not remove is an error, although the status is 200', async () => {
  s3.objects.set('lake/lake/a/locked', bytes('x'));
  await expect(store.removeAll('a/')).rejects.toThrow(AwsRefusedError);
});

test('the lake writes and reads its tables there', async () => {
  const lake = new ParquetLake(store);
  const row = { artist_id: 'a', y_artist: 'b', distance: 0.25, rank: 1, confidence: null, reasons: null };
  await lake.place(await lake.stageTable(TEST_PLACE, 'related_artists', '2026-11-22', [row]));
  await lake.clear(TEST_PLACE.run);
  expect(await lake.read('related_artists', '2026-11-22')).toEqual([row]);
  expect([...s3.objects.keys()]).toEqual(['lake/lake/related-artists/dt=2026-11-22/part-00000.parquet']);
});

describe('bytes that come piece by piece', () => {
  /** Appends pieces of these sizes, and tells what they are together. */
  async function write(sizes: readonly number[]): Promise<Buffer> {
    const pieces = sizes.map((size, i) => Buffer.alloc(size, i + 1));
    await store.write('k', async (append) => {
      for (const piece of pieces) await append(piece);
    });
    return Buffer.concat(pieces);
  }

  test.each([
    [[], 1],
    [[3 * MB, 5 * MB], 1],
    // S3 refuses parts of less than 5 MB, but for the last.
    [[3 * MB, 6 * MB, 1], 2 + 2],
    [[5 * MB, 5 * MB, 5 * MB], 2 + 3],
    [[20 * MB, 1], 2 + 2],
  ])('%j are put in %d requests', async (sizes, requests) => {
    const content = await write(sizes);
    expect(s3.objects.get('lake/lake/k')?.equals(content)).toBe(true);
    expect(s3.requests).toHaveLength(requests);
    expect(s3.uploads.size).toBe(0);
  });

  test('and that end in an error leave nothing, and what was there stays', async () => {
    await store.put('k', bytes('old'));
    const wrong = new InvalidInputError('expected rows in order, got others', 'sort them');
    const written = store.write('k', async (append) => {
      for (let piece = 0; piece < 3; piece++) await append(Buffer.alloc(6 * MB));
      throw wrong;
    });
    await expect(written).rejects.toBe(wrong);
    expect(s3.uploads.size).toBe(0);
    expect(await stored('k')).toBe('old');
  });
});

describe('a file', () => {
  test.each([0, 1, 8 * MB])('of %d bytes is put in one request', async (size) => {
    const { path, content } = await fileOf(size);
    await store.putFile('k', path);
    expect(s3.objects.get('lake/lake/k')?.equals(content)).toBe(true);
    expect(s3.requests).toHaveLength(1);
  });

  test('of more is put in parts, of which one may have to be sent again', async () => {
    const { path, content } = await fileOf(16 * MB + 5);
    s3.fault = (line, turn) => (line.includes('partNumber=2') && turn === 3 ? SLOW_DOWN : undefined);
    await store.putFile('k', path);
    expect(s3.objects.get('lake/lake/k')?.equals(content)).toBe(true);
    expect(s3.uploads.size).toBe(0);
    expect(s3.requests).toHaveLength(1 + 3 + 1 + 1);
  });

  test.each<[string, S3Fault]>([
    ['partNumber=2', { status: 403, code: 'AccessDenied' }],
    ['POST /lake/lake/k?uploadId', 'error-in-200'],
  ])('that does not come to its end (%s) leaves nothing, and what was there stays', async (step, fault) => {
    const { path } = await fileOf(8 * MB + 1);
    await store.put('k', bytes('old'));
    s3.fault = (line) => (line.includes(step) ? fault : undefined);
    await expect(store.putFile('k', path)).rejects.toThrow(/expected AWS to .*k/);
    expect(s3.uploads.size).toBe(0);
    expect(await stored('k')).toBe('old');
  });

  test('that cannot be read is an error of the disk', async () => {
    await expect(store.putFile('k', join(folder, 'none'))).rejects.toThrow(StorageError);
  });
});

describe('an object that is read in pieces', () => {
  const part = async (start: number, end?: number) => {
    const object = await store.open('k');
    return Buffer.from((await object?.slice(start, end)) ?? new ArrayBuffer(0)).toString();
  };

  test('gives those that are asked for', async () => {
    expect(await store.open('k')).toBeUndefined();
    await store.put('k', bytes('0123456789'));
    expect((await store.open('k'))?.byteLength).toBe(10);
    expect([await part(0, 3), await part(4, 9), await part(9), await part(5, 5)]).toEqual([
      '012',
      '45678',
      '9',
      '',
    ]);
    expect(s3.requests.filter(({ headers }) => headers.range).map(({ headers }) => headers.range)).toEqual([
      'bytes=0-2',
      'bytes=4-8',
      'bytes=9-9',
    ]);
  });

  test('is asked for again where S3 breaks off, and refused where it was replaced meanwhile', async () => {
    await store.put('k', Buffer.alloc(MB, 'x'));
    const object = await store.open('k');
    const before = s3.requests.length;
    s3.fault = (_, turn) => (turn <= before + 2 ? 'cut-body' : undefined);
    expect((await object?.slice(10, MB))?.byteLength).toBe(MB - 10);
    await store.put('k', Buffer.alloc(MB, 'y'));
    await expect(object?.slice(0, 10)).rejects.toThrow(AwsError);
  });

  test('is a table of the lake, batch by batch', async () => {
    const lake = new ParquetLake(store);
    const rows = Array.from({ length: 100_001 }, (_, n) => ({
      ...{ playlist_id: 'p', position: n, track_id: `t${n}`, name: null, artist_id: null, artist_name: null },
    }));
    await lake.write('playlists', 'one', rows);
    const batches = await Array.fromAsync(lake.batches('playlists', 'one', ['track_id']));
    expect(batches.map(({ track_id }) => track_id.length)).toEqual([100_000, 1]);
    expect(batches[1]).toEqual({ track_id: ['t100000'] });
  });
});

describe('when S3', () => {
  test('asks to slow down, it is asked again later and later', async () => {
    s3.fault = (_, turn) => (turn <= 3 ? SLOW_DOWN : undefined);
    await store.put('k', bytes('x'));
    expect(waiting.clock.waits).toEqual([250, 500, 1000]);
  });

  test('asks for it for a minute, that is waited for; after two it is an error', async () => {
    const end = waiting.clock.now() + 60_000;
    s3.fault = () => (waiting.clock.now() < end ? SLOW_DOWN : undefined);
    await store.put('k', bytes('x'));
    s3.fault = () => SLOW_DOWN;
    await expect(store.put('k', bytes('x'))).rejects.toThrow(ServiceUnavailableError);
  });

  test.each<S3Fault>(['cut', 'cut-body', { status: 500, code: 'InternalError' }])(
    'breaks off (%j), the object is asked for again',
    async (fault) => {
      s3.objects.set('lake/lake/k', Buffer.alloc(MB, 'x'));
      s3.fault = (_, turn) => (turn <= 4 ? fault : undefined);
      expect(await store.get('k')).toHaveLength(MB);
      s3.fault = () => fault;
      await expect(store.get('k')).rejects.toThrow(ServiceUnavailableError);
      expect(s3.requests).toHaveLength(10);
    },
  );

  test('stands still in the middle, the connection is given up and the object asked for again', async () => {
    const impatient = { ...clientFor(s3.url), forcePathStyle: true, requestHandler: { socketTimeout: 200 } };
    store = new S3Store({ client: inThisRealm(new S3Client(impatient)), bucket: 'b', ...waiting });
    s3.objects.set('b/k', Buffer.alloc(MB));
    s3.fault = (_, turn) => (turn === 1 ? 'stall-body' : undefined);
    expect(await store.get('k')).toHaveLength(MB);
    expect(s3.requests.length).toBeGreaterThan(1);
  });

  test.each([
    ['ExpiredToken', 400, AwsRefusedError],
    ['SignatureDoesNotMatch', 403, AwsRefusedError],
    ['AccessDenied', 403, AwsRefusedError],
    ['NoSuchBucket', 404, AwsError],
  ])('says %s, that is told at once, with its cause and no secret', async (code, status, expected) => {
    s3.fault = () => ({ status, code });
    const error = await store.put('a', bytes('b')).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(expected);
    expect(error).toMatchObject({ message: expect.stringContaining(code), cause: { name: code } });
    expect(JSON.stringify(error)).not.toContain('not-a-secret');
    expect(s3.requests).toHaveLength(1);
  });

  test('is not there, that is told', async () => {
    await s3.close();
    await expect(store.list('')).rejects.toThrow(/ECONNREFUSED/);
    expect(waiting.clock.waits).toHaveLength(4);
  });
});
