import fc from 'fast-check';
import { DatasetError } from '../../../../core/errors.ts';
import { readVectors, type VectorFormat, writeVectors } from '../../../../core/vectors/formats.ts';
import { times } from '../../../support/long.ts';

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : floats(part)))),
  );
const floats = (values: number[]) => Buffer.from(Float32Array.from(values).buffer);

const TWO = { ids: ['a', 'é'], size: 2, vectors: Float32Array.of(1, -0.5, 0.25, 1e-20) };

test.each<[string, VectorFormat, Uint8Array]>([
  ['text by gensim', 'text', bytes('2 2\na 1.0 -0.5\né 0.25 1e-20\n')],
  ['text by word2vec.c, which ends lines in a space', 'text', bytes('2 2\na 1.0 -0.5 \né 0.25 1e-20 \n')],
  ['text from Windows', 'text', bytes('2 2\r\na 1.0 -0.5\r\né 0.25 1e-20\r\n')],
  ['text without a last line break', 'text', bytes('2 2\na 1.0 -0.5\né 0.25 1e-20')],
  ['binary by gensim', 'binary', bytes('2 2\na ', [1, -0.5], 'é ', [0.25, 1e-20])],
  ['binary by word2vec.c', 'binary', bytes('2 2\na ', [1, -0.5], '\né ', [0.25, 1e-20], '\n')],
])('%s', (_, format, file) => {
  expect(readVectors(file, format)).toEqual(TWO);
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
  expect(() => readVectors(file, format)).toThrow(DatasetError);
  expect(() => readVectors(file, format)).toThrow(message);
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
      expect(readVectors(writeVectors(written, format), format)).toEqual(written);
    }),
    { numRuns: times(200, 5000) },
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
      { numRuns: times(300, 10_000) },
    );
  },
);
