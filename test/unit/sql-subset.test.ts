import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LakeTable, TABLES } from '../../core/tables.ts';

const SQL = join(import.meta.dirname, '../../sql');

/** Statements that Athena and DuckDB both run: what one of them lacks, or takes to mean something else. */
const UNSAFE: [string, RegExp][] = [
  ['approx_* has other names', /\bapprox_\w+/i],
  ['a division of integers is one in DuckDB only: multiply, or use avg', /\//],
  ['a remainder has another sign or type', /%/],
  ['NULL counts in Athena, and is skipped in DuckDB', /\b(greatest|least)\s*\(/i],
  ['replaces all in Athena, the first in DuckDB', /\bregexp_\w+/i],
  ['dates are written otherwise', /\b(date_format|date_parse|date_add|from_unixtime|to_unixtime)\b/i],
  ['DuckDB has it otherwise or not at all', /\b(strftime|strptime|day_of_week|width_bucket|sequence)\b/i],
  ['returns a list in DuckDB', /\belement_at\b/i],
  ['lists have other functions', /\b(array_join|cardinality|transform|reduce|zip_with|list_\w+|unnest)\b/i],
  ['DuckDB has none', /\b(every|map_agg|json_extract_scalar|cosine_similarity|array_distance)\b/i],
  ['not a number sorts and compares otherwise', /\b(nan|infinity|is_nan|is_finite|isnan)\b/i],
  ['its type is HUGEINT in DuckDB', /\bsum\s*\(/i],
  ['quotes of MySQL alone', /`/],
  ['casts and lambdas of one engine', /::|->/],
  ['clauses of one engine', /\b(qualify|exclude|pivot|asof|using sample|group by all|order by all)\b/i],
  ['DDL belongs to an adapter', /\b(create|alter|drop|insert|update|delete|msck|unload|copy|show|set)\b/i],
  ['read by an adapter', /\bread_(parquet|csv|json)\w*/i],
  ['a statement is one statement', /;/],
  ['DuckDB takes an alias here, Athena does not', /\bgroup by\b[^)]*\bas\b/i],
  ['time stands still in a test', /\b(now|current_date|current_timestamp|localtime|random|rand|uuid)\b/i],
];

/** What stands for a value in a comparison of WHERE: `dt = ?`. */
const PARAMETER_IN_WHERE = /\b(?:WHERE|AND|OR)\s+[\w.]+\s*(?:=|<>|<=|>=|<|>)\s*\?/g;

const withoutComments = (sql: string): string => sql.replace(/^--.*$/gm, '');
const withoutText = (sql: string): string => withoutComments(sql).replace(/'(?:[^']|'')*'/g, "''");

/** What a statement does that Athena and DuckDB do not do alike. */
function faultsOf(sql: string): string[] {
  const code = withoutText(sql);
  const faults = UNSAFE.filter(([, pattern]) => pattern.test(code)).map(([why]) => why);
  const parameters = code.split('?').length - 1;
  const inWhere = code.match(PARAMETER_IN_WHERE)?.length ?? 0;
  if (parameters !== inWhere) faults.push('a parameter stands in WHERE alone');
  // A table that is read without its day would mix days; `runs` tells which days there are.
  const byDay = Object.entries<LakeTable>(TABLES).filter(
    ([name, table]) => name !== 'runs' && table.partition === 'dt',
  );
  for (const [table] of byDay) {
    const reads = code.match(new RegExp(`\\b(FROM|JOIN)\\s+${table}\\b`, 'gi'))?.length ?? 0;
    const ofDay =
      code.match(new RegExp(`\\bFROM\\s+${table}\\s+WHERE\\s+dt\\s*(=|<)\\s*\\?`, 'gi'))?.length ?? 0;
    if (reads !== ofDay) faults.push(`${table} is read without its day`);
  }
  return faults;
}

const athena = readdirSync(join(SQL, 'athena'));

test.each(athena)('athena/%s means the same in Athena and in DuckDB', (file) => {
  expect(faultsOf(readFileSync(join(SQL, 'athena', file), 'utf8'))).toEqual([]);
});

test.each(athena)('athena/%s begins with what it returns, of what, from what', (file) => {
  const header = /^(--.*\n)+/.exec(readFileSync(join(SQL, 'athena', file), 'utf8'))?.[0] ?? '';
  expect(header).toMatch(
    /^-- [A-Z].*\n(-- .*\n)*-- Grain: .*\n(-- .*\n)*-- Inputs: .*\n(-- .*\n)*-- Output: /,
  );
});

test.each([
  ['SELECT approx_distinct(id) FROM artists WHERE dt = ?', 'approx_* has other names'],
  ['SELECT 7 / 2', 'a division of integers is one in DuckDB only: multiply, or use avg'],
  ['SELECT greatest(1, NULL)', 'NULL counts in Athena, and is skipped in DuckDB'],
  ["SELECT regexp_replace(name, 'a', 'b')", 'replaces all in Athena, the first in DuckDB'],
  ["SELECT date_format(x, '%Y')", 'dates are written otherwise'],
  ['SELECT `key`', 'quotes of MySQL alone'],
  ['SELECT sum(rank)', 'its type is HUGEINT in DuckDB'],
  ["SELECT '2'::int", 'casts and lambdas of one engine'],
  ['SELECT ? AS day', 'a parameter stands in WHERE alone'],
  ['SELECT id FROM artists LIMIT ?', 'a parameter stands in WHERE alone'],
  ['SELECT id FROM top_tracks', 'top_tracks is read without its day'],
  ['SELECT 1 FROM a JOIN artists ON artists.dt = a.dt', 'artists is read without its day'],
])('%s is not let through', (sql, why) => {
  expect(faultsOf(sql)).toContain(why);
});

test('what stands in comments and in text is no fault', () => {
  expect(
    faultsOf("-- 1 / 2; `x` ?\nSELECT id FROM artists WHERE dt = ? AND name = 'now? 1/2 ''sum('''"),
  ).toEqual([]);
});

const all = readdirSync(SQL, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'text.d.ts')
  .map(({ parentPath, name }) => join(parentPath, name).slice(SQL.length + 1));

test.each(all)('%s is one statement with a header', (file) => {
  expect(file).toMatch(/^[a-z]+\/[a-z0-9_]+\.sql$/);
  const sql = readFileSync(join(SQL, file), 'utf8');
  expect(sql).toMatch(/^-- [A-Z][^\n]+\n/);
  expect(sql).toMatch(/[^\n;]\n$|;\n$/);
  expect(withoutComments(sql).trim()).not.toBe('');
  // A migration is a script of several statements.
  if (!/\/\d{4}_/.test(file)) expect(withoutText(sql)).not.toContain(';');
});
