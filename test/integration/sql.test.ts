import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inKeyOrder } from '../../adapters/lake/parquet.ts';
import { partitionKey } from '../../core/names.ts';
import { type Row, TABLES, type TableName } from '../../core/tables.ts';
import { type Machine, openMachine } from '../support/machine.ts';
import { encodeTable } from '../support/parquet-readers.ts';

const STATEMENTS = join(import.meta.dirname, '../../sql/athena');
/** A folder a statement, in it a folder a case; test/sql/README.md tells what stands in one. */
const CASES = join(import.meta.dirname, '../sql');

type Values = Record<string, unknown>;

const foldersOf = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort()
    : [];
const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

const statements = readdirSync(STATEMENTS).map((file) => basename(file, '.sql'));
const cases = statements.flatMap((statement) =>
  foldersOf(join(CASES, statement)).map((name) => [statement, name] as const),
);

let machine: Machine;
beforeEach(async () => {
  machine = await openMachine();
});
afterEach(() => machine.close());

/** Writes a case's tables into the lake, a day at a time. What a row does not name is null. */
async function putTables(folder: string): Promise<void> {
  for (const table of Object.keys(TABLES) as TableName[]) {
    if (!existsSync(join(folder, `${table}.json`))) continue;
    const empty = Object.fromEntries(Object.keys(TABLES[table].columns).map((name) => [name, null]));
    const { partition } = TABLES[table];
    const rows = read<Values[]>(folder, `${table}.json`);
    for (const day of new Set(rows.map((row) => String(row[partition])))) {
      const ofDay = rows
        .filter((row) => row[partition] === day)
        .map(({ [partition]: _, played_at, ...row }) => ({
          ...empty,
          ...row,
          ...(typeof played_at === 'string' && { played_at: new Date(played_at) }),
        }));
      await putDay(table, day, ofDay as unknown as Row<typeof table>[]);
    }
  }
}

/** Puts a table's day; rows that repeat a key, as no file of the lake has them, come in a second file. */
async function putDay<N extends TableName>(table: N, dt: string, rows: Row<N>[]): Promise<void> {
  const first = inKeyOrder(table, rows);
  await machine.lake.write(table, dt, first);
  const repeated = inKeyOrder(
    table,
    rows.filter((row) => !first.includes(row)),
  );
  if (repeated.length === 0) return;
  const path = join(machine.lakeFolder, partitionKey(table, dt).replace('part-00000', 'part-00001'));
  await writeFile(path, await encodeTable(table, repeated));
}

/** The row as it is expected: the columns that it names, all others null, numbers to twelve places. */
function expectedRow(named: Values, columns: readonly string[]): Values {
  expect(columns).toEqual(expect.arrayContaining(Object.keys(named)));
  return Object.fromEntries(
    columns.map((name) => {
      const value = named[name] ?? null;
      return [name, typeof value === 'number' ? expect.closeTo(value, 12) : value];
    }),
  );
}

test.each(cases)('%s: %s', async (statement, name) => {
  const folder = join(CASES, statement, name);
  await putTables(folder);
  const sql = readFileSync(join(STATEMENTS, `${statement}.sql`), 'utf8');
  const rows = await machine.warehouse.query(sql, read<string[]>(folder, 'parameters.json'));
  const expected = read<Values[]>(folder, 'expected.json');
  const columns = Object.keys(rows[0] ?? {});
  expect(rows).toEqual(expected.map((row) => expectedRow(row, columns)));
});

test('every statement has cases, and every case a statement', () => {
  expect(foldersOf(CASES)).toEqual([...statements].sort());
  for (const statement of statements) expect(foldersOf(join(CASES, statement))).not.toEqual([]);
});

test.each(cases)('the case %s: %s holds what it should and nothing else', (statement, name) => {
  const files = readdirSync(join(CASES, statement, name)).map((file) => basename(file, '.json'));
  expect(files).toEqual(expect.arrayContaining(['expected', 'parameters']));
  expect(['expected', 'parameters', ...Object.keys(TABLES)]).toEqual(expect.arrayContaining(files));
});
