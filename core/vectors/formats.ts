import { DatasetError } from '../errors.ts';
import type { TrackVectors } from './track-vectors.ts';

/** The two forms of word2vec's files: numbers as text, or as little-endian 32-bit floats. */
export type VectorFormat = 'text' | 'binary';

/** Longest header line; anything longer is no such file. */
const LONGEST_HEADER = 64;
const HINT = 'save the vectors again with save_word2vec_format, and copy the file whole (docs/method.md)';
const [SPACE, NEW_LINE] = [0x20, 0x0a];

/**
 * Reads vectors as word2vec.c and gensim's `save_word2vec_format` write them: a line with how many and of which size,
 * then for each a name, a space and its numbers. Lines of the text form may end in a space or `\r\n`, entries of the
 * binary form in a line break (word2vec.c) or in nothing (gensim).
 *
 * Throws `DatasetError` where the header lies or is none, the file is cut short or goes on, a number is none or is not
 * finite, or a name is empty, comes twice or is no UTF-8. Memory is the matrix, the names and, for text, a line.
 */
export function readVectors(bytes: Uint8Array, format: VectorFormat): TrackVectors {
  const { count, size, end } = headerOf(bytes);
  const vectors = new Float32Array(count * size);
  const read = format === 'text' ? readTextEntry : readBinaryEntry;
  const ids = new Set<string>();
  let at = end;
  for (let row = 0; row < count; row++) {
    if (at >= bytes.length) throw broken(`${count} vectors as the header tells`, `only ${row}`);
    const vector = vectors.subarray(row * size, (row + 1) * size);
    const entry = read(bytes, at, vector, row + 1);
    const bad = vector.findIndex((value) => !Number.isFinite(value));
    if (bad !== -1) throw broken(`finite numbers in vector ${row + 1}`, `${vector[bad]} (number ${bad + 1})`);
    if (ids.has(entry.id)) throw broken('each name once', `"${entry.id}" again as vector ${row + 1}`);
    ids.add(entry.id);
    at = entry.end;
  }
  const rest = new TextDecoder().decode(bytes.subarray(at, at + 100)).trim();
  if (rest !== '' || bytes.length - at > 100) {
    throw broken(
      `nothing after ${count} vectors of size ${size}, as the header tells`,
      `${bytes.length - at} more bytes`,
    );
  }
  return { ids: [...ids], size, vectors };
}

function headerOf(bytes: Uint8Array): { count: number; size: number; end: number } {
  const end = bytes.subarray(0, LONGEST_HEADER).indexOf(NEW_LINE);
  const line = new TextDecoder().decode(bytes.subarray(0, end === -1 ? LONGEST_HEADER : end));
  const [, count, size] = /^(\d{1,10}) (\d{1,5})\s*$/.exec(line) ?? [];
  if (end === -1 || !count || !Number(size)) {
    throw broken('a first line of two numbers, how many vectors and of which size', JSON.stringify(line));
  }
  // Each vector takes a name of one byte, a space and two bytes a number at least: a header that lies costs no memory.
  if (Number(count) * 2 * (Number(size) + 1) > bytes.length) {
    throw broken(`${count} vectors of size ${size}, as the header tells`, `a file of ${bytes.length} bytes`);
  }
  return { count: Number(count), size: Number(size), end: end + 1 };
}

type ReadEntry = (
  bytes: Uint8Array,
  at: number,
  vector: Float32Array,
  entry: number,
) => { id: string; end: number };

const readTextEntry: ReadEntry = (bytes, at, vector, entry) => {
  const lineEnd = bytes.indexOf(NEW_LINE, at);
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

const readBinaryEntry: ReadEntry = (bytes, start, vector, entry) => {
  const at = bytes[start] === NEW_LINE ? start + 1 : start;
  const space = bytes.indexOf(SPACE, at);
  const id = space === -1 ? '' : nameOf(bytes.subarray(at, Math.min(space, at + 1000)), entry);
  if (!id) throw broken(`a name and a space before vector ${entry}`, 'none');
  const end = space + 1 + vector.length * 4;
  if (end > bytes.length) {
    throw broken(
      `${vector.length} numbers of 4 bytes in vector ${entry}`,
      `${bytes.length - space - 1} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let i = 0; i < vector.length; i++) vector[i] = view.getFloat32(space + 1 + i * 4, true);
  return { id, end };
};

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
