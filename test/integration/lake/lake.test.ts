import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { FolderStore } from '../../../adapters/lake/folder.ts';
import { ParquetLake } from '../../../adapters/lake/lake.ts';
import { DuckDbWarehouse } from '../../../adapters/warehouse/duckdb.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import { artistRow, trackRow } from '../../support/rows.ts';

const DAY = '2026-11-22';
const EARLIER = '2026-11-21';

let folder: string;
let store: FolderStore;
let lake: ParquetLake;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "soundalike lake [it's] *? "));
  store = new FolderStore(folder);
  lake = new ParquetLake(store);
});
afterEach(() => rm(folder, { recursive: true }));

const [a, b, c] = [artistRow('a'), artistRow('b'), artistRow('C')] as const;
const pathOf = (table: string, dt: string) => join(folder, `${table}/dt=${dt}/part-00000.parquet`);

describe('a day of a table', () => {
  test('is one object in a folder of the table and the day, sorted bytewise', async () => {
    await lake.write('top_tracks', DAY, [trackRow('b', 'x'), trackRow('B', 'y'), trackRow('B', 'x')]);
    expect(await store.list('')).toEqual([`top-tracks/dt=${DAY}/part-00000.parquet`]);
    const rows = (await lake.read('top_tracks', DAY)) ?? [];
    expect(rows.map(({ artist_id, id }) => artist_id + id)).toEqual(['Bx', 'By', 'bx']);
  });

  test('is the same bytes for the same rows in any order', async () => {
    await lake.write('artists', DAY, [a, b, c]);
    await lake.write('artists', EARLIER, [c, b, a]);
    expect(await readFile(pathOf('artists', DAY))).toEqual(await readFile(pathOf('artists', EARLIER)));
  });

  test('keeps the first of the rows with the same key', async () => {
    await lake.write('artists', DAY, [b, { ...a, name: 'first' }, { ...a, name: 'second' }]);
    expect((await lake.read('artists', DAY))?.map(({ name }) => name)).toEqual(['first', 'b']);
  });

  test('is undefined where there is none, and empty where there are no rows', async () => {
    expect(await lake.read('artists', DAY)).toBeUndefined();
    await lake.write('artists', DAY, []);
    expect(await lake.read('artists', DAY)).toEqual([]);
  });

  test('stays as it was where the new rows are not right', async () => {
    await lake.write('artists', DAY, [a]);
    // What is generated has to come in order.
    await expect(lake.write('artists', DAY, new Set([b, a]))).rejects.toThrow(InvalidInputError);
    expect(await lake.read('artists', DAY)).toEqual([a]);
    await lake.write('artists', DAY, new Set([a, b]));
    expect(await lake.read('artists', DAY)).toEqual([a, b]);
  });
});

describe('staging', () => {
  test('keeps the slices of each run apart, by name', async () => {
    const values = { 'tracks-00002': [1, null, '방탄'], 'tracks-00001': {}, 'features-a.b': 'x' };
    for (const [name, value] of Object.entries(values)) await lake.putSlice('run', name, value);
    await lake.putSlice('run-2', 'tracks-00001', 'of another run');
    await lake.stageTable({ run: 'run', epoch: 1 }, 'artists', DAY, [a]);
    expect(await lake.slices('run')).toEqual([
      { name: 'features-a.b', value: 'x' },
      { name: 'tracks-00001', value: {} },
      { name: 'tracks-00002', value: [1, null, '방탄'] },
    ]);
    await lake.putSlice('run', 'tracks-00001', 'again');
    expect(await lake.slices('run')).toContainEqual({ name: 'tracks-00001', value: 'again' });
    expect(await lake.slices('nobody')).toEqual([]);
  });

  const [first, second] = [
    { run: 'run', epoch: 1 },
    { run: 'run', epoch: 2 },
  ];

  test('is outside the tables until it takes its place, and leaves other days and tables alone', async () => {
    await lake.write('artists', EARLIER, [a]);
    await lake.write('artists', DAY, [a]);
    await lake.write('top_tracks', DAY, [trackRow('a', 'old')]);
    const artists = await lake.stageTable(first, 'artists', DAY, [c, b]);
    const tracks = await lake.stageTable(first, 'top_tracks', DAY, [trackRow('b', 'new')]);
    expect(await lake.read('artists', DAY)).toEqual([a]);
    expect(await lake.place(artists)).toBe(true);
    expect(await lake.read('artists', DAY)).toEqual([c, b]);
    expect(await lake.read('artists', EARLIER)).toEqual([a]);
    expect(await lake.read('top_tracks', DAY)).toEqual([trackRow('a', 'old')]);
    // A run that died here is brought to its end by doing it all once more.
    expect([await lake.place(artists), await lake.place(tracks)]).toEqual([true, true]);
    expect(await lake.read('artists', DAY)).toEqual([c, b]);
    expect(await lake.read('top_tracks', DAY)).toEqual([trackRow('b', 'new')]);
  });

  test('gives the bytes that a write would have put', async () => {
    await lake.write('artists', EARLIER, [a, b]);
    await lake.place(await lake.stageTable(first, 'artists', DAY, [b, a]));
    expect(await readFile(pathOf('artists', DAY))).toEqual(await readFile(pathOf('artists', EARLIER)));
  });

  test('cannot take its place once it was discarded, nor twice', async () => {
    const old = await lake.stageTable(first, 'artists', DAY, [a]);
    const one = await lake.stageTable(first, 'artists', EARLIER, [a]);
    const next = await lake.stageTable(second, 'artists', DAY, [b]);
    await lake.discardBefore(second);
    expect([await lake.place(old), await lake.place(one)]).toEqual([false, false]);
    expect(await lake.days('artists')).toEqual([]);
    expect(await lake.place(next)).toBe(true);
    await lake.place(await lake.stageTable({ run: 'other', epoch: 3 }, 'artists', DAY, [c]));
    // It was there, and another run has replaced it.
    expect(await lake.place(next)).toBe(false);
    expect(await lake.read('artists', DAY)).toEqual([c]);
    const single = await lake.stageTable(second, 'artists', EARLIER, [a]);
    await lake.discard(single);
    expect(await lake.place(single)).toBe(false);
  });

  test('removes a day with what is left beside it, but not once that was discarded', async () => {
    await lake.write('artists', DAY, [a]);
    await writeFile(join(folder, `artists/dt=${DAY}/.part-00000.parquet.1.part`), 'begun');
    const late = await lake.stageRemoval(first, 'artists', DAY);
    await lake.discardBefore(second);
    expect(await lake.place(late)).toBe(false);
    expect(await lake.read('artists', DAY)).toEqual([a]);
    const removal = await lake.stageRemoval(second, 'artists', DAY);
    expect([await lake.place(removal), await lake.place(removal)]).toEqual([true, true]);
    expect(await readdir(join(folder, 'artists'))).toEqual([]);
    expect(await lake.place(await lake.stageRemoval(second, 'artists', EARLIER))).toBe(true);
  });

  test('is cleared run by run, also of what was being put when a process died', async () => {
    await lake.write('artists', DAY, [a]);
    for (const run of ['run', 'run-2']) {
      await lake.putSlice(run, 'x', 1);
      await lake.stageTable({ run, epoch: 10 }, 'artists', DAY, [b]);
    }
    await writeFile(join(folder, 'staging/run/slices/.y.json.1.part'), 'begun');
    await lake.clear('run');
    await lake.clear('run');
    expect(await lake.staging()).toEqual(['run-2']);
    await lake.clear('run-2');
    expect(await store.list('')).toEqual([`artists/dt=${DAY}/part-00000.parquet`]);
    expect(await readdir(folder)).not.toContain('staging');
  });

  test('a slice that is no JSON has no value, and can be removed', async () => {
    await lake.putSlice('run', 'a', 1);
    await lake.putSlice('run', 'b', 2);
    await writeFile(join(folder, 'staging/run/slices/a.json'), '{"half":');
    expect(await lake.slices('run')).toEqual([
      { name: 'a', value: undefined },
      { name: 'b', value: 2 },
    ]);
    await lake.removeSlice('run', 'a');
    expect(await lake.slices('run')).toEqual([{ name: 'b', value: 2 }]);
  });
});

test('a day of before a column was added is read beside a newer one, by the lake and by SQL', async () => {
  const older = parquetWriteBuffer({ columnData: [{ name: 'id', data: ['old'], type: 'STRING' }] });
  await mkdir(join(folder, `artists/dt=${EARLIER}`), { recursive: true });
  await writeFile(pathOf('artists', EARLIER), new Uint8Array(older));
  await lake.write('artists', DAY, [{ ...a, followers: 5 }]);
  expect(await lake.read('artists', EARLIER)).toMatchObject([{ id: 'old', name: null, genres: null }]);
  const warehouse = new DuckDbWarehouse(folder);
  const sql = 'SELECT dt, id, followers, genres FROM artists WHERE dt <= ? ORDER BY dt';
  expect(await warehouse.query(sql, [DAY])).toEqual([
    { dt: EARLIER, id: 'old', followers: null, genres: null },
    { dt: DAY, id: 'a', followers: 5, genres: [] },
  ]);
  await warehouse.close();
});

describe('in batches', () => {
  const row = (n: number) => ({
    ...{
      playlist_id: `p${String(n >> 2).padStart(6, '0')}`,
      position: n & 3,
      track_id: n % 7 ? `t${n}` : null,
    },
    ...{ name: `Song ${n}`, artist_id: 'a', artist_name: null },
  });
  /** The rows of batches, and how many each had. */
  async function gathered(dt: string) {
    const [sizes, rows]: [number[], unknown[]] = [[], []];
    for await (const batch of lake.batches('playlists', dt, ['playlist_id', 'track_id', 'position'])) {
      sizes.push(batch.position.length);
      rows.push(...batch.position.map((at, i) => [batch.playlist_id[i], at, batch.track_id[i]]));
    }
    return { sizes, rows };
  }

  test('a row group is read at a time, in order, and only the columns that are asked for', async () => {
    const rows = Array.from({ length: 250_000 }, (_, n) => row(n));
    await lake.write('playlists', DAY, rows);
    const read = await gathered(DAY);
    expect(read.sizes).toEqual([100_000, 100_000, 50_000]);
    expect(read.rows).toEqual(rows.map((r) => [r.playlist_id, r.position, r.track_id]));
    expect(await gathered(EARLIER)).toEqual({ sizes: [], rows: [] });
    let asked = 0;
    const opened = store.open.bind(store);
    store.open = async (key) => {
      const object = await opened(key);
      const slice = object?.slice;
      return (
        object && {
          ...object,
          slice: (start, end = object.byteLength) => {
            asked += end - start;
            return slice?.(start, end) as Promise<ArrayBuffer>;
          },
        }
      );
    };
    for await (const { position } of lake.batches('playlists', DAY, ['position']))
      expect(position[1]).toBe(1);
    const { length } = await readFile(join(folder, `playlists/dataset=${DAY}/part-00000.parquet`));
    // The end of the file, which tells what is where, and a column of small numbers.
    expect(asked).toBeLessThan(512 * 1024 + length / 10);
  });

  test('row groups that cannot hold a value are left out, and no row that has it', async () => {
    // Statistics keep the first 16 characters, and a bound of the others.
    const id = (n: number) => `playlist-${String(n >> 2).padStart(6, '0')}-of-many`;
    const rows = Array.from({ length: 100_006 }, (_, n) => ({ ...row(n + 2), playlist_id: id(n + 2) }));
    await lake.write('playlists', DAY, rows);
    for (const [wanted, places, count] of [
      [0, [2, 3], 100_000],
      // The first row group ends in the middle of it.
      [100_000, [0, 1, 2, 3], 100_006],
      [100_006, [0, 1, 2, 3], 6],
      [100_010, [], 0],
    ] as const) {
      const [found, sizes]: [unknown[], number[]] = [[], []];
      const where = { playlist_id: id(wanted) };
      for await (const batch of lake.batches('playlists', DAY, ['playlist_id', 'position'], where)) {
        sizes.push(batch.position.length);
        found.push(...batch.position.filter((_, i) => batch.playlist_id[i] === where.playlist_id));
      }
      expect([found, sizes.reduce((sum, size) => sum + size, 0)]).toEqual([places, count]);
    }
  });

  test('a column that a day does not have yet is null; vectors stay vectors', async () => {
    const older = parquetWriteBuffer({
      columnData: [{ name: 'track_id', data: ['t', 'u'], type: 'STRING' }],
    });
    await mkdir(join(folder, 'track-vectors/model=old'), { recursive: true });
    await writeFile(join(folder, 'track-vectors/model=old/part-00000.parquet'), new Uint8Array(older));
    const columns = ['track_id', 'vector', 'count'] as const;
    expect(await Array.fromAsync(lake.batches('track_vectors', 'old', columns))).toEqual([
      { track_id: ['t', 'u'], vector: [null, null], count: [null, null] },
    ]);
    const vector = Float32Array.of(1, 2.5);
    await lake.write('track_vectors', 'new', [
      { track_id: 't', name: null, artist_name: null, vector, count: 3 },
    ]);
    expect(await Array.fromAsync(lake.batches('track_vectors', 'new', ['vector', 'count']))).toEqual([
      { vector: [vector], count: [3] },
    ]);
  });

  test('whoever stops in the middle leaves nothing open, and an object that is replaced meanwhile stays whole', async () => {
    await lake.write(
      'playlists',
      DAY,
      Array.from({ length: 150_000 }, (_, n) => row(n)),
    );
    let closed = 0;
    const opened = store.open.bind(store);
    store.open = async (key) => {
      const object = await opened(key);
      return object && { ...object, close: () => object.close().then(() => void closed++) };
    };
    for await (const _ of lake.batches('playlists', DAY, ['position'])) break;
    expect(closed).toBe(1);
    let positions = 0;
    for await (const { position } of lake.batches('playlists', DAY, ['position'])) {
      positions += position.length;
      await lake.write('playlists', DAY, [row(1)]);
    }
    expect([positions, closed]).toEqual([150_000, 2]);
  });
});

test("runs' checkpoints are outside of what is staged, and those of the last holder count", async () => {
  expect(await lake.checkpoint('r1')).toBeUndefined();
  await lake.putCheckpoint({ run: 'r1', epoch: 9 }, Uint8Array.of(1, 2));
  await lake.putCheckpoint({ run: 'r1', epoch: 10 }, Uint8Array.of(3));
  // A holder that comes late.
  await lake.putCheckpoint({ run: 'r1', epoch: 9 }, Uint8Array.of(5));
  await lake.putCheckpoint({ run: 'r2', epoch: 1 }, Uint8Array.of(4));
  await lake.clear('r1');
  expect([...((await lake.checkpoint('r1')) ?? [])]).toEqual([3]);
  expect(await lake.checkpoints()).toEqual(['r1', 'r2']);
  await lake.clearCheckpoints('r1');
  expect([await lake.checkpoint('r1'), await lake.checkpoints()]).toEqual([undefined, ['r2']]);
});
