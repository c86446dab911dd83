import {
  type ColumnChunk,
  type FileMetaData,
  type OffsetIndex,
  parquetMetadataAsync,
  type RowGroup,
  readOffsetIndex,
} from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Append, Pieces } from './parquet.ts';

/** Bytes that are held at a time. */
const PIECE = 16 * 1024 * 1024;
/** Of `PAR1`, which a file begins with. */
const MAGIC = 4;

/**
 * Writes files that `writeTable` wrote of the same table as one, with the row groups of all, in order: these are copied
 * as they are, and only the footer is made anew. Where a row group of each file but the last is full, the bytes are
 * those of one file written from all rows. Returns how many rows there are. Reading and writing take no more than `PIECE`.
 */
export async function concatenate(files: AsyncIterable<Pieces>, append: Append): Promise<number> {
  const bytes = new ByteWriter();
  const flush = (): Promise<void> => {
    const piece = bytes.getBytes().slice();
    bytes.index = 0;
    return append(piece);
  };
  let writer: ParquetWriter | undefined;
  for await (const file of files) {
    const metadata = await parquetMetadataAsync(file);
    writer ??= new ParquetWriter({
      writer: Object.assign(bytes, { flush, finish: flush }),
      schema: metadata.schema,
      createdBy: metadata.created_by,
    });
    await flush();
    const moved = BigInt(bytes.offset - MAGIC);
    const indexes = await offsetIndexesOf(file, metadata);
    for (const group of metadata.row_groups) {
      const columns = group.columns.map((chunk) => movedChunk(chunk, moved));
      writer.row_groups.push({ ...group, columns });
      for (const [c, chunk] of columns.entries()) {
        const offsetIndex = indexes.get(group.columns[c] as ColumnChunk);
        writer.pendingIndexes.push({ chunk, offsetIndex: offsetIndex && movedIndex(offsetIndex, moved) });
      }
    }
    writer.num_rows += metadata.num_rows;
    bytes.offset += await copy(file, endOf(metadata.row_groups), append);
  }
  await writer?.finish();
  return Number(writer?.num_rows ?? 0);
}

async function copy(file: Pieces, end: number, append: Append): Promise<number> {
  for (let start = MAGIC; start < end; start += PIECE) {
    await append(new Uint8Array(await file.slice(start, Math.min(end, start + PIECE))));
  }
  return end - MAGIC;
}

/** Where the row groups end: what follows is indexes and the footer. */
function endOf(groups: readonly RowGroup[]): number {
  const last = groups.at(-1)?.columns.at(-1)?.meta_data;
  return last
    ? Number((last.dictionary_page_offset ?? last.data_page_offset) + last.total_compressed_size)
    : MAGIC;
}

function movedChunk(chunk: ColumnChunk, by: bigint): ColumnChunk {
  const { offset_index_offset: _, offset_index_length: __, meta_data, ...rest } = chunk;
  if (!meta_data) return rest;
  const { data_page_offset, dictionary_page_offset: dictionary, statistics, ...same } = meta_data;
  // hyparquet does not read how many there are that are no number: `writeTable` takes none.
  const isNumber = ['DOUBLE', 'FLOAT'].includes(meta_data.type);
  return {
    ...rest,
    file_offset: chunk.file_offset && chunk.file_offset + by,
    meta_data: {
      ...same,
      statistics: isNumber ? Object.assign({ nan_count: 0n }, statistics) : statistics,
      data_page_offset: data_page_offset + by,
      dictionary_page_offset: dictionary && dictionary + by,
    },
  };
}

const movedIndex = (index: OffsetIndex, by: bigint): OffsetIndex => ({
  ...index,
  page_locations: index.page_locations.map((page) => ({ ...page, offset: page.offset + by })),
});

/** The offset indexes of a file; columns of one page have none. */
async function offsetIndexesOf(
  file: Pieces,
  { row_groups }: FileMetaData,
): Promise<Map<ColumnChunk, OffsetIndex>> {
  const found = new Map<ColumnChunk, OffsetIndex>();
  const chunks = row_groups.flatMap(({ columns }) => columns);
  const placed = chunks.filter(({ offset_index_offset }) => offset_index_offset !== undefined);
  const [first, last] = [placed[0], placed.at(-1)];
  if (!first || !last) return found;
  const start = Number(first.offset_index_offset);
  const end = Number(last.offset_index_offset) + (last.offset_index_length ?? 0);
  const view = new DataView(await file.slice(start, end));
  for (const chunk of placed) {
    const offset = Number(chunk.offset_index_offset) - start;
    found.set(chunk, readOffsetIndex({ view, offset }));
  }
  return found;
}
