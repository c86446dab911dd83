import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { CatalogueError } from '../../core/errors.ts';
import { CsvRow, RowError } from './csv-row.ts';

/** A CSV file of a dataset folder. */
export interface CsvFile {
  name: string;
  /** Columns without which the file is refused; others may be missing and are then null. */
  required: readonly string[];
}

/**
 * The rows of a CSV file (UTF-8, with or without a BOM, a header line), each read by `toRow`. Throws `CatalogueError`
 * where the file or a required column is missing, the file is no CSV, or a row cannot be read.
 */
export async function readCsv<T>(
  dir: string,
  { name, required }: CsvFile,
  toRow: (row: CsvRow) => T,
): Promise<T[]> {
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
  const columns = new Map(header.map((column, i) => [column, i]));
  return lines.map((values, i) => {
    try {
      return toRow(new CsvRow(columns, values));
    } catch (cause) {
      if (!(cause instanceof RowError)) throw cause;
      const message = `${path}, row ${i + 2}, ${cause.message}`;
      throw new CatalogueError(message, 'correct the row or take it out', { cause });
    }
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
