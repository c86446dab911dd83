import { pipeline } from 'node:stream';
import type { ColumnInfo } from '@aws-sdk/client-athena';
import { CsvError, parse } from 'csv-parse';
import { UnexpectedAnswerError } from '../../core/errors.ts';

/** A row of a result by column. */
export type AthenaRow = Record<string, string | number | boolean | null>;

const NUMERIC = new Set([
  'tinyint',
  'smallint',
  'integer',
  'int',
  'bigint',
  'float',
  'real',
  'double',
  'decimal',
]);

/**
 * The rows of a result as Athena writes it: UTF-8, a header, every value in quotes with its own doubled, null empty and
 * without quotes. Numbers and booleans come as such, all else as text. Throws `UnexpectedAnswerError` where the text is
 * not so, and the stream's error where it breaks off.
 */
export async function* readResult(
  stream: NodeJS.ReadableStream,
  columns: readonly ColumnInfo[],
): AsyncGenerator<AthenaRow> {
  const parser = parse({
    record_delimiter: '\n',
    cast: (text, { quoting }) => (text === '' && !quoting ? null : text),
  });
  const names = columns.map(({ Name = '' }) => Name);
  let line = 0;
  try {
    for await (const values of pipeline(stream, parser, () => {}) as AsyncIterable<(string | null)[]>) {
      line += 1;
      if (line === 1) expectHeader(values, names);
      else yield Object.fromEntries(values.map((text, at) => [names[at], typed(text, columns[at])]));
    }
  } catch (error) {
    if (error instanceof CsvError) throw unexpected('CSV', error.message, error);
    throw error;
  }
  if (line === 0) throw unexpected(`a header of ${names.join(', ')}`, 'an empty file');
}

function expectHeader(header: readonly (string | null)[], names: readonly string[]): void {
  if (header.join() !== names.join()) throw unexpected(`the columns ${names.join()}`, header.join());
}

function typed(
  text: string | null,
  { Name, Type = '' }: ColumnInfo = { Name: '', Type: '' },
): AthenaRow[string] {
  if (text === null) return null;
  if (Type === 'boolean') return text === 'true';
  if (!NUMERIC.has(Type)) return text;
  const number = Number(text);
  // Athena writes NaN and Infinity so.
  if (text === '' || (Number.isNaN(number) && text !== 'NaN')) {
    throw unexpected(`a ${Type} for ${Name}`, JSON.stringify(text));
  }
  return number;
}

const unexpected = (expected: string, came: string, cause?: unknown): UnexpectedAnswerError =>
  new UnexpectedAnswerError(
    `expected ${expected} in Athena's result, got ${came}`,
    'run it again; if it goes on, the form of the results has changed',
    { cause },
  );
