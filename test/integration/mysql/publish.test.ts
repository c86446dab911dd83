import { batched } from '../../../core/batches.ts';
import { LeaseLostError } from '../../../core/errors.ts';
import type { Database, Publication } from '../../../core/ports.ts';
import type { Row } from '../../../core/tables.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { testDatabase } from '../../support/mariadb-database.ts';
import { holderOf, publicationOf, publishAs } from '../../support/publication.ts';

const ARTISTS = 60;
const WAYS = [
  ['LOAD DATA', 1],
  ['INSERTs, since the server forbids LOAD DATA', 0],
] as const;

const mysql = testDatabase();
const served = async (database = mysql.database) => {
  const found = await database.relatedArtists.nearest('a0', 1000);
  return { run: found?.published.run_id, neighbours: found?.neighbours.length };
};
const whole = (run: number) => ({ run: `run-${run}`, neighbours: ARTISTS - 1 });
const publish = (run: number, changes: Partial<Publication> = {}) =>
  publishAs(mysql.database, { ...publicationOf(run, ARTISTS), ...changes });
const inBatches = (rows: Iterable<Row<'related_artists'>>) => ({
  relatedArtists: () => batched(rows, 1000),
});
const tables = async () => (await mysql.admin('SHOW TABLES')).flatMap(Object.values).join();
describe.each(WAYS)('by %s', (_, localInfile) => {
  beforeEach(() => mysql.admin(`SET GLOBAL local_infile = ${localInfile}`));
  afterEach(() => mysql.admin('SET GLOBAL local_infile = 1'));

  test('a run replaces the one before, and nothing is left of the work', async () => {
    expect(await served()).toEqual({});
    const before = await tables();
    for (const run of [1, 2]) {
      await publish(run);
      expect(await served()).toEqual(whole(run));
    }
    expect(await tables()).toBe(before);
  });

  test('every number is read back as it was written, to the last bit', async () => {
    const random = mulberry32(7);
    const numbers = Array.from(
      { length: 6000 },
      (_, i) => random.uniform() * 10 ** (i % 7 === 0 ? -12 : i % 4),
    );
    const relatedArtists = numbers.map((distance, i) => ({
      artist_id: 'A',
      y_artist: `b${String(i).padStart(5, '0')}`,
      distance,
      rank: i + 1,
      confidence: null,
      reasons: null,
    }));
    const [means] = publicationOf(1, 1).artistFeatures();
    if (!means) throw new Error('expected means, got none');
    const own = {
      ...means,
      artist_id: 'A',
      tempo: 100.12345678901234,
      key: null,
      loudness: -9.123456789012344,
    };
    await publish(1, { ...inBatches(relatedArtists), artistFeatures: () => [own] });
    const found = await mysql.database.relatedArtists.nearest('A', 10_000);
    expect(found?.features).toEqual(own);
    const back = new Map(found?.neighbours.map(({ rank, distance }) => [rank, distance]));
    expect(relatedArtists.filter(({ rank, distance }) => back.get(rank) !== distance)).toEqual([]);
  });

  test('ids are kept apart by case and may hold what separates fields', async () => {
    const ids = ['\\N', 'a\tb', 'a\\', 'Aa', 'aA', "x'y"];
    const relatedArtists = ids.map((y_artist, i) => ({
      artist_id: 'Z',
      y_artist,
      distance: i,
      rank: i + 1,
      ...{ confidence: null, reasons: null },
    }));
    await publish(1, inBatches(relatedArtists));
    const found = await mysql.database.relatedArtists.nearest('Z', 10);
    expect(found?.neighbours.map(({ y_artist }) => y_artist)).toEqual(ids);
    expect((await mysql.database.relatedArtists.nearest('z', 10))?.neighbours).toEqual([]);
  });

  const row = { artist_id: 'a0', y_artist: 'a1', distance: 0.5, rank: 1, confidence: 0.25, reasons: '[1]' };
  test.each([
    ['an id that is too long', { ...row, y_artist: 'x'.repeat(65) }],
    ['an id that is not ASCII', { ...row, y_artist: '별하다솜' }],
    ['a distance that is no number', { ...row, distance: Number.NaN }],
    ['a row twice', { ...row, y_artist: 'a2' }],
  ])('a run with %s is not published', async (_name, bad) => {
    await publish(1);
    const rows = [row, { ...row, y_artist: 'a2' }, bad, { ...row, y_artist: 'a3' }];
    // LOAD DATA warns where INSERT fails.
    await expect(publish(2, inBatches(rows))).rejects.toMatchObject({
      code: localInfile ? 'staging' : 'database',
    });
    expect(await served()).toEqual(whole(1));
    await publish(3);
    expect(await served()).toEqual(whole(3));
  });

  test('a run whose rows cannot be made is not published', async () => {
    await publish(1);
    function* failing() {
      for (let i = 0; i < 9000; i++) yield { ...row, y_artist: `b${i}` };
      throw new Error('no more rows');
    }
    await expect(publish(2, inBatches(failing()))).rejects.toThrow('no more rows');
    expect(await served()).toEqual(whole(1));
  });
});

describe('a process that is late', () => {
  const staged = async (run: number) => {
    const holder = await holderOf(mysql.database, `run-${run}`);
    await mysql.database.relatedArtists.stage(publicationOf(run, ARTISTS), holder.epoch);
    return holder;
  };
  const swap = (run: number, staged: number, holder: { id: string; epoch: number }) =>
    mysql.database.relatedArtists.publish(publicationOf(run, ARTISTS), staged, holder);
  const take = async (holder: Awaited<ReturnType<typeof staged>>) => {
    const taken = { ...holder, epoch: await mysql.database.runs.nextEpoch() };
    await mysql.database.runs.take(taken, holder.epoch);
    return taken;
  };

  test('changes nothing once another has taken its run over', async () => {
    await publish(1);
    const holder = await staged(2);
    await take(holder);
    await expect(swap(2, holder.epoch, holder)).rejects.toThrow(LeaseLostError);
    expect(await served()).toEqual(whole(1));
  });

  test('finds its tables renamed by whoever has brought the run to its end, even if it asked before', async () => {
    await publish(1);
    const holder = await staged(2);
    const taken = await take(holder);
    await swap(2, holder.epoch, taken);
    expect(await served()).toEqual(whole(2));
    await publish(3);
    // The statement that the late process is about to send.
    const late = `RENAME TABLE related_artists TO related_artists_old_${holder.epoch}, related_artists_next_${holder.epoch} TO related_artists`;
    await expect(mysql.admin(late)).rejects.toMatchObject({ errno: 1146 });
    expect(await served()).toEqual(whole(3));
  });

  test('finds its tables dropped by the next run', async () => {
    const holder = await staged(2);
    await publish(3);
    await expect(swap(2, holder.epoch, await take(holder))).resolves.toBeUndefined();
    // The run was held, so its rows were staged anew.
    expect(await served()).toEqual(whole(2));
    expect(await tables()).not.toMatch(/_next|_old/);
  });

  test('finds its tables dropped by whoever has taken the run and fails it', async () => {
    await publish(1);
    const holder = await staged(2);
    const { epoch } = await take(holder);
    const next = await staged(3);
    await mysql.database.relatedArtists.unstage(epoch);
    expect(await tables()).not.toContain(`_${holder.epoch}`);
    expect(await tables()).toContain(`related_artists_next_${next.epoch}`);
    expect(await served()).toEqual(whole(1));
  });

  test('drops nothing that the next holder has staged, at whichever step it was stopped', async () => {
    const late = await staged(2);
    const next = await staged(3);
    await mysql.database.relatedArtists.stage(publicationOf(2, ARTISTS), late.epoch);
    await swap(2, late.epoch, late);
    const held = await tables();
    expect(held).toContain(`related_artists_next_${next.epoch}`);
    await swap(3, next.epoch, next);
    expect(await served()).toEqual(whole(3));
    expect(await tables()).not.toMatch(/_next|_old|_loads/);
  });

  test('costs no rows of a run that was staged by the same process', async () => {
    const holder = await holderOf(mysql.database, 'run-2');
    const publication = publicationOf(2, ARTISTS);
    await mysql.database.relatedArtists.stage(publication, holder.epoch);
    await mysql.admin(`DROP TABLE related_artists_next_${holder.epoch}`);
    await mysql.database.relatedArtists.publish(publication, holder.epoch, holder);
    expect(await served()).toEqual(whole(2));
  });

  test('whose swap was made is not swapped again', async () => {
    const holder = await staged(2);
    await swap(2, holder.epoch, holder);
    await swap(2, holder.epoch, await take(holder));
    expect(await served()).toEqual(whole(2));
  });
});

test('ten readers that ask without pause never see two runs mixed, nor none, while 20 are published', async () => {
  await publish(0);
  const databases = await Promise.all(Array.from({ length: 10 }, () => mysql.open()));
  const seen = new Set<number>();
  let goesOn = true;
  let answers = 0;
  const read = async ({ relatedArtists }: Database) => {
    for (; goesOn; answers++) {
      const found = await relatedArtists.nearest(`a${answers % ARTISTS}`, 1000);
      if (!found) throw new Error('nothing is published');
      const run = Number(found.published.run_id.slice('run-'.length));
      const numbers = [
        found.features,
        ...found.neighbours.flatMap(({ distance, features }) => [{ distance }, features]),
      ]
        .flatMap((values) => Object.values(values ?? { none: Number.NaN }))
        .filter((value) => typeof value === 'number');
      expect([found.neighbours.length, ...new Set(numbers)]).toEqual([ARTISTS - 1, run]);
      seen.add(run);
    }
  };
  const end = () => {
    goesOn = false;
  };
  const readers = Promise.all(databases.map(read)).finally(end);
  const published = (async () => {
    for (let run = 1; run <= 20; run++) {
      await publish(run);
      while (goesOn && !seen.has(run)) await new Promise(setImmediate);
    }
  })().finally(end);
  await Promise.all([published, readers]);
  expect(await served()).toEqual(whole(20));
  expect([...seen].filter((run) => run > 0)).toHaveLength(20);
});
