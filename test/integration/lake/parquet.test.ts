import { parquetMetadata } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { decodeTable, inKeyOrder } from '../../../adapters/lake/parquet.ts';
import { InvalidInputError } from '../../../core/errors.ts';
import { type Row, TABLES, type TableName } from '../../../core/tables.ts';
import { askDuckDb, encodeTable, readWithHyparquet } from '../../support/parquet-readers.ts';
import { artistRow, featuresRow } from '../../support/rows.ts';
import { plainRow, tableRows } from '../../support/table-rows.ts';

const TABLE_NAMES = Object.keys(TABLES) as TableName[];
/** What DuckDB makes of the columns' types, which are what Glue is told. */
const DUCKDB_TYPES = {
  string: 'VARCHAR',
  int: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMP',
  'array<string>': 'VARCHAR[]',
  'array<float>': 'FLOAT[]',
};

describe.each(TABLE_NAMES)('%s', (table) => {
  test.each([0, 1, 40])('%d rows come back value by value, whoever reads them', async (count) => {
    const rows = tableRows(table, count);
    const bytes = await encodeTable(table, rows);
    const expected = rows.map(plainRow);
    expect((await decodeTable(table, bytes)).map(plainRow)).toEqual(expected);
    expect(await readWithHyparquet(bytes)).toEqual(expected);
    expect(await askDuckDb(bytes, 'FROM file')).toEqual(expected);
  });

  test('the columns are those of the table, in order and of their types, without rows too', async () => {
    const described = await askDuckDb(await encodeTable(table, []), 'DESCRIBE file');
    expect(described.map(({ column_name, column_type }) => [column_name, column_type])).toEqual(
      Object.entries(TABLES[table].columns).map(([name, type]) => [name, DUCKDB_TYPES[type]]),
    );
  });

  test('the same rows give the same bytes, in whatever order they come', async () => {
    const rows = tableRows(table, 40);
    const bytes = await encodeTable(table, rows);
    expect(await encodeTable(table, tableRows(table, 40))).toEqual(bytes);
    const shuffled = rows.map((_, i) => rows[(i * 23) % rows.length] as Row<typeof table>);
    expect(await encodeTable(table, inKeyOrder(table, shuffled))).toEqual(bytes);
    expect(await encodeTable(table, rows.slice(1))).not.toEqual(bytes);
  });

  test('what is decoded can be encoded again, to the same bytes', async () => {
    const bytes = await encodeTable(table, tableRows(table, 40));
    expect(await encodeTable(table, await decodeTable(table, bytes))).toEqual(bytes);
  });
});

test('a list without elements is not a list that is missing', async () => {
  const genres = { a: [], b: null, c: [''] };
  const rows = Object.entries(genres).map(([id, list]) => artistRow(id, { genres: list }));
  const bytes = await encodeTable('artists', rows);
  expect((await decodeTable('artists', bytes)).map((row) => row.genres)).toEqual([[], null, ['']]);
  expect(await askDuckDb(bytes, 'SELECT id FROM file WHERE genres IS NULL')).toEqual([{ id: 'b' }]);
});

test('every string is found by equality, also where UTF-16 and UTF-8 sort it differently', async () => {
  const names = ['ＡＢＣ', '💥 emoji', 'ｶﾀｶﾅ', '방탄소년단', 'abc', '\u{10FFFF}', '\uFFFD', 'ﾟ'.repeat(40)];
  const rows = Array.from({ length: 800 }, (_, i) => ({
    ...artistRow(`k${1000 + i}`),
    name: names[i % names.length] as string,
  }));
  const bytes = await encodeTable('artists', rows);
  for (const name of names) {
    const sql = `SELECT count(*) AS found FROM file WHERE name = '${name}'`;
    expect([name, await askDuckDb(bytes, sql)]).toEqual([name, [{ found: 100 }]]);
  }
});

describe('what is refused', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'a double of %d',
    async (tempo) => {
      const rows = [featuresRow('a'), featuresRow('b', { tempo })];
      await expect(encodeTable('audio_features', rows)).rejects.toThrow(InvalidInputError);
      await expect(encodeTable('audio_features', rows)).rejects.toThrow(
        `audio_features.tempo: expected finite numbers or null, got ${tempo} at ["b"]`,
      );
    },
  );

  test('a vector with NaN in it', async () => {
    const vector = Float32Array.of(1, Number.NaN);
    const row = { track_id: 'a', name: null, artist_name: null, vector, count: 1 };
    await expect(encodeTable('track_vectors', [row])).rejects.toThrow(InvalidInputError);
    await expect(encodeTable('track_vectors', [row])).rejects.toThrow(
      'track_vectors.vector: expected finite numbers or null, got 1,NaN at ["a"]',
    );
  });

  test.each([
    ['a doubled key', ['a', 'a']],
    ['keys that are out of order', ['b', 'a']],
    ['keys in the order of a dictionary', ['a', 'B']],
  ])('%s', async (_, ids) => {
    const rows = ids.map((id) => artistRow(id));
    await expect(encodeTable('artists', rows)).rejects.toThrow(InvalidInputError);
    await expect(encodeTable('artists', rows)).rejects.toThrow(`got ["${ids[1]}"] after ["${ids[0]}"]`);
  });

  test.each<[string, Partial<Row<'artists'>>]>([
    ['a fraction for an integer', { popularity: 1.5 }],
    ['an integer that is too large', { popularity: 2 ** 31 }],
    ['a fraction for a large integer', { followers: 1.5 }],
    ['a number for a string', { name: 5 as unknown as string }],
    ['a missing key', { id: null as unknown as string }],
  ])('%s', async (_, values) => {
    await expect(encodeTable('artists', [{ ...artistRow('a'), ...values }])).rejects.toThrow();
  });
});

test.each([
  [100_000, 1],
  [100_001, 2],
])('%d rows stand in %d row groups, whole', async (count, groups) => {
  const rows = tableRows('related_artists', count);
  const bytes = await encodeTable('related_artists', rows);
  expect(parquetMetadata(bytes.slice().buffer as ArrayBuffer).row_groups).toHaveLength(groups);
  const [sums] = await askDuckDb(
    bytes,
    `SELECT count(*) AS rows, count(DISTINCT artist_id) AS keys, min(artist_id) AS first, max(artist_id) AS last,
       count(distance) AS distances, sum(rank)::DOUBLE AS ranks FROM file`,
  );
  expect(sums).toEqual({
    rows: count,
    keys: count,
    first: 'k0000000',
    last: `k${String(count - 1).padStart(7, '0')}`,
    distances: rows.filter(({ distance }) => distance !== null).length,
    ranks: rows.reduce((sum, { rank }) => sum + (rank ?? 0), 0),
  });
  expect((await decodeTable('related_artists', bytes)).at(-1)).toEqual(rows.at(-1));
});

test('a file of before a column was added has null there', async () => {
  const older = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: ['a', 'b'], type: 'STRING' },
      { name: 'name', data: ['A', null], type: 'STRING' },
    ],
  });
  const nothing = { url: null, image_url: null, genres: null, followers: null, popularity: null };
  expect(await decodeTable('artists', new Uint8Array(older))).toEqual([
    { id: 'a', name: 'A', ...nothing },
    { id: 'b', name: null, ...nothing },
  ]);
});
