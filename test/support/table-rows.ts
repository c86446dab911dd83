import { type ColumnType, type LakeTable, type Row, TABLES, type TableName } from '../../core/tables.ts';

/** Values of each type at and between its limits. */
const VALUES: Record<ColumnType, readonly unknown[]> = {
  string: ['방탄소년단', '💥 emoji', 'ＡＢＣ', 'ｶﾀｶﾅ', '', 'O\'Brien "x"\n\t\\', 'é', 'null'],
  int: [0, -1, 2 ** 31 - 1, -(2 ** 31), 42],
  bigint: [0, 80_000_000_000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1],
  double: [0, -60.000001, 5e-324, Number.MAX_VALUE, 0.1 + 0.2, -1e-7, 1],
  timestamp: ['1970-01-01T00:00:00.000Z', '2026-11-22T12:34:56.789Z', '1969-12-31T23:59:59.999Z'].map(
    (time) => new Date(time),
  ),
  'array<string>': [['k-pop', '발라드'], [], ['💥'], ['', 'ＡＢＣ', 'b', 'b']],
  'array<float>': [[0.5, -1, 0.1], [], [3.4e38, 1e-45]].map((vector) => Float32Array.from(vector)),
};

/** So many rows of a table, in key order, each with another mix of values, nulls among them. */
export function tableRows<N extends TableName>(table: N, count: number): Row<N>[] {
  const { key, columns }: LakeTable = TABLES[table];
  return Array.from({ length: count }, (_, i) => {
    const values = Object.entries(columns).map(([name, type], c) => {
      if (key.includes(name)) return [name, keyOf(type, i)];
      const choices = [...VALUES[type], null];
      return [name, choices[(i + c) % choices.length]];
    });
    return Object.fromEntries(values) as Row<N>;
  });
}

const keyOf = (type: ColumnType, i: number): unknown =>
  type === 'timestamp' ? new Date(1e12 + i) : type === 'int' ? i : `k${String(i).padStart(7, '0')}`;

/** A row as every reader can give it: big integers as numbers, times as text, vectors as lists, nothing undefined. */
export function plainRow(row: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  return value instanceof Date ? value.toISOString() : (value ?? null);
}
