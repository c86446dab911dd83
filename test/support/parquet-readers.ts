import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';
import { writeTable } from '../../adapters/lake/parquet.ts';
import type { Row, TableName } from '../../core/tables.ts';
import { plainRow } from './table-rows.ts';

type Rows = Record<string, unknown>[];

/** A table's rows as one Parquet file. */
export async function encodeTable<N extends TableName>(
  table: N,
  rows: Iterable<Row<N>>,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await writeTable(table, rows, async (piece) => void pieces.push(piece));
  return Uint8Array.from(Buffer.concat(pieces));
}

/** What DuckDB answers about a Parquet file, which the statement calls `file`. */
export async function askDuckDb(bytes: Uint8Array, sql: string): Promise<Rows> {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-parquet-'));
  const path = join(folder, 'file.parquet');
  await writeFile(path, bytes);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`CREATE VIEW file AS SELECT * FROM read_parquet('${path}')`);
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowObjectsJS().map(plainRow);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** The rows of a Parquet file as hyparquet reads them. */
export async function readWithHyparquet(bytes: Uint8Array): Promise<Rows> {
  const file = bytes.slice().buffer as ArrayBuffer;
  return (await parquetReadObjects({ file })).map(plainRow);
}
