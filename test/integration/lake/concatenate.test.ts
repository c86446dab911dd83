import { concatenate } from '../../../adapters/lake/concatenate.ts';
import { decodeTable, type Pieces } from '../../../adapters/lake/parquet.ts';
import { ROW_GROUP, type Row } from '../../../core/tables.ts';
import { mulberry32 } from '../../../sample/random.ts';
import { askDuckDb, encodeTable } from '../../support/parquet-readers.ts';
import { tableRows } from '../../support/table-rows.ts';

const piecesOf = (bytes: Uint8Array): Pieces => ({
  byteLength: bytes.byteLength,
  slice: async (start, end = bytes.byteLength) => Uint8Array.from(bytes.subarray(start, end)).buffer,
});

async function* each(files: readonly Uint8Array[]): AsyncGenerator<Pieces> {
  for (const file of files) yield piecesOf(file);
}

async function joined(files: readonly Uint8Array[]): Promise<{ rows: number; bytes: Uint8Array }> {
  const parts: Uint8Array[] = [];
  const rows = await concatenate(each(files), async (part) => void parts.push(part));
  return { rows, bytes: Buffer.concat(parts) };
}

test('files become one with the rows of all, in order, whoever reads it', async () => {
  const rows = tableRows('related_artists', 90);
  const cuts = [0, 1, 40, 41, 90];
  const files = await Promise.all(
    cuts.slice(1).map((end, i) => encodeTable('related_artists', rows.slice(cuts[i], end))),
  );
  const { rows: count, bytes } = await joined(files);
  expect(count).toBe(90);
  expect(await decodeTable('related_artists', bytes)).toEqual(rows);
  expect(await askDuckDb(bytes, 'FROM file')).toEqual(rows);
  expect(await askDuckDb(bytes, "SELECT count(*)::INT AS n FROM file WHERE artist_id >= 'k0000041'")).toEqual(
    [{ n: 49 }],
  );
});

test('cut where row groups end, they become the bytes of one file', async () => {
  const random = mulberry32(5);
  // Long ids that no dictionary holds, so that a column has several pages in each row group.
  const rows = Array.from(
    { length: ROW_GROUP + 7000 },
    (_, i): Row<'related_artists'> => ({
      artist_id: `a${String(i).padStart(21, '0')}`,
      y_artist: `${random.uniform()}`.padStart(200, '0'),
      distance: random.uniform(),
      rank: (i % 50) + 1,
      confidence: i % 3 ? null : i / 1000,
      reasons: i % 5 ? null : `[${i}]`,
    }),
  );
  const files = [
    await encodeTable('related_artists', rows.slice(0, ROW_GROUP)),
    await encodeTable('related_artists', rows.slice(ROW_GROUP)),
  ];
  const whole = await encodeTable('related_artists', rows);
  expect(Buffer.compare((await joined(files)).bytes, whole)).toBe(0);
  expect(Buffer.compare((await joined([whole])).bytes, whole)).toBe(0);
});
