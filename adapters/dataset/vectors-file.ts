import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { DatasetError } from '../../core/errors.ts';
import { type Keeps, type VectorFormat, VectorReader, vectorFormatOf } from '../../core/vectors/formats.ts';
import type { TrackVectors } from '../../core/vectors/track-vectors.ts';
import { storageError } from '../storage-error.ts';
import { datasetName } from './playlists-name.ts';

/** A file of word2vec's vectors. */
export interface VectorsFile {
  kind: 'vectors';
  path: string;
  layout: { name: 'word2vec-text' | 'word2vec-binary' };
  format: VectorFormat;
  /** Size in bytes. */
  size: number;
}

/** What it looks like, for the message that lists the layouts. */
export const VECTORS_LOOKS =
  'a line "<how many> <size>", then a track id and its numbers each, as text or binary';

/** Bytes that are read at a time. */
const PIECE = 1 << 20;

/**
 * The file with its form, by its beginning; undefined where it is none of vectors. Throws `DatasetError` where it is one
 * of gensim's own.
 */
export function vectorsFileOf(path: string, head: Uint8Array, size: number): VectorsFile | undefined {
  if (isPickleOrArray(head)) {
    throw new DatasetError(
      `expected vectors in word2vec's text or binary form, got ${path}, a file of Python's own form`,
      `write them by gensim: KeyedVectors.load('${basename(path)}').save_word2vec_format('vectors.bin', binary=True), of a whole model Word2Vec.load('${basename(path)}').wv.save_word2vec_format(...)`,
    );
  }
  const format = vectorFormatOf(head);
  return format && { kind: 'vectors', path, layout: { name: `word2vec-${format}` }, format, size };
}

/** Pickles since Python 2.3, and arrays of numpy, in which gensim keeps large vectors beside. */
const isPickleOrArray = (head: Uint8Array): boolean =>
  (head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5) ||
  Buffer.from(head.subarray(0, 6)).toString('latin1') === '\x93NUMPY';

/** Reads a file of vectors, of which no more than a piece is held; `told` is how many bytes were read. */
export async function readVectorsFile(
  { path, format, size }: VectorsFile,
  keeps: Keeps,
  tell: (bytes: number) => void,
): Promise<TrackVectors> {
  const reader = new VectorReader(format, size, keeps);
  const stream = createReadStream(path, { highWaterMark: PIECE });
  try {
    for await (const piece of stream) {
      reader.push(piece as Buffer);
      tell(stream.bytesRead);
    }
  } catch (error) {
    throw stream.errored ? storageError(path, error) : error;
  }
  return reader.end();
}

/** Name of the model that a file is made: its own, after a word with which no trained model's begins. */
export const modelOfFile = (path: string): string => `file-${datasetName(path)}`;
