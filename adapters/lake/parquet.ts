import { parquetReadObjects, parquetScan, type SchemaElement } from 'hyparquet';
import { InvalidInputError } from '../../core/errors.ts';
import { Slices } from '../../core/long-work.ts';
import type { Columns } from '../../core/ports.ts';
import {
  type ColumnType,
  type LakeTable,
  ROW_GROUP,
  type Row,
  TABLES,
  type TableName,
} from '../../core/tables.ts';
import { systemClock } from '../system.ts';
import { TableThread } from '../threads/table-thread.ts';
import { TableEncoder } from './table-encoder.ts';

/** Takes the next bytes of an object. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes a table's rows as one Snappy Parquet file, piece by piece: a row group is held at a time. The same rows give
 * the same bytes, but for a `note` that the file is to have in its metadata. Long tables yield to the event loop, also where
 * rows are made as they are taken.
 *
 * Rows come sorted bytewise by the table's key, each key once; throws `InvalidInputError` where they do not, and where
 * a number is NaN or infinite (engines disagree on how those compare).
 */
export async function writeTable<N extends TableName>(
  table: N,
  rows: Iterable<Row<N>>,
  append: Append,
  note?: string,
): Promise<void> {
  const definition: LakeTable = TABLES[table];
  const columns = Object.entries(definition.columns);
  const names = columns.map(([name]) => name);
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.flatMap(([name, type]) => schemaOf(name, type, definition.key.includes(name))),
  ];
  const slices = new Slices(systemClock);
  let batch: unknown[][] = names.map(() => []);
  let size = 0;
  let thread: TableThread | undefined;
  try {
    for (const row of checked(table, definition, rows)) {
      for (let c = 0; c < names.length; c++) (batch[c] as unknown[]).push(row[names[c] as string]);
      size += 1;
      if (size % BATCH === 0) {
        thread ??= new TableThread({ schema, names });
        thread.add(batch);
        batch = names.map(() => []);
        if (size % ROW_GROUP === 0) await append(await thread.encode());
      }
      if (slices.isOver) await slices.next();
    }
    if (thread) {
      thread.add(batch);
      if (size % ROW_GROUP > 0) await append(await thread.encode());
      await append(await thread.end());
    } else {
      const encoder = new TableEncoder(schema, names, note);
      if (size > 0) await append(encoder.encode(batch));
      await append(encoder.end());
    }
  } finally {
    await thread?.close();
  }
}

/** From this number of rows on, which take a fifth of a second, a thread of its own encodes them. */
const BATCH = ROW_GROUP / 5;

/** The rows of a file that `writeTable` wrote; columns that the file does not have yet are null. */
export async function decodeTable<N extends TableName>(table: N, bytes: Uint8Array): Promise<Row<N>[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const columns = Object.entries<ColumnType>(TABLES[table].columns);
  const rows = await parquetReadObjects({ file });
  return rows.map(
    (row) =>
      Object.fromEntries(columns.map(([name, type]) => [name, plain(row[name], type)])) as unknown as Row<N>,
  );
}

/** A file's bytes, of which some may be asked for at a time. */
export interface Pieces {
  readonly byteLength: number;
  /** Those from `start` to `end`, or to the end of all. */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/**
 * Some columns of a file, a row group at a time, of which no more than those columns are read and held; columns that
 * the file does not have yet are null. With `where`, row groups whose statistics say that they have no such row are
 * left out.
 */
export async function* batchesOf<N extends TableName, C extends keyof Row<N> & string>(
  table: N,
  file: Pieces,
  columns: readonly C[],
  where?: Readonly<Partial<Record<C, string>>>,
): AsyncGenerator<Columns<N, C>> {
  const types: Record<string, ColumnType> = TABLES[table].columns;
  const wanted = Object.entries<string | undefined>(where ?? {}).map(([column, $eq]) => [column, { $eq }]);
  const pruningFilter = wanted.length > 0 ? Object.fromEntries(wanted) : undefined;
  const scan = await parquetScan({ file, useOffsetIndex: false, pruningFilter });
  const there = new Set(scan.metadata.schema.map(({ name }) => name));
  for (const range of scan.ranges) {
    const arrays = columns.map(async (column) => {
      const type = types[column] as ColumnType;
      if (!there.has(column)) return [column, Array(range.rowEnd - range.rowStart).fill(null)];
      return [column, plainColumn(await scan.readColumn({ column, ...range }), type)];
    });
    yield Object.fromEntries(await Promise.all(arrays)) as Columns<N, C>;
  }
}

/** A loop, since this is done for millions of values, and `Array.from` takes three times as long. */
function plainColumn(values: ArrayLike<unknown>, type: ColumnType): unknown[] {
  const column = new Array<unknown>(values.length);
  for (let i = 0; i < values.length; i++) column[i] = plain(values[i], type);
  return column;
}

function plain(value: unknown, type: ColumnType): unknown {
  if (typeof value === 'bigint') return Number(value);
  return type === 'array<float>' && value ? Float32Array.from(value as number[]) : (value ?? null);
}

const PHYSICAL: Record<Exclude<ColumnType, `array<${string}>`>, Omit<SchemaElement, 'name'>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int: { type: 'INT32' },
  bigint: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
};

function schemaOf(name: string, type: ColumnType, isKey: boolean): SchemaElement[] {
  if (type === 'array<string>' || type === 'array<float>') {
    const element: Omit<SchemaElement, 'name'> =
      type === 'array<string>' ? PHYSICAL.string : { type: 'FLOAT' };
    return [
      { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', ...element },
    ];
  }
  return [{ name, repetition_type: isKey ? 'REQUIRED' : 'OPTIONAL', ...PHYSICAL[type] }];
}

function* checked<N extends TableName>(
  table: N,
  { key, columns }: LakeTable,
  rows: Iterable<Row<N>>,
): Generator<Record<string, unknown>> {
  const numbers = Object.keys(columns).filter((name) =>
    ['double', 'array<float>'].includes(columns[name] ?? ''),
  );
  const converted = Object.entries(columns).filter(([, type]) => type in WRITTEN);
  let previous: Record<string, unknown> | undefined;
  for (const row of rows as Iterable<Record<string, unknown>>) {
    if (previous && compareKeys(key, previous, row) >= 0) {
      throw new InvalidInputError(
        `${table}: expected each ${key.join(', ')} once and in order, got ${JSON.stringify(pick(row, key))} after ${JSON.stringify(pick(previous, key))}`,
        'sort the rows with inKeyOrder and drop doubles before writing',
      );
    }
    for (const name of numbers) {
      if (row[name] !== null && !areFinite(row[name])) {
        throw new InvalidInputError(
          `${table}.${name}: expected finite numbers or null, got ${String(row[name]).slice(0, 100)} at ${JSON.stringify(pick(row, key))}`,
          'write null where a value is unknown',
        );
      }
    }
    previous = row;
    yield converted.length === 0 ? row : { ...row, ...written(row, converted) };
  }
}

const areFinite = (value: unknown): boolean =>
  ArrayBuffer.isView(value) ? (value as Float32Array).every(Number.isFinite) : Number.isFinite(value);

/** How the writer wants the types that rows hold otherwise. */
const WRITTEN: Partial<Record<ColumnType, (value: never) => unknown>> = {
  bigint: (value: number) => BigInt(value),
  'array<float>': (vector: Float32Array) => [...vector],
};

const written = (row: Record<string, unknown>, columns: [string, ColumnType][]): Record<string, unknown> =>
  Object.fromEntries(
    columns.map(([name, type]) => [name, row[name] === null ? null : WRITTEN[type]?.(row[name] as never)]),
  );

const pick = (row: Record<string, unknown>, names: readonly string[]): unknown[] =>
  names.map((name) => row[name]);

function compareKeys(key: readonly string[], a: Record<string, unknown>, b: Record<string, unknown>): number {
  for (const name of key) {
    const [x, y] = [a[name] as string | number | Date, b[name] as string | number | Date];
    if (x < y) return -1;
    if (x > y) return 1;
  }
  return 0;
}

/** The rows in the order of the table's key, each key once: the first of equals stays. */
export function inKeyOrder<N extends TableName>(table: N, rows: readonly Row<N>[]): Row<N>[] {
  const { key } = TABLES[table];
  const sorted = [...rows].sort((a, b) => compareKeys(key, a, b));
  return sorted.filter((row, i) => i === 0 || compareKeys(key, sorted[i - 1] as Row<N>, row) !== 0);
}
