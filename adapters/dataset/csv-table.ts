import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { CatalogueError } from '../../core/errors.ts';

/** A CSV file of a dataset folder. */
export interface CsvFile {
  name: string;
  /** Columns without which the file is refused; others may be missing and are then null. */
  required: readonly string[];
}

/** One row, whose values are read by column; what is wrong is named with file, line and column. */
export class CsvRow {
  readonly #values: Readonly<Record<string, string>>;
  readonly #at: string;

  constructor(values: Readonly<Record<string, string>>, at: string) {
    this.#values = values;
    this.#at = at;
  }

  /** The text of a column; null where it is empty or missing. */
  text(column: string): string | null {
    return this.#values[column] || null;
  }

  /** The text of a column that must not be empty. */
  required(column: string): string {
    return this.text(column) ?? this.wrong(column, 'a value');
  }

  /** The number in a column; null where it is empty or missing. */
  number(column: string): number | null {
    const text = this.text(column);
    const value = Number(text);
    return text === null ? null : Number.isFinite(value) ? value : this.wrong(column, 'a number');
  }

  /** The whole number in a column; null where it is empty or missing. */
  integer(column: string): number | null {
    const value = this.number(column);
    return value === null || Number.isInteger(value) ? value : this.wrong(column, 'a whole number');
  }

  /** Refuses the value of a column. */
  wrong(column: string, expected: string): never {
    throw new CatalogueError(
      `${this.#at}, column ${column}: expected ${expected}, got ${JSON.stringify(this.#values[column] ?? '')}`,
      'correct the row or take it out',
    );
  }
}

/**
 * The rows of a CSV file (UTF-8, with or without a BOM, a header line). Throws `CatalogueError` where the file or a
 * required column is missing or the file is no CSV.
 */
export async function readCsv(dir: string, { name, required }: CsvFile): Promise<CsvRow[]> {
  const path = join(dir, name);
  const expected = `expected is a CSV file with the columns ${required.join(', ')}`;
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${cause.code})`;
    throw new CatalogueError(`${path}: ${why}`, expected, { cause });
  });
  const [header = [], ...lines] = parseCsv(bytes, path, expected);
  const missing = required.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new CatalogueError(`${path}: column ${missing.join(', ')} is missing`, expected);
  }
  return lines.map((values, i) => {
    const row = Object.fromEntries(header.map((column, at) => [column, values[at] ?? '']));
    return new CsvRow(row, `${path}, row ${i + 2}`);
  });
}

function parseCsv(bytes: Buffer, path: string, expected: string): string[][] {
  try {
    return parse(bytes, { bom: true, record_delimiter: ['\r\n', '\n'], skip_empty_lines: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new CatalogueError(`${path}: ${cause.message}`, expected, { cause });
  }
}
