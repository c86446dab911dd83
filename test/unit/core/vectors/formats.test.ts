import fc from 'fast-check';
import { DatasetError } from '../../../../core/errors.ts';
import {
  type Keeps,
  type VectorFormat,
  VectorReader,
  vectorFormatOf,
  writeVectors,
} from '../../../../core/vectors/formats.ts';
import { tries } from '../../../support/long.ts';

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : floats(part)))),
  );
const floats = (values: number[]) => Buffer.from(Float32Array.from(values).buffer);

/** Reads a file in pieces of so many bytes. */
function readVectors(file: Uint8Array, format: VectorFormat, piece = file.length, keeps?: Keeps) {
  const reader = new VectorReader(format, file.length, keeps);
  for (let at = 0; at < file.length; at += piece) reader.push(file.subarray(at, at + piece));
  return reader.end();
}

const TWO = { ids: ['a', 'é'], size: 2, vectors: Float32Array.of(1, -0.5, 0.25, 1e-20) };

test.each<[string, VectorFormat, Uint8Array]>([
  ['text by gensim', 'text', bytes('2 2\na 1.0 -0.5\né 0.25 1e-20\n')],
  ['text by word2vec.c, which ends lines in a space', 'text', bytes('2 2\na 1.0 -0.5 \né 0.25 1e-20 \n')],
  ['text from Windows', 'text', bytes('2 2\r\na 1.0 -0.5\r\né 0.25 1e-20\r\n')],
  ['text without a last line break', 'text', bytes('2 2\na 1.0 -0.5\né 0.25 1e-20')],
  ['binary by gensim', 'binary', bytes('2 2\na ', [1, -0.5], 'é ', [0.25, 1e-20])],
  ['binary by word2vec.c', 'binary', bytes('2 2\na ', [1, -0.5], '\né ', [0.25, 1e-20], '\n')],
])('%s', (_, format, file) => {
  for (const piece of [1, 2, 5, file.length]) expect(readVectors(file, format, piece)).toEqual(TWO);
  expect(vectorFormatOf(file)).toBe(format);
});

test('what is not wanted is left out, as if it were not there', () => {
  const file = bytes('3 2\nb 9 9\na 1.0 -0.5\n\u00e9 0.25 1e-20\n');
  const seen: unknown[] = [];
  const keeps: Keeps = (id, vector, entry) => {
    seen.push([id, ...vector, entry]);
    return id !== 'b';
  };
  expect(readVectors(file, 'text', 4, keeps)).toEqual(TWO);
  expect(seen[0]).toEqual(['b', 9, 9, 1]);
});

test('a line without an end, and bytes without a space, are not gathered for ever', () => {
  const text = new VectorReader('text', 1e9);
  text.push(bytes('1 2\na 1 '));
  expect(() => text.push(Buffer.from('1 '.repeat(600)))).toThrow('2 numbers in vector 1');
  const binary = new VectorReader('binary', 1e9);
  binary.push(bytes('1 2\na'));
  expect(() => binary.push(new Uint8Array(1100).fill(0x31))).toThrow('a name and a space');
});

test.each<[string, Uint8Array]>([
  ['nothing', bytes('')],
  ['a table', bytes('a,b\n1,2\n')],
  ['no header', bytes('a 1.0 -0.5\n')],
  ['a number alone', bytes('12\n13\n')],
])('%s is no file of vectors', (_, file) => {
  expect(vectorFormatOf(file)).toBeUndefined();
});

test('a file may lie anywhere in a buffer', () => {
  const file = Buffer.concat([Buffer.from('xyz'), bytes('1 1\na ', [7])]).subarray(3);
  expect(readVectors(file, 'binary').vectors).toEqual(Float32Array.of(7));
});

test.each<[string, VectorFormat, Uint8Array, string]>([
  ['nothing', 'text', bytes(''), 'a first line of two numbers'],
  ['no header', 'text', bytes('a 1.0 -0.5\n'), 'got "a 1.0 -0.5"'],
  ['a header without an end', 'binary', bytes('x'.repeat(1000)), 'a first line of two numbers'],
  ['a header of one number', 'text', bytes('2\na 1\n'), 'got "2"'],
  ['a size of 0', 'text', bytes('2 0\na\nb\n'), 'got "2 0"'],
  [
    'a header that promises the world',
    'binary',
    bytes('4000000000 99999\na ', [1]),
    'got a file of 23 bytes',
  ],
  [
    'more vectors than there are',
    'text',
    bytes('3 1\na 1.0000\nb 2.0000\n'),
    '3 vectors as the header tells, got only 2',
  ],
  ['fewer vectors than there are', 'text', bytes('1 1\na 1\nb 2\n'), 'nothing after 1 vectors of size 1'],
  ['fewer, binary', 'binary', bytes('1 1\na ', [1], 'b ', [2]), 'got 6 more bytes'],
  ['another width', 'text', bytes('2 3\na 1 2 3\nb 1.000000 2\n'), '3 numbers in vector 2, got 2'],
  ['another width, wider', 'text', bytes('1 1\na 1 2\n'), '1 numbers in vector 1, got 2'],
  [
    'text cut short within a number is seen by the width',
    'text',
    bytes('2 2\na 1 2\nb 1.0000'),
    'vector 2, got 1',
  ],
  [
    'binary cut short',
    'binary',
    bytes('1 2\na ', [1], 'xx'),
    '2 numbers of 4 bytes in vector 1, got 6 bytes',
  ],
  [
    'binary cut short in a name',
    'binary',
    bytes('2 1\na ', [1], 'bcdefg'),
    'a name and a space before vector 2',
  ],
  ['no name', 'text', bytes('1 2\n 1 2\n'), 'a line without a name'],
  ['no name, binary', 'binary', bytes('1 1\n ', [1]), 'a name and a space before vector 1, got none'],
  ['words for numbers', 'text', bytes('1 2\na 1 two\n'), 'numbers in vector 1, got "two"'],
  ['two spaces', 'text', bytes('1 2\na 1  2\n'), '2 numbers in vector 1, got 3'],
  ['NaN', 'binary', bytes('1 2\na ', [1, Number.NaN]), 'finite numbers in vector 1, got NaN (number 2)'],
  ['infinity', 'text', bytes('1 2\na 1e99 1\n'), 'got Infinity (number 1)'],
  ['a name twice', 'text', bytes('2 1\na 1\na 2\n'), '"a" again as vector 2'],
  ['binary read as text', 'text', bytes('1 2\na ', [-1, -2]), 'UTF-8 in the name of vector 1'],
])('%s is refused', (_, format, file, message) => {
  for (const piece of [3, file.length || 1]) {
    expect(() => readVectors(file, format, piece)).toThrow(DatasetError);
    expect(() => readVectors(file, format, piece)).toThrow(message);
  }
});

const vectors = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.uniqueArray(fc.stringMatching(/^[!-~]{1,22}$/), { maxLength: 8 }))
  .chain(([size, ids]) => {
    const n = ids.length * size;
    const numbers = fc.float({ noNaN: true, noDefaultInfinity: true });
    return fc.array(numbers, { minLength: n, maxLength: n }).map((values) => ({
      ids,
      size,
      vectors: Float32Array.from(values, (value) => value + 0 || 0),
    }));
  });

test.each<VectorFormat>(['text', 'binary'])('what is written as %s is read again to the bit', (format) => {
  fc.assert(
    fc.property(vectors, (written) => {
      const file = writeVectors(written, format);
      expect(readVectors(file, format)).toEqual(written);
      expect(readVectors(file, format, 7)).toEqual(written);
      if (format === 'text' || (written.size > 3 && written.vectors.includes(0))) {
        expect(vectorFormatOf(file)).toBe(format);
      }
    }),
    tries(200, 5000),
  );
});

test.each<VectorFormat>(['text', 'binary'])(
  'a %s file that is cut or damaged is refused or has finite numbers',
  (format) => {
    const damage = fc.record({ cut: fc.nat(), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(vectors, damage, (written, { cut, at, value }) => {
        const file = writeVectors(written, format);
        file[at % file.length] = value;
        try {
          const read = readVectors(
            file.subarray(0, cut % 2 ? file.length : (cut >> 1) % file.length),
            format,
          );
          expect(read.vectors).toHaveLength(read.ids.length * read.size);
          expect(read.vectors.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
      tries(300, 10_000),
    );
  },
);
