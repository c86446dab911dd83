import { isUtf8 } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { storageError } from '../storage-error.ts';
import { type ScannedRecord, scanCsv } from './csv-scan.ts';
import { asUtf8, contentOf, type Encoding, encodingOf } from './table-bytes.ts';

/** A CSV file, and what is known of it. */
export interface CsvFile {
  path: string;
  delimiter: string;
  isPacked: boolean;
  header: readonly string[];
}

/** What of a CSV file could be copied. */
export interface CleanCopy {
  encoding: Encoding;
  /** The first of the records that could not be, and how many there are. */
  rejected: { line: number; reason: string }[];
  rejectedCount: number;
}

/**
 * Copies the records of a CSV file that DuckDB can read, without the header, each with its line before it, as UTF-8; the
 * first `most` of the others are named. Throws `StorageError`.
 */
export async function copyClean(file: CsvFile, to: string, most: number): Promise<CleanCopy> {
  const { path, delimiter, isPacked, header } = file;
  const encoding = await encodingOf(contentOf(path, isPacked));
  const copied: CleanCopy = { encoding, rejected: [], rejectedCount: 0 };
  const copy = async function* () {
    for await (const records of dataOf(file, encoding)) {
      const kept: Buffer[] = [];
      for (const record of records) {
        const reason = faultOf(record, header.length, delimiter);
        if (reason === undefined) kept.push(Buffer.from(`${record.line}${delimiter}`), record.bytes, NEWLINE);
        else if (!isBlank(record, delimiter)) {
          copied.rejectedCount += 1;
          if (copied.rejected.length < most) copied.rejected.push({ line: record.line, reason });
        }
      }
      if (kept.length > 0) yield Buffer.concat(kept);
    }
  };
  const out = createWriteStream(to);
  await pipeline(Readable.from(copy()), out).catch((error: unknown) => {
    throw out.errored === error ? storageError(to, error) : error;
  });
  return copied;
}

/** The lines of the records with these numbers, from 0, in a CSV file that DuckDB has read as it is. */
export async function linesOfRecords(file: CsvFile, numbers: readonly number[]): Promise<number[]> {
  const lines: number[] = [];
  let number = 0;
  for await (const records of dataOf(file, 'utf-8')) {
    while (lines.length < numbers.length && (numbers[lines.length] as number) < number + records.length) {
      lines.push(records[(numbers[lines.length] as number) - number]?.line ?? 0);
    }
    if (lines.length === numbers.length) break;
    number += records.length;
  }
  return lines;
}

const NEWLINE = Buffer.from('\n');

/** The records after the header, which is the first that is not blank. */
async function* dataOf(
  { path, delimiter, isPacked }: CsvFile,
  encoding: Encoding,
): AsyncGenerator<ScannedRecord[]> {
  let isAfterHeader = false;
  for await (const records of scanCsv(asUtf8(contentOf(path, isPacked), encoding), delimiter)) {
    if (isAfterHeader) yield records;
    else {
      const header = records.findIndex((record) => !isBlank(record, delimiter));
      isAfterHeader = header !== -1;
      if (isAfterHeader) yield records.slice(header + 1);
    }
  }
}

const isBlank = ({ bytes }: ScannedRecord, delimiter: string): boolean =>
  bytes.length < 1000 && bytes.toString('latin1').replaceAll(delimiter, '').trim() === '';

function faultOf(
  { bytes, values, fault }: ScannedRecord,
  expected: number,
  delimiter: string,
): string | undefined {
  if (fault !== undefined) return fault;
  // As DuckDB reads it, a delimiter at the end of a line may begin no value.
  const isWhole =
    values === expected || (values === expected + 1 && bytes.at(-1) === delimiter.charCodeAt(0));
  if (!isWhole) return `expected ${expected} values, got ${values}`;
  return isUtf8(bytes) ? undefined : 'expected UTF-8, got other bytes';
}
