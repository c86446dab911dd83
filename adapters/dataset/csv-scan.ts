/** A record of a CSV file, or the line where one should be that cannot be read. */
export interface ScannedRecord {
  /** The line on which it begins, from 1. */
  line: number;
  /** Its bytes, without the break at its end. */
  bytes: Buffer;
  /** How many values it has. */
  values: number;
  /** What is wrong with its quotes; the next record is then looked for on the next line. */
  fault?: string;
}

/** A quote that nothing closes would swallow the rest of the file; no real record is so long, in bytes. */
const LONGEST_RECORD = 1_000_000;
const [LF, CR, SPACE, QUOTE] = [0x0a, 0x0d, 0x20, 0x22];
/** Where in a value a byte stands. */
const [BEGIN, PLAIN, QUOTED, CLOSED] = [0, 1, 2, 3];
const FAULT =
  'expected a value that a quote opens to be closed by one, and quotes inside it to be doubled, got another quote or none';

/**
 * The records of a CSV file, cut by the rules by which DuckDB cuts them, with their lines and in bounded memory. Quotes
 * count at the beginning of a value alone, so that `6'1"` is one. Blank lines are left out.
 */
export async function* scanCsv(
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
): AsyncGenerator<ScannedRecord[]> {
  const scanner = new Scanner(delimiter.charCodeAt(0));
  for await (const chunk of chunks) yield scanner.push(chunk);
  yield scanner.end();
}

class Scanner {
  readonly #delimiter: number;
  #rest: Buffer = Buffer.alloc(0);
  #line = 1;

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  push(chunk: Buffer): ScannedRecord[] {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    return this.#take(false);
  }

  end(): ScannedRecord[] {
    return this.#take(true);
  }

  /** The records that are whole; at the end of the file the last needs no break. */
  #take(isEnd: boolean): ScannedRecord[] {
    const records: ScannedRecord[] = [];
    const bytes = this.#rest;
    let at = 0;
    while (at < bytes.length) {
      const record = this.#recordAt(at, isEnd);
      if (record === undefined) break;
      const { end, breaks } = record;
      const shown = bytes[end - 1] === CR ? end - 1 : end;
      if (shown > at) {
        const { values, fault } = record;
        records.push({ line: this.#line, bytes: bytes.subarray(at, shown), values, fault });
      }
      this.#line += breaks + 1;
      at = end + 1;
    }
    this.#rest = bytes.subarray(Math.min(at, bytes.length));
    return records;
  }

  /** Where the record that begins here ends; undefined where more bytes must come first. */
  #recordAt(
    start: number,
    isEnd: boolean,
  ): { end: number; breaks: number; values: number; fault?: string } | undefined {
    const bytes = this.#rest;
    const delimiter = this.#delimiter;
    let [state, values, breaks] = [BEGIN, 1, 0];
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at];
      if (state === QUOTED) {
        if (byte === QUOTE) state = CLOSED;
        else if (byte === LF && ++breaks && at - start > LONGEST_RECORD) return this.#fault(start);
      } else if (byte === delimiter) {
        state = BEGIN;
        values += 1;
      } else if (byte === LF) {
        return { end: at, breaks, values };
      } else if (state === BEGIN) {
        if (byte === QUOTE) state = QUOTED;
        else if (byte !== SPACE) state = PLAIN;
      } else if (state === CLOSED) {
        if (byte === QUOTE) state = QUOTED;
        else if (byte !== SPACE && !(byte === CR && (at + 1 === bytes.length || bytes[at + 1] === LF)))
          return this.#fault(start);
      }
    }
    if (bytes.length - start > LONGEST_RECORD || (isEnd && state === QUOTED)) return this.#fault(start);
    return isEnd ? { end: bytes.length, breaks, values } : undefined;
  }

  #fault(start: number): { end: number; breaks: number; values: number; fault: string } {
    const end = this.#rest.indexOf(LF, start);
    return end === -1
      ? { end: this.#rest.length, breaks: -1, values: 0, fault: FAULT }
      : { end, breaks: 0, values: 0, fault: FAULT };
  }
}
