import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DatasetError } from '../../core/errors.ts';
import { codeOf, storageError } from '../storage-error.ts';

/** How the text of a file is written as bytes. */
export type Encoding = 'utf-8' | 'utf-16le' | 'windows-1252';

/** Bytes that are read at a time. */
const PIECE = 1 << 20;
/** Bytes that mean nothing in Windows-1252. */
const UNDEFINED_IN_1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/** Whether a file is gzipped, by its beginning. */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** The content of a file, unpacked where it is gzipped. Throws `StorageError`, and `DatasetError` for a broken archive. */
export async function* contentOf(path: string, isPacked: boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: PIECE });
  const unpacked = isPacked ? createGunzip({ chunkSize: PIECE }) : undefined;
  // Its failure is that of the stream that is read.
  if (unpacked) pipeline(file, unpacked).catch(() => {});
  try {
    yield* (unpacked ?? file) as AsyncIterable<Buffer>;
  } catch (error) {
    if (`${codeOf(error)}`.startsWith('Z_')) {
      throw new DatasetError(
        `expected ${path} to be a whole gzip file, got one that is broken or breaks off`,
        'get the file again',
        { cause: error },
      );
    }
    throw storageError(path, error);
  } finally {
    file.destroy();
  }
}

/**
 * How a file is written: Windows-1252 where it is no UTF-8, has no character of UTF-8 beyond ASCII either, and every byte
 * means something; UTF-16 where it begins with that mark.
 */
export async function encodingOf(content: AsyncIterable<Buffer>): Promise<Encoding> {
  let [isBegin, isWhole, hasUtf8, hasUndefined] = [true, true, false, false];
  let rest = Buffer.alloc(0);
  const look = (bytes: Buffer) => {
    if (isUtf8(bytes) && !hasUtf8) hasUtf8 = bytes.some((byte) => byte > 0x7f);
    else if (!isUtf8(bytes)) {
      isWhole = false;
      for (const line of linesOf(bytes)) hasUtf8 ||= isUtf8(line) && line.some((byte) => byte > 0x7f);
      hasUndefined ||= UNDEFINED_IN_1252.some((byte) => bytes.includes(byte));
    }
  };
  for await (const chunk of content) {
    if (isBegin && chunk[0] === 0xff && chunk[1] === 0xfe) return 'utf-16le';
    isBegin = false;
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    look(bytes.subarray(0, end));
    rest = bytes.subarray(end);
  }
  look(rest);
  return isWhole || hasUtf8 || hasUndefined ? 'utf-8' : 'windows-1252';
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    yield bytes.subarray(at, end === -1 ? bytes.length : end);
    at = end === -1 ? bytes.length : end + 1;
  }
}

/** The content as UTF-8 without a mark at its beginning; what is no UTF-8 stays as it is where that is its encoding. */
export async function* asUtf8(content: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding);
  let isBegin = true;
  for await (const chunk of content) {
    if (decoder) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    else
      yield isBegin && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
        ? chunk.subarray(3)
        : chunk;
    isBegin = false;
  }
}
