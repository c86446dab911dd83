import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { S3Store, s3Client } from '../../../adapters/lake/s3.ts';
import { AwsRefusedError, ServiceUnavailableError } from '../../../core/errors.ts';
import type { StagedObject } from '../../../core/ports.ts';
import { inThisRealm, patience } from '../../support/aws/client.ts';
import { type S3Fault, type S3Server, serveS3 } from '../../support/aws/s3.ts';
import { artistRow } from '../../support/rows.ts';

const DAY = '2026-11-22';
const KEY = `lake/artists/dt=${DAY}/part-00000.parquet`;
const COMPLETE = `POST /${KEY}?uploadId`;
const REMOVE = `DELETE /${KEY}?x-id=DeleteObject`;
const ABORT = /^DELETE .*uploadId=/;

let s3: S3Server;
let store: S3Store;
let lake: ParquetLake;

beforeAll(() => {
  process.env.AWS_REGION = 'eu-central-1';
  process.env.AWS_ACCESS_KEY_ID = 'AKIATEST';
  process.env.AWS_SECRET_ACCESS_KEY = 'not-a-secret';
});
beforeEach(async () => {
  s3 = await serveS3();
  store = new S3Store({
    client: inThisRealm(s3Client({ AWS_ENDPOINT_URL: s3.url })),
    bucket: 'lake',
    ...patience(),
  });
  lake = new ParquetLake(store);
});
afterEach(() => s3.close());

/** Stages a day of one artist as the holder of a lease. */
const stage = (epoch: number, artist: string): Promise<StagedObject> =>
  lake.stageTable({ run: `run-${epoch}`, epoch }, 'artists', DAY, [artistRow(artist)]);

/** Another run replaces the day. */
async function replaceAs(epoch: number, artist: string): Promise<void> {
  expect(await lake.place(await stage(epoch, artist))).toBe(true);
}

const removal = (epoch: number): Promise<StagedObject> =>
  lake.stageRemoval({ run: `run-${epoch}`, epoch }, 'artists', DAY);

/** The artists of the day. */
const there = async () => (await lake.read('artists', DAY))?.map(({ id }) => id);

/** Holds the first request that begins so back, until it is let go. */
function holdBack(line: string): { arrived: Promise<void>; letGo: () => void } {
  const [arrived, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  s3.hold = (other) => {
    if (!other.startsWith(line)) return undefined;
    s3.hold = () => undefined;
    arrived.resolve();
    return go.promise;
  };
  return { arrived: arrived.promise, letGo: go.resolve };
}

/** Places an object, whose request is served only when `meanwhile` is done; returns what the late one makes of it. */
async function placeLate(
  object: StagedObject,
  line: string,
  meanwhile: () => Promise<unknown>,
): Promise<boolean> {
  const held = holdBack(line);
  const late = lake.place(object);
  await held.arrived;
  await meanwhile();
  held.letGo();
  return await late;
}

const takers: [string, (object: StagedObject, epoch: number) => Promise<void>][] = [
  ['discards what it staged', (_, epoch) => lake.discardBefore({ run: `run-${epoch}`, epoch: epoch + 1 })],
  [
    'rolls it forward',
    async (object) => {
      expect(await lake.place(object)).toBe(true);
    },
  ],
];

describe.each(takers)('a taker %s, and', (_, take) => {
  test('an upload that is completed late finds another object, and leaves it', async () => {
    await replaceAs(1, 'old');
    const object = await stage(2, 'late');
    const isThere = await placeLate(object, COMPLETE, async () => {
      await take(object, 2);
      await replaceAs(3, 'newer');
    });
    expect([isThere, await there()]).toEqual([false, ['newer']]);
    expect([...s3.uploads]).toEqual([]);
  });

  test('an upload that is completed late finds the bytes that it was to replace again, and leaves them', async () => {
    await replaceAs(1, 'A');
    const first = s3.objects.get(KEY);
    const object = await stage(2, 'late');
    const isThere = await placeLate(object, COMPLETE, async () => {
      await take(object, 2);
      await replaceAs(3, 'B');
      await replaceAs(4, 'A');
      expect(s3.objects.get(KEY)).toEqual(first);
    });
    expect([isThere, await there()]).toEqual([false, ['A']]);
    expect([...s3.uploads]).toEqual([]);
  });

  test('the first object of a day that comes late finds that another was made and removed, and stays away', async () => {
    const object = await stage(2, 'late');
    const isThere = await placeLate(object, COMPLETE, async () => {
      await take(object, 2);
      await replaceAs(3, 'B');
      await lake.place(await removal(4));
      expect(await there()).toBeUndefined();
    });
    expect([isThere, await there()]).toEqual([false, undefined]);
  });

  test.each([COMPLETE, REMOVE])('a removal that comes late (%s) leaves the same bytes', async (line) => {
    await replaceAs(1, 'A');
    const first = s3.objects.get(KEY);
    const object = await removal(2);
    await placeLate(object, line, async () => {
      await take(object, 2);
      await replaceAs(3, 'A');
      expect(s3.objects.get(KEY)).toEqual(first);
    });
    expect(await there()).toEqual(['A']);
    expect([...s3.uploads]).toEqual([]);
  });

  test('a removal that comes late leaves a day without rows, whose bytes are not those of a removed one', async () => {
    await replaceAs(1, 'A');
    const object = await removal(2);
    await placeLate(object, REMOVE, async () => {
      await take(object, 2);
      expect(await lake.place(await lake.stageTable({ run: 'run-3', epoch: 3 }, 'artists', DAY, []))).toBe(
        true,
      );
    });
    expect(await there()).toEqual([]);
  });
});

test('a late holder that staged before another replaced the day is refused, and its upload is no more', async () => {
  await replaceAs(1, 'old');
  const object = await stage(2, 'late');
  await replaceAs(3, 'newer');
  expect(await lake.place(object)).toBe(false);
  expect([await there(), [...s3.uploads]]).toEqual([['newer'], []]);
});

test('what is not staged any more counts as placed only where it is there', async () => {
  const object = await stage(1, 'one');
  expect([await lake.place(object), await lake.place(object)]).toEqual([true, true]);
  await replaceAs(2, 'two');
  expect([await lake.place(object), await there()]).toEqual([false, ['two']]);
});

test('an upload whose completion is answered by nobody is found completed', async () => {
  const object = await stage(1, 'one');
  let turns = 0;
  s3.fault = (line) => (line.startsWith(COMPLETE) && turns++ === 0 ? 'cut-body' : undefined);
  expect([await lake.place(object), await there()]).toEqual([true, ['one']]);
  expect(turns).toBe(2);
});

test('an upload that S3 has lost is not placed, and the day stays', async () => {
  await replaceAs(1, 'old');
  const object = await stage(2, 'new');
  s3.uploads.clear();
  expect([await lake.place(object), await there()]).toEqual([false, ['old']]);
});

test.each<[string, S3Fault]>([
  ['412', { status: 412, code: 'PreconditionFailed' }],
  ['404', { status: 404, code: 'NoSuchUpload' }],
])('%s means that the object was not placed, and the day stays', async (_, fault) => {
  await replaceAs(1, 'old');
  const object = await stage(2, 'new');
  s3.fault = (line) => (line.startsWith(COMPLETE) ? fault : undefined);
  expect([await lake.place(object), await there()]).toEqual([false, ['old']]);
  expect([...s3.uploads]).toEqual([]);
});

describe('409, by which S3 says that another request changes the object at this moment', () => {
  const CONFLICT: S3Fault = { status: 409, code: 'ConditionalRequestConflict' };

  test.each([COMPLETE, REMOVE])('is asked again (%s)', async (line) => {
    await replaceAs(1, 'old');
    const isRemoval = line === REMOVE;
    const object = isRemoval ? await removal(2) : await stage(2, 'new');
    let turns = 0;
    s3.fault = (other) => (other.startsWith(line) && turns++ < 2 ? CONFLICT : undefined);
    expect(await lake.place(object)).toBe(true);
    expect([turns, await there()]).toEqual([3, isRemoval ? undefined : ['new']]);
  });

  test('keeps what is staged where it does not end, so that the next one can place it', async () => {
    await replaceAs(1, 'old');
    const object = await stage(2, 'new');
    s3.fault = (line) => (line.startsWith(COMPLETE) ? CONFLICT : undefined);
    await expect(lake.place(object)).rejects.toThrow(ServiceUnavailableError);
    expect(await there()).toEqual(['old']);
    s3.fault = () => undefined;
    expect([await lake.place(object), await there()]).toEqual([true, ['new']]);
  });
});

test.each<[string, S3Fault, new (...values: never[]) => Error]>([
  ['is not allowed', { status: 403, code: 'AccessDenied' }, AwsRefusedError],
  ['does not answer', { status: 503, code: 'ServiceUnavailable' }, ServiceUnavailableError],
])('an upload that S3 %s to abort is not taken for discarded', async (_, fault, expected) => {
  const object = await stage(1, 'late');
  s3.fault = (line) => (ABORT.test(line) ? fault : undefined);
  const discarding = () => lake.discardBefore({ run: 'run-1', epoch: 2 });
  await expect(discarding()).rejects.toThrow(expected);
  expect(await store.list('staging/')).toEqual([object.staged]);
  s3.fault = () => undefined;
  await discarding();
  expect([await lake.place(object), await there(), [...s3.uploads]]).toEqual([false, undefined, []]);
});
