import { checkTruth, genresOf, relatedOf } from '../../../adapters/dataset/truths.ts';

test.each([
  [
    'an artist a row, genres in columns',
    'a,rock,pop\nb,jazz\n',
    [
      ['a', ['rock', 'pop']],
      ['b', ['jazz']],
    ],
  ],
  ['separated by ; or |', '\ufeffartist,genres\r\na,rock; pop|folk\r\n', [['a', ['rock', 'pop', 'folk']]]],
  ['a row a genre', 'artist_id,genre\na,rock\na,pop\na,rock\n', [['a', ['rock', 'pop']]]],
  [
    'a Python list',
    `id,name,genres\nx1,"A, B","['hip hop', ""rock 'n' roll""]"\n`,
    [['x1', ['hip hop', "rock 'n' roll"]]],
  ],
  ['columns in another order', 'followers,genre,artist_name\n5,rock,Björk\n', [['Björk', ['rock']]]],
  ['no genre at all', 'artist,genres\na,\n', [['a', []]]],
  ['nobody', 'artist,genres\n,rock\n', []],
  ['nothing', '', []],
])('genres: %s', (_, csv, expected) => {
  expect(genresOf(csv)).toEqual(expected);
});

test.each([
  [
    'with a header',
    'artist,related,weight\na,b,1\n"c, d",e,2\n',
    [
      ['a', 'b'],
      ['c, d', 'e'],
    ],
  ],
  [
    'without',
    'a,b\na,\n,b\n\nb,c\nb,b\n',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
  ],
  ['nothing', '', []],
])('related artists: %s', (_, csv, expected) => {
  expect(relatedOf(csv)).toEqual(expected);
});

test.each([
  ['genres', ''],
  ['genres', 'artist_id,genres\n'],
  ['genres', 'a\nb\n'],
  ['genres', 'artist_id,genres\na,\n'],
  ['related', 'artist_id,related_id\n'.slice(0, 10)],
  ['related', 'a;b\nb;c\n'],
  ['related', 'a,a\n'],
] as const)('%s that tell nothing are refused: %j', (name, csv) => {
  expect(() => checkTruth(name, csv)).toThrow(/^expected a CSV file with .* on a line, got none$/);
});

test('one line that tells something is enough', () => {
  expect(() => checkTruth('genres', 'a,\nb,rock\n')).not.toThrow();
  expect(() => checkTruth('related', 'a\na,b\n')).not.toThrow();
});

test('what is no CSV is refused, and says where', () => {
  expect(() => genresOf('a,"b\nc')).toThrow(/expected a CSV file of genres, got: .*quote/i);
  expect(() => relatedOf('a,"b\nc')).toThrow(/expected a CSV file of related artists/);
});
