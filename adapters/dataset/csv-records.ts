import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { InvalidInputError } from '../../core/errors.ts';

/** One record of a CSV file. */
export interface CsvRecord {
  /** The line on which it begins, from 1. */
  line: number;
  /** How many lines it takes. */
  lines: number;
  values: string[];
  /** Bytes of the file up to its end. */
  bytes: number;
}

/** A quote that is opened and not closed would swallow the rest of the file; no real row is so long, in bytes. */
const LONGEST_RECORD = 1_000_000;

/**
 * The records of a CSV file as they are read: UTF-8 with or without a BOM, lines that end in LF or CRLF, quotes with
 * line breaks. Empty lines are left out. Throws `InvalidInputError` where a quote is never closed.
 */
export async function* csvRecords(path: string, delimiter: string): AsyncGenerator<CsvRecord> {
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      info: true,
      max_record_size: LONGEST_RECORD,
    }),
  );
  let end = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      const lines = 1 + breaksIn(record);
      end = info.lines;
      yield { line: info.lines - lines + 1, lines, values: record, bytes: info.bytes };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InvalidInputError(
      `${path}, after line ${end}: expected every quote to be closed, got none that closes it`,
      'correct that line and try again',
      { cause: error },
    );
  }
}

interface ParsedRecord {
  record: string[];
  info: { lines: number; bytes: number };
}

function breaksIn(values: readonly string[]): number {
  let breaks = 0;
  for (const value of values) {
    for (let at = value.indexOf('\n'); at !== -1; at = value.indexOf('\n', at + 1)) breaks += 1;
  }
  return breaks;
}
