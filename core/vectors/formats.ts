import { DatasetError } from '../errors.ts';
import type { TrackVectors } from './track-vectors.ts';

/** The two forms of word2vec's files: numbers as text, or as little-endian 32-bit floats. */
export type VectorFormat = 'text' | 'binary';

/** The first line of a file of either form. */
const HEADER = /^(\d{1,10}) (\d{1,5})\s*$/;
/** Longest header line; anything longer is no such file. */
const LONGEST_HEADER = 64;
const HINT = 'save the vectors again with save_word2vec_format, and copy the file whole (docs/method.md)';
const [SPACE, NEW_LINE] = [0x20, 0x0a];

/** Whether an entry is to be kept; `entry` counts from 1. */
export type Keeps = (id: string, vector: Float32Array, entry: number) => boolean;

/**
 * Reads vectors as word2vec.c and gensim's `save_word2vec_format` write them: a line with how many and of which size,
 * then for each a name, a space and its numbers. Lines of the text form may end in a space or `\r\n`, entries of the
 * binary form in a line break (word2vec.c) or in nothing (gensim).
 *
 * The bytes come in pieces of any length. `push` and `end` throw `DatasetError` where the header lies or is none, the
 * file is cut short or goes on, a number is none or is not finite, or a name is empty, comes twice or is no UTF-8.
 * Memory is the matrix, the names, a piece and an entry.
 */
export class VectorReader {
  readonly #format: VectorFormat;
  readonly #bytes: number;
  readonly #keeps: Keeps;
  readonly #ids = new Set<string>();
  #header: { count: number; size: number } | undefined;
  #vectors = new Float32Array(0);
  #entries = 0;
  /** What is not read yet. */
  #rest: Uint8Array = new Uint8Array(0);

  /** Of a file of so many bytes. What `keeps` says no to is left out. */
  constructor(format: VectorFormat, bytes: number, keeps: Keeps = () => true) {
    this.#format = format;
    this.#bytes = bytes;
    this.#keeps = keeps;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    this.#read(joined(this.#rest, bytes), false);
  }

  /** The vectors, when all bytes were taken. */
  end(): TrackVectors {
    this.#read(this.#rest, true);
    const { count, size } = this.#header as { count: number; size: number };
    if (this.#entries < count) {
      throw broken(`${count} vectors as the header tells`, `only ${this.#entries}`);
    }
    if (!isBlank(this.#rest)) {
      throw broken(
        `nothing after ${count} vectors of size ${size}, as the header tells`,
        `${this.#rest.length} more bytes`,
      );
    }
    return { ids: [...this.#ids], size, vectors: this.#vectors.subarray(0, this.#ids.size * size) };
  }

  #read(bytes: Uint8Array, isEnd: boolean): void {
    let at = 0;
    if (!this.#header) {
      const header = headerOf(bytes, this.#bytes, isEnd);
      if (!header) {
        this.#rest = bytes.slice();
        return;
      }
      this.#header = header;
      this.#vectors = new Float32Array(header.count * header.size);
      at = header.end;
    }
    const { count } = this.#header;
    while (this.#entries < count && !(isEnd && isBlank(bytes.subarray(at)))) {
      const end = this.#readEntry(bytes, at, isEnd);
      if (end === undefined) break;
      at = end;
    }
    this.#rest = bytes.slice(at);
  }

  /** Reads an entry; where it ends, undefined where more bytes are needed to tell. */
  #readEntry(bytes: Uint8Array, at: number, isEnd: boolean): number | undefined {
    const { size } = this.#header as { size: number };
    const row = this.#ids.size;
    const vector = this.#vectors.subarray(row * size, (row + 1) * size);
    const entry = this.#entries + 1;
    const read = this.#format === 'text' ? readTextEntry : readBinaryEntry;
    const found = read(bytes, at, vector, entry, isEnd);
    if (!found) return undefined;
    const bad = vector.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw broken(`finite numbers in vector ${entry}`, `${vector[bad]} (number ${bad + 1})`);
    if (this.#ids.has(found.id)) throw broken('each name once', `"${found.id}" again as vector ${entry}`);
    this.#entries = entry;
    if (this.#keeps(found.id, vector, entry)) this.#ids.add(found.id);
    return found.end;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const isBlank = (bytes: Uint8Array): boolean =>
  bytes.length <= 100 && new TextDecoder().decode(bytes).trim() === '';

/** The first line; undefined where more bytes are needed to tell. */
function headerOf(
  bytes: Uint8Array,
  fileBytes: number,
  isEnd: boolean,
): { count: number; size: number; end: number } | undefined {
  const end = bytes.subarray(0, LONGEST_HEADER).indexOf(NEW_LINE);
  if (end === -1 && bytes.length < LONGEST_HEADER && !isEnd) return undefined;
  const line = new TextDecoder().decode(bytes.subarray(0, end === -1 ? LONGEST_HEADER : end));
  const [, count, size] = HEADER.exec(line) ?? [];
  if (end === -1 || !count || !Number(size)) {
    throw broken('a first line of two numbers, how many vectors and of which size', JSON.stringify(line));
  }
  // Each vector takes a name of one byte, a space and two bytes a number at least: a header that lies costs no memory.
  if (Number(count) * 2 * (Number(size) + 1) > fileBytes) {
    throw broken(`${count} vectors of size ${size}, as the header tells`, `a file of ${fileBytes} bytes`);
  }
  return { count: Number(count), size: Number(size), end: end + 1 };
}

type ReadEntry = (
  bytes: Uint8Array,
  at: number,
  vector: Float32Array,
  entry: number,
  isEnd: boolean,
) => { id: string; end: number } | undefined;

const readTextEntry: ReadEntry = (bytes, at, vector, entry, isEnd) => {
  const lineEnd = bytes.indexOf(NEW_LINE, at);
  if (lineEnd === -1 && !isEnd && bytes.length - at < longestEntry(vector)) return undefined;
  const end = lineEnd === -1 ? bytes.length : lineEnd;
  const [id, ...numbers] = nameOf(bytes.subarray(at, end), entry).trimEnd().split(' ');
  if (!id) throw broken(`a name and ${vector.length} numbers as vector ${entry}`, 'a line without a name');
  if (numbers.length !== vector.length) {
    throw broken(`${vector.length} numbers in vector ${entry}`, String(numbers.length));
  }
  for (const [i, text] of numbers.entries()) {
    const value = text === '' ? Number.NaN : Number(text);
    if (Number.isNaN(value)) throw broken(`numbers in vector ${entry}`, JSON.stringify(text.slice(0, 40)));
    vector[i] = value;
  }
  return { id, end: end + 1 };
};

const readBinaryEntry: ReadEntry = (bytes, start, vector, entry, isEnd) => {
  const at = bytes[start] === NEW_LINE ? start + 1 : start;
  const space = bytes.indexOf(SPACE, at);
  if (space === -1 && !isEnd && bytes.length - at < LONGEST_NAME) return undefined;
  const id = space === -1 ? '' : nameOf(bytes.subarray(at, Math.min(space, at + LONGEST_NAME)), entry);
  if (!id) throw broken(`a name and a space before vector ${entry}`, 'none');
  const end = space + 1 + vector.length * 4;
  if (end > bytes.length) {
    if (!isEnd) return undefined;
    throw broken(
      `${vector.length} numbers of 4 bytes in vector ${entry}`,
      `${bytes.length - space - 1} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < vector.length; i++) vector[i] = view.getFloat32(space + 1 + i * 4, true);
  return { id, end };
};

/** Bytes of a name at most; of a number as text, with the space before it. */
const LONGEST_NAME = 1000;
const LONGEST_NUMBER = 40;
const longestEntry = (vector: Float32Array): number => LONGEST_NAME + vector.length * LONGEST_NUMBER;

/** The form of a file with this beginning; undefined where it is none of vectors. */
export function vectorFormatOf(head: Uint8Array): VectorFormat | undefined {
  const end = head.subarray(0, LONGEST_HEADER).indexOf(NEW_LINE);
  if (end === -1 || !HEADER.test(new TextDecoder().decode(head.subarray(0, end)))) return undefined;
  // Text has none of the control characters that the bytes of numbers have sooner or later.
  const isText = head.subarray(end + 1).every((byte) => byte >= 0x20 || [0x09, 0x0a, 0x0d].includes(byte));
  return isText ? 'text' : 'binary';
}

const strict = new TextDecoder('utf-8', { fatal: true });

function nameOf(bytes: Uint8Array, entry: number): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw broken(
      `UTF-8 in the name of vector ${entry}`,
      'other bytes: is it the other form, text or binary?',
    );
  }
}

/**
 * Writes vectors as gensim does: the text form with as many digits as give the same number back, the binary form
 * without line breaks. Names have no white space.
 */
export function writeVectors({ ids, size, vectors }: TrackVectors, format: VectorFormat): Uint8Array {
  const encoder = new TextEncoder();
  const parts = [encoder.encode(`${ids.length} ${size}\n`)];
  for (const [row, id] of ids.entries()) {
    const vector = vectors.subarray(row * size, (row + 1) * size);
    if (format === 'text') {
      parts.push(encoder.encode(`${id} ${Array.from(vector, shortest).join(' ')}\n`));
    } else {
      const entry = new Uint8Array(size * 4);
      const view = new DataView(entry.buffer);
      for (let i = 0; i < size; i++) view.setFloat32(i * 4, vector[i] as number, true);
      parts.push(encoder.encode(`${id} `), entry);
    }
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Nine digits tell every 32-bit number from every other. */
const shortest = (value: number): string => String(Number(value.toPrecision(9)));

const broken = (expected: string, came: string) =>
  new DatasetError(`expected a file of word2vec vectors, ${expected}, got ${came}`, HINT);
